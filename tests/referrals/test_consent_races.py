"""A consent ends while somebody acts on it: one is first, the other finds it so; both orders, real transactions."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import timezone

from audit.log.models import Entry
from cases.models import Case, Consent, State
from cellule.accounts.acting import Acting
from cellule.vault.models import OwnerKey
from referrals.models import Agency, Referral
from tests.factories import case_at, take
from tests.people import acting
from tests.races import one_after_the_other
from tests.referrals.sent import CLINIC, answer_of_person, consent, draft, joined, opened, send
from tests.referrals.sent import SENDING as EVERYTHING_SENT

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Scene:
    """A case of Claire's whose client has agreed; each act works on rows as its own page had read them."""

    case: Case
    agency: Agency
    people: dict[str, Acting]

    @property
    def consent(self) -> Consent:
        return Consent.objects.order_by("pk").get(state="given")

    def withdraw(self, who: str) -> Callable[[], None]:
        kept = self.consent
        return lambda: kept.withdraw(by=self.people[who])

    def ask_again(self, categories: tuple[str, ...]) -> Callable[[], object]:
        case, claire = Case.objects.get(pk=self.case.pk), self.people["claire"]
        story = opened(case, claire)
        return lambda: case.record_consent(
            by=claire,
            row_id=uuid.uuid4(),
            recipient=self.agency.organisation,
            answer=answer_of_person(claire, categories),
            ends_on=timezone.localdate() + datetime.timedelta(days=30),
            opened=story,
        )

    def close(self) -> Callable[[], None]:
        case = Case.objects.get(pk=self.case.pk)
        return lambda: take(case, "close", self.people["mireille"])

    def send(self) -> Callable[[], None]:
        case = Case.objects.get(pk=self.case.pk)
        referral, story = (
            draft(case, self.people["claire"], self.agency.services.first()),
            opened(case, self.people["claire"]),
        )
        return lambda: referral.send(by=self.people["claire"], sending=EVERYTHING_SENT, opened=story)

    def accept(self) -> Callable[[], None]:
        referral = Referral.objects.get()
        return lambda: take(referral, "accept", self.people["noor"])

    def stands(self) -> tuple[list[str], list[str]]:
        """States of all consents and of all referrals, each in alphabetical order."""
        return (
            sorted(Consent.objects.values_list("state", flat=True)),
            sorted(Referral.objects.values_list("state", flat=True)),
        )


@dataclass(frozen=True)
class Race:
    """Two acts; by who was first: what the second is told, and how consents and referrals stand then."""

    one: Callable[[Scene], Callable[[], object]]
    other: Callable[[Scene], Callable[[], object]]
    one_first: tuple[str, tuple[list[str], list[str]]]
    other_first: tuple[str, tuple[list[str], list[str]]]
    sent: bool = False
    proposed: bool = False


RACES = {
    "two colleagues withdraw": Race(
        lambda scene: scene.withdraw("claire"),
        lambda scene: scene.withdraw("mireille"),
        ("409", (["withdrawn"], ["recalled"])),
        ("409", (["withdrawn"], ["recalled"])),
        sent=True,
    ),
    "withdraw, and ask again for as much": Race(
        lambda scene: scene.withdraw("mireille"),
        lambda scene: scene.ask_again(("needs", "name", "contact", "story", "risk", "identity")),
        ("done", (["given", "withdrawn"], ["recalled"])),
        # What was withdrawn is the older one; what runs has gone on under the newer one.
        ("409", (["given", "superseded"], ["sent"])),
        sent=True,
    ),
    "withdraw, and send": Race(
        lambda scene: scene.withdraw("mireille"),
        lambda scene: scene.send(),
        ("409", (["withdrawn"], ["draft"])),
        ("done", (["withdrawn"], ["recalled"])),
    ),
    "withdraw, and accept": Race(
        lambda scene: scene.withdraw("mireille"),
        lambda scene: scene.accept(),
        ("404", (["withdrawn"], ["recalled"])),
        ("done", (["withdrawn"], ["recalled"])),
        sent=True,
    ),
    "close the case, and ask again": Race(
        lambda scene: scene.close(),
        lambda scene: scene.ask_again(("needs",)),
        ("403", (["expired"], [])),
        ("done", (["expired", "narrowed"], [])),
        proposed=True,
    ),
}


@pytest.fixture
def scene():
    def made(race: Race) -> Scene:
        people = {name: acting(name) for name in ("claire", "mireille", "noor")}
        agency = joined(CLINIC, people["mireille"])
        case = case_at(State.ACTIVE, people["claire"])
        if race.sent:
            send(case, people["claire"], agency)
        else:
            consent(case, people["claire"], agency)
        if race.proposed:
            take(case, "propose_closing", people["claire"])
        return Scene(case, agency, people)

    return made


@pytest.mark.parametrize("one_is_first", [True, False], ids=["one first", "other first"])
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_who_comes_second_finds_what_the_first_has_done(scene, race, one_is_first):
    played = scene(race)
    acts = race.one(played), race.other(played)
    first, second = acts if one_is_first else reversed(acts)
    expected, stands = race.one_first if one_is_first else race.other_first
    withdrawn_before = Entry.objects.of_action("cases.consent_withdrawn").count()

    answers = one_after_the_other(first, second)

    assert answers == ("done", expected)
    assert played.stands() == stands
    # A withdrawal that was taken is in the log once.
    assert Entry.objects.of_action("cases.consent_withdrawn").count() - withdrawn_before == stands[0].count("withdrawn")


def test_after_a_withdrawal_no_key_of_the_agency_is_left(scene):
    played = scene(RACES["withdraw, and accept"])

    one_after_the_other(played.accept(), played.withdraw("claire"))

    referral = Referral.objects.get()
    assert (referral.state, referral.stop_due) == ("recalled", True)
    assert OwnerKey.objects.filter(owner=referral.pk, holder=referral.agency_holder).count() == 0
