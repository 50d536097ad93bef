"""People who have just enrolled, whom no roster knows yet."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from audit.log.actor import Actor
from cellule.accounts import enrolment
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.founding import add_partner
from cellule.accounts.models import Organisation, User
from cellule.vault import membership
from cellule.vault.identities import Identity
from cellule.vault.rosters import Member
from cellule.vault.unlocked import Unlocked
from cellule.vault.words import fingerprint_words


@dataclass(frozen=True)
class Newcomer:
    """Somebody with an account and keys; `organisation` is their agency."""

    user: uuid.UUID
    role: str
    identity: Identity
    organisation: uuid.UUID
    fingerprint: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fingerprint", self.fingerprint or self.identity.fingerprint)

    @property
    def actor(self) -> Actor:
        return outside_a_browser(User.objects.get(pk=self.user), None).actor

    def vault(self) -> Unlocked:
        """Their open vault, as in a new request."""
        return Unlocked(self.user, self.role, self.identity, self.organisation)

    def member(self, role: str = "") -> Member:
        """Their line in a roster."""
        role = role or self.role
        return Member(self.user, self.fingerprint, role, role == "agency_coordinator")


def newcomer(role: str, *, by: Acting, organisation: uuid.UUID | None = None) -> tuple[Organisation, Newcomer]:
    """Invite somebody of this role into an agency (a new one, if none is named), and let them enrol."""
    passphrase = "un deux trois quatre cinq six"
    if organisation is None:
        agency = add_partner(Organisation(name=f"Organisme fictif {uuid.uuid4()}"), by=by.actor)
    else:
        agency = Organisation.objects.get(pk=organisation)
    email = f"{uuid.uuid4()}@cellule.example"
    with transaction.atomic():
        user = User.objects.create(name="Nora Nouvelle", email=email, role=role, organisation=agency)
        invitation = enrolment.invite(user, by=by.actor, by_mail=False)
    return agency, Newcomer(user.pk, role, enrolment.enrol(invitation, passphrase, passphrase), agency.pk)


def let_in(entrant: Newcomer, *, by: Acting, organisation: uuid.UUID) -> bool:
    """Admit somebody as if they had read their words out."""
    return membership.admit(
        by.vault,
        user=entrant.user,
        role=entrant.role,
        may_admit=entrant.role == "agency_coordinator",
        kinds=("agency",),
        typed_words=fingerprint_words(entrant.fingerprint),
        by=by.actor,
        organisation=organisation,
    )
