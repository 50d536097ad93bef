"""Both sides at the same moment: one is first, the other is answered as if it had happened before they began.

Each pair is tried in both orders, with the second act begun while the first is done and not yet kept: it waits for the
consent or the row, and then goes by what it finds.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from django.db import connections
from django.http import Http404

from audit.log.models import Entry
from cases.models import Consent
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.vault.models import OwnerKey
from referrals.doors import open_agreed, open_envelope, open_referrals
from referrals.models import Referral
from referrals.models.codes import ReferralState
from tests.factories import take
from tests.people import acting
from tests.races import answer_of, one_after_the_other
from tests.referrals.sent import CLINIC, joined, referral_at

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Scene:
    """A referral and its people; each act works on a copy of the row as its own page had read it."""

    referral: Referral
    people: dict[str, Acting]

    def step(self, who: str, name: str) -> Callable[[], None]:
        record = Referral.objects.select_related("agency", "consent", "case").get(pk=self.referral.pk)
        return lambda: take(record, name, SYSTEM if who == "system" else self.people[who])

    def withdraw(self) -> Callable[[], None]:
        consent = Consent.objects.get(pk=self.referral.consent_id)
        return lambda: consent.withdraw(by=self.people["claire"])

    def read(self, door: Callable) -> Callable[[], None]:
        """Open it as Thea's page does, and read what was agreed to, or the envelope."""
        thea = self.people["thea"]
        request = SimpleNamespace(user=thea.user, acting=thea)
        record = Referral.objects.select_related("agency", "consent", "case").get(pk=self.referral.pk)
        column = "agreed" if door is open_agreed else "envelope"
        return lambda: door(request, record).read(record, column)

    def listed(self) -> Callable[[], None]:
        thea = self.people["thea"]
        request = SimpleNamespace(user=thea.user, acting=thea)
        record = Referral.objects.get(pk=self.referral.pk)

        def look() -> None:
            if record.pk not in open_referrals(request, [record]):
                raise Http404

        return look

    def stands(self) -> dict[str, object]:
        """How it stands for everybody now: for the unit, for the agency, and in the vault."""
        row = Referral.objects.get(pk=self.referral.pk)
        return {
            "state": str(row.state),
            "stop_due": row.stop_due,
            "agency": Referral.objects.visible_to(self.people["noor"].user).filter(pk=row.pk).exists(),
            "unit": Referral.objects.visible_to(self.people["claire"].user).filter(pk=row.pk).exists(),
            "opens": OwnerKey.objects.filter(owner=row.pk, holder=row.agency_holder).exists(),
        }


GONE = {"agency": False, "unit": True, "opens": False, "stop_due": False}
STOPPED = {"state": "recalled", "agency": True, "unit": True, "opens": False, "stop_due": True}
HELD = {"agency": True, "unit": True, "opens": True, "stop_due": False}


@dataclass(frozen=True)
class Race:
    """Two acts on a referral; by who was first: what the second is told, and what stands then."""

    state: ReferralState
    one: Callable[[Scene], Callable[[], object]]
    other: Callable[[Scene], Callable[[], object]]
    one_first: tuple[str, dict[str, object]]
    other_first: tuple[str, dict[str, object]]
    days_after: int = 0


