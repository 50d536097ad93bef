"""The nouns of this room: one file each."""

from cellule.accounts.models.organisation import Organisation
from cellule.accounts.models.user import User

__all__ = ["Organisation", "User"]
