"""How an invented referral is told: the steps of real people on both sides, with keys that follow from its case."""

import datetime
import uuid
from collections.abc import Mapping

from django.http import HttpRequest
from django.utils import timezone

from cases.actions import CASE_OPENED
from cases.fiction import tale as cases
from cases.models import Case, Consent, ConsentStory, Purpose
from cases.models.codes import Interpreter
from cases.models.consent import TEXT, ConsentChannel, GivenBy
from cases.models.moments import now
from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import OpenedOwner
from referrals import doors
from referrals.models import Referral, Service
from referrals.models.packet import Sending

# Keys of fictional rows follow from their names, so that making them again makes nothing new.
_WORLD = uuid.UUID("0a4be2f7-6d1c-4f1b-9e5d-8a53a7cf7c44")


class _Page(HttpRequest):
    """A page of somebody's, as far as the doors ask for it."""

    def __init__(self, by: Acting) -> None:
        super().__init__()
        self.user, self.acting = by.user, by


class Tale:
    """What leaves one invented case, and what comes of it; `cast` has the people of both sides by first name."""

    opened: OpenedOwner

    def __init__(self, alias: str, lead: str, cast: Mapping[str, Acting]) -> None:
        self.alias, self.cast, self.lead = alias, cast, lead
        self._rows = 0
        self._case = cases.Tale(alias, cast).key("")

    @property
    def can_be_told(self) -> bool:
        """Whether its case is there, and nothing of it was told yet: a tale is told whole or not at all."""
        return Case.objects.filter(pk=self._case).exists() and not Consent.objects.filter(pk=self._key(1)).exists()

    def opens(self) -> None:
        """Open the case as its lead does before anything can leave it; outside a transaction."""
        lead, self.case = self.cast[self.lead], Case.objects.get(pk=self._case)
        self.opened = lead.vault.open_owner(
            self.case,
            [Compartment.ORDINARY, Compartment.STORY],
            action=CASE_OPENED,
            by=lead.actor,
            relation=self.case.relation_to(lead.user),
            purpose=doors.CASEWORK,
        )

    # --- What the person says ----------------------------------------------------------------------

    def allows(self, agency: str, *kinds: str, months: int = 6, **said: str) -> Consent:
        """The person agrees that these kinds of data leave, for one agency."""
        return self._answers(agency, kinds, refused=False, months=months, **said)

    def refuses(self, agency: str, **said: str) -> Consent:
        """The person wants nothing told to this agency."""
        return self._answers(agency, (), refused=True, months=6, **said)

    def _answers(self, agency: str, kinds: tuple[str, ...], *, refused: bool, months: int, **said: str) -> Consent:
        ordinary = self.opened.read(self.case, "ordinary")
        told = {
            "purpose": Purpose.SERVICE.value,
            "channel": ConsentChannel.ORAL.value,
            "in_tongue": ordinary.language,
            "with_interpreter": ordinary.interpreter,
            "given_by": GivenBy.PERSON.value,
            "witness": "L’interprète inventée" if ordinary.interpreter == Interpreter.YES else "Une collègue inventée",
            "text": TEXT,
            "recorded_at": now(),
            "recorded_by": str(self.cast[self.lead].user.pk),
        }
        return self.case.record_consent(
            by=self.cast[self.lead],
            row_id=self._next(),
            recipient=Organisation.objects.get(name=agency),
            answer=ConsentStory(categories=tuple(sorted(kinds)), **{**told, **said}),
            ends_on=timezone.localdate() + datetime.timedelta(days=30 * months),
            opened=self.opened,
            refused=refused,
        )

    # --- What goes back and forth ------------------------------------------------------------------

    def sends(self, agency: str, service: str, sending: Sending) -> Referral:
        """The lead refers to a service, under the consent that holds for its agency."""
        lead = self.cast[self.lead]
        to = Service.objects.get(agency__name=agency, name=service)
        referral = Referral.begin(by=lead, row_id=self._next(), case=self.case, service=to)
        referral.send(by=lead, sending=sending, opened=self.opened)
        return referral

    def sees(self, referral: Referral, by: str) -> None:
        """Somebody of the agency reads the envelope for the first time."""
        referral.see(by=self.cast[by])
        doors.open_envelope(_Page(self.cast[by]), referral)

    def reads(self, referral: Referral, by: str) -> None:
        """Somebody of the agency reads what was agreed to be shared."""
        doors.open_agreed(_Page(self.cast[by]), referral)

    def writes(self, referral: Referral, by: str, words: str) -> None:
        referral.write_message(by=self.cast[by], row_id=self._next(), words=words)

    def note(self, words: str, by: str = "") -> None:
        self.case.add_note(by=self.cast[by or self.lead], row_id=self._next(), body=words)

    def _next(self) -> uuid.UUID:
        self._rows += 1
        return self._key(self._rows)

    def _key(self, number: int) -> uuid.UUID:
        return uuid.uuid5(_WORLD, f"{self.alias} {number}")
