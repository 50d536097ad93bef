"""Who acts in this request: the person, how the log names them, and their vault if it is open."""

import uuid
from dataclasses import dataclass

from audit.log.actor import Actor
from cellule.accounts.models import User
from cellule.vault.identities import Identity
from cellule.vault.sealing import VaultError
from cellule.vault.unlocked import Unlocked


class Locked(VaultError):
    """The person is signed in, but their vault is closed: only the lock page may answer."""


@dataclass(frozen=True)
class Acting:
    """A person in one request. `by=` of every verb."""

    user: User
    actor: Actor
    unlocked: Unlocked | None = None

    @property
    def vault(self) -> Unlocked:
        """The open vault. Raises Locked."""
        if self.unlocked is None:
            raise Locked
        return self.unlocked

    @property
    def is_admitted(self) -> bool:
        """Whether verified rosters name this person in every group of their role."""
        if not self.user.duty.key_groups:
            return True
        kinds = {self.vault.rosters[group].body.kind for group in self.vault.memberships}
        return set(self.user.duty.key_groups) <= kinds


def actor_of(user: User, session: uuid.UUID, request: uuid.UUID) -> Actor:
    """How the log names a person at this moment."""
    return Actor(str(user.pk), user.role, str(user.organisation_id), session, request)


def outside_a_browser(user: User, identity: Identity | None) -> Acting:
    """A person acting from a command (the fictional world, ceremonies): a session of its own in the log."""
    actor = actor_of(user, uuid.uuid4(), uuid.uuid4())
    return Acting(user, actor, Unlocked(user.pk, user.role, identity) if identity else None)
