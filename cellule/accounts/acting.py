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
        """Whether verified rosters name this person in every group of their role, and its root lies there for them."""
        if not self.user.duty.key_groups:
            return True
        held = filter(self.vault.holds_root, self.vault.memberships)
        return set(self.user.duty.key_groups) <= {self.vault.rosters[group].body.kind for group in held}

    @property
    def awaits_root(self) -> bool:
        """Whether a supervisor let this person in, and a member of their agency has not signed in since."""
        return bool(self.vault.memberships) and not self.is_admitted


def actor_of(user: User, session: uuid.UUID, request: uuid.UUID) -> Actor:
    """How the log names a person at this moment."""
    return Actor(str(user.pk), user.role, str(user.organisation_id), session, request)


def agency_of(user: User) -> uuid.UUID | None:
    """The organisation whose key group a person belongs to, None for people of the unit."""
    return None if user.duty.in_unit else user.organisation_id


def vault_of(user: User, identity: Identity) -> Unlocked:
    """What a person's keys open: within the unit, or within their own agency."""
    return Unlocked(user.pk, user.role, identity, agency_of(user))


def outside_a_browser(user: User, identity: Identity | None) -> Acting:
    """A person acting from a command (the fictional world, ceremonies): a session of its own in the log."""
    actor = actor_of(user, uuid.uuid4(), uuid.uuid4())
    return Acting(user, actor, vault_of(user, identity) if identity else None)