ACCEPTED = {"state": "accepted", **HELD}
RACES = {
    "accept twice": Race(
        ReferralState.VIEWED,
        lambda scene: scene.step("noor", "accept"),
        lambda scene: scene.step("thea", "accept"),
        ("409", ACCEPTED),
        ("409", ACCEPTED),
    ),
    "accept, or decline": Race(
        ReferralState.VIEWED,
        lambda scene: scene.step("noor", "accept"),
        lambda scene: scene.step("thea", "decline"),
        ("409", ACCEPTED),
        ("404", {"state": "declined", **GONE}),
    ),
    "accept, or recall": Race(
        ReferralState.VIEWED,
        lambda scene: scene.step("noor", "accept"),
        lambda scene: scene.step("claire", "recall"),
        ("done", STOPPED),
        ("404", {"state": "recalled", **GONE}),
    ),
    "accept, or withdraw": Race(
        ReferralState.VIEWED,
        lambda scene: scene.step("noor", "accept"),
        lambda scene: scene.withdraw(),
        ("done", STOPPED),
        ("404", {"state": "recalled", **GONE}),
    ),
    "see, or recall": Race(
        ReferralState.SENT,
        lambda scene: scene.step("noor", "see"),
        lambda scene: scene.step("claire", "recall"),
        ("done", {"state": "recalled", **GONE}),
        ("404", {"state": "recalled", **GONE}),
    ),
    "decline, or expire": Race(
        ReferralState.VIEWED,
        lambda scene: scene.step("noor", "decline"),
        lambda scene: scene.step("system", "expire"),
        ("409", {"state": "declined", **GONE}),
        ("404", {"state": "expired", **GONE}),
        days_after=1,
    ),
    "recall, or withdraw": Race(
        ReferralState.ACCEPTED,
        lambda scene: scene.step("claire", "recall"),
        lambda scene: scene.withdraw(),
        ("done", STOPPED),
        ("409", STOPPED),
    ),
    "complete, or withdraw": Race(
        ReferralState.IN_SERVICE,
        lambda scene: scene.step("noor", "complete"),
        lambda scene: scene.withdraw(),
        ("done", {"state": "completed", **HELD, "opens": False}),
        ("409", STOPPED),
    ),
    "read what was agreed to, or withdraw": Race(
        ReferralState.ACCEPTED,
        lambda scene: scene.read(open_agreed),
        lambda scene: scene.withdraw(),
        ("done", STOPPED),
        ("409", STOPPED),
    ),
    "read the envelope, or withdraw": Race(
        ReferralState.VIEWED,
        lambda scene: scene.read(open_envelope),
        lambda scene: scene.withdraw(),
        ("done", {"state": "recalled", **GONE}),
        ("404", {"state": "recalled", **GONE}),
    ),
    "list, or withdraw": Race(
        ReferralState.VIEWED,
        lambda scene: scene.listed(),
        lambda scene: scene.withdraw(),
        ("done", {"state": "recalled", **GONE}),
        ("404", {"state": "recalled", **GONE}),
    ),
}


@pytest.fixture
def people() -> dict[str, Acting]:
    return {name: acting(name) for name in ("claire", "mireille", "noor", "thea")}


@pytest.fixture
def scene(people):
    """A referral of Claire's to Noor's clinic that stands like this."""

    def made(state: ReferralState) -> Scene:
        clinic = joined(CLINIC, people["mireille"])
        referral = referral_at(state, lead=people["claire"], partner=people["noor"], to=clinic)
        return Scene(Referral.objects.get(pk=referral.pk), people)

    return made


def _after_the_deadline(played: Scene, days: int, time_machine) -> None:
    if days:
        time_machine.move_to(f"{played.referral.due_on.isoformat()}T12:00:00-05:00")
        time_machine.shift(days * 86_400)


@pytest.mark.parametrize("one_is_first", [True, False], ids=["one first", "other first"])
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_who_comes_second_is_answered_as_if_they_had_come_later(scene, race, one_is_first, time_machine):
    played = scene(race.state)
    _after_the_deadline(played, race.days_after, time_machine)
    acts = race.one(played), race.other(played)
    first, second = acts if one_is_first else reversed(acts)
    expected, stands = race.one_first if one_is_first else race.other_first

    answers = one_after_the_other(first, second)

    assert answers == ("done", expected)
    assert played.stands() == stands


def test_acceptance_before_the_deadline_and_expiry_after_it_never_both_hold(scene, time_machine):
    """On the last day the house lets nothing expire, on the next nobody accepts: there is no moment for both."""
    played = scene(ReferralState.VIEWED)
    time_machine.move_to(f"{played.referral.due_on.isoformat()}T23:59:00-05:00", tick=False)
    on_the_day = answer_of(played.step("system", "expire"))
    time_machine.shift(120)

    after = answer_of(played.step("noor", "accept")), answer_of(played.step("system", "expire"))

    assert (on_the_day, after) == ("409", ("409", "done"))
    assert played.stands() == {"state": "expired", **GONE}


@pytest.mark.parametrize("race", ["accept twice", "accept, or decline", "accept, or recall", "accept, or withdraw"])
def test_at_the_very_same_moment_both_sides_see_one_outcome(scene, race):
    race = RACES[race]
    played, together, answers = scene(race.state), threading.Barrier(2), {}

    def run(name: str, act: Callable[[], object]) -> None:
        together.wait()
        answers[name] = answer_of(act)
        connections.close_all()

    acts = {"one": race.one(played), "other": race.other(played)}
    threads = [threading.Thread(target=run, args=each) for each in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told, stands = answers, played.stands()
    ends = [
        ({"one": "done", "other": race.one_first[0]}, race.one_first[1]),
        ({"one": race.other_first[0], "other": "done"}, race.other_first[1]),
    ]
    assert (told, stands) in ends
    accepted = Entry.objects.filter(action="referrals.referral_accepted", reference=played.referral.reference)
    assert accepted.count() == [told["one"], told["other"] if race is RACES["accept twice"] else ""].count("done")
