"""The nouns of this room: one file each."""

from cellule.accounts.models.attempt import FailedAttempt, UsedCode
from cellule.accounts.models.invitation import Invitation
from cellule.accounts.models.organisation import Organisation
from cellule.accounts.models.passkey import Passkey
from cellule.accounts.models.session import SignInSession
from cellule.accounts.models.user import User

__all__ = ["FailedAttempt", "Invitation", "Organisation", "Passkey", "SignInSession", "UsedCode", "User"]
