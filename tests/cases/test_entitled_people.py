"""Whatever people do with a case, in whatever order: exactly the entitled see it, and exactly they can open it.

Who is entitled is kept here in a few lines of its own, from what was done; the house is asked by its queries, its pages
and its keys.
"""

import uuid
from dataclasses import dataclass, field

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.log.models import Entry
from cases.doors import CASEWORK, open_case
from cases.models import Case, ContactRules, Need, PersonOrdinary, State
from cases.models.codes import RiskLevel
from cellule.accounts.acting import Acting
from cellule.steps import TooLate
from cellule.vault.unlocked import NotAMember
from tests.factories import assess, case_at, need, take
from tests.people import acting, signed_in

UNIT = ("claire", "joaquin", "mireille", "omar")
SUPERVISORS = {"mireille", "omar"}
WORKERS = ("ana", *UNIT)
EVERYBODY = (*WORKERS, "paule", "rose", "luc")
MARK = "MARQUE-récit"

# --- What may be done -------------------------------------------------------------------------------


def _write_note(case: Case, by, to) -> None:
    case.add_note(by=by, row_id=uuid.uuid4(), body=f"{MARK} de plus")


def _write_contact(case: Case, by, to) -> None:
    known = getattr(case, "safe_contact", None)
    rules = ContactRules(none_possible=True)
    case.write_contact(by=by, rules=rules, details=None, version=known.version if known else 0)


def _write_person(case: Case, by, to) -> None:
    case.add_person(by=by, row_id=uuid.uuid4(), known=PersonOrdinary(called=MARK))


def _move_a_need(step: str):
    def moved(case: Case, by, to) -> None:
        kept = Need.objects.filter(case=case).order_by("pk").first()
        if kept is None:
            raise TooLate
        take(kept, step, by)

    return moved


WRITES = {
    "note": _write_note,
    "contact": _write_contact,
    "person": _write_person,
    "need": lambda case, by, to: need(case, by),
    "urgent need": lambda case, by, to: need(case, by, urgent=True),
    "small risk": lambda case, by, to: assess(case, by, RiskLevel.SOME),
    "great risk": lambda case, by, to: assess(case, by, RiskLevel.HIGH),
    **{f"need: {step.name}": _move_a_need(step.name) for step in Need.steps()},
}
# Whom a circle is asked for, by the name that is drawn.
CIRCLES = {
    "ana": ("claire", "mireille"),
    "claire": ("claire", "omar"),
    "joaquin": ("joaquin", "mireille", "omar"),
    "mireille": ("mireille", "omar"),
    "omar": ("claire", "joaquin", "mireille"),
}
GRANTS = ("assign", "hand_over", "share", "end_sharing")
STEPS = tuple(step.name for step in Case.steps())


@dataclass(frozen=True)
class Act:
    """Somebody does something: `who` may be whoever leads the case then."""

    who: str
    what: str
    to: str


@dataclass(frozen=True)
class Ahead:
    """Somebody takes one of the steps that their page offers then, the `nth` of all."""

    nth: int
    to: str


ANY_ACT = st.builds(
    Act,
    st.one_of(st.just("whoever leads"), st.just("whoever leads"), st.sampled_from(EVERYBODY)),
    st.one_of(st.sampled_from(STEPS), st.sampled_from(sorted(WRITES))),
    st.sampled_from(WORKERS),
)
A_STEP_AHEAD = st.builds(Ahead, st.integers(0, 99), st.sampled_from(WORKERS))
ACTS = st.one_of(ANY_ACT, A_STEP_AHEAD, A_STEP_AHEAD)
STARTS = st.one_of(
    st.tuples(st.just("ana"), st.sampled_from([State.INQUIRY, State.INTAKE])),
    st.tuples(st.just("claire"), st.sampled_from(list(State))),
)


@dataclass
class Entitled:
    """Who leads and who shares, and who is in the circle if there is one, from what was done."""

    lead: str | None
    shares: set[str] = field(default_factory=set)
    circle: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    def follow(self, act: Act) -> None:
        if act.what == "ask_circle":
            self.asked = frozenset(CIRCLES[act.to])
        if act.what == "drop_circle":
            self.asked = frozenset()
        if act.what == "approve_circle":
            self.circle, self.asked = self.asked, frozenset()
            self.lead = self.lead if self.lead in self.circle else None
            self.shares = set(self.circle) - {self.lead}
        if act.what == "approve_lift":
            self.circle = frozenset()
        if act.what in ("assign", "hand_over") and self.circle and self.lead:
            self.shares.add(self.lead)
        if act.what == "hand_to_unit":
            self.lead = None
        if act.what in ("assign", "hand_over"):
            self.lead = act.to
            self.shares.discard(act.to)
        if act.what == "share":
            self.shares.add(act.to)
        if act.what == "end_sharing":
            self.shares.discard(act.to)

    @property
    def working(self) -> set[str]:
        return self.shares | ({self.lead} if self.lead else set())

    @property
    def seeing(self) -> set[str]:
        return set(self.circle) if self.circle else self.working | SUPERVISORS


# --- What is found ----------------------------------------------------------------------------------


@pytest.mark.long
class EntitledPeople(TestCase):
    """One example is one case and a sequence of acts, undone at its end."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.cookies = {name: signed_in(name).cookies.output(header="", sep=";") for name in WORKERS}

    def setUp(self) -> None:
        self.people = {name: acting(name) for name in EVERYBODY}

    # A sequence that fails is short enough to be read; making it shorter would take minutes.
    @settings(
        max_examples=30,
        deadline=None,
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(start=STARTS, acts=st.lists(ACTS, min_size=6, max_size=16))
    def test_exactly_the_entitled_see_and_open_a_case(self, start: tuple[str, State], acts: list[Act | Ahead]) -> None:
        lead, state = start
        case = case_at(state, self.people[lead], supervisor=self.people["mireille"])
        entitled = Entitled(lead)
        bystander = case_at(State.INTAKE, self.people["joaquin"])

        for drawn in acts:
            act = self._resolved(drawn, case, entitled) if isinstance(drawn, Ahead) else drawn
            entries = self._entries()
            done = self._done(case, act, entitled)
            self._ask_what_a_commit_asks()
            # One act, one entry; what is refused here is logged by the page that asked for it.
            assert self._entries() - entries == int(done)
            if done:
                entitled.follow(act)
            self._assert_led(case, entitled)
            assert self._seeing(case) == entitled.seeing

        self._assert_pages(case, entitled.seeing)
        assert {name: self._opened(case, name) for name in EVERYBODY} == {
            name: "story" if name in entitled.working else "ordinary" if name in entitled.seeing else "404"
            for name in EVERYBODY
        }
        assert self._seeing(bystander) == {"joaquin", *SUPERVISORS}

    def _resolved(self, ahead: Ahead, case: Case, entitled: Entitled) -> Act:
        fresh = Case.objects.get(pk=case.pk)
        offered = [
            Act(name, offer.step.name, ahead.to)
            for name in sorted(entitled.seeing)
            for offer in fresh.offers(self.people[name].user)
            if not offer.missing
        ]
        return offered[ahead.nth % len(offered)]

    def _done(self, case: Case, act: Act, entitled: Entitled) -> bool:
        by = self._now((entitled.lead or "mireille") if act.who == "whoever leads" else act.who)
        fresh, to = Case.objects.get(pk=case.pk), self.people[act.to].user
        told = {"to": to} if act.what in GRANTS else {}
        if act.what == "ask_circle":
            told = {"people": [self.people[name].user for name in CIRCLES[act.to]]}
        try:
            if act.what in WRITES:
                WRITES[act.what](fresh, by, to)
            else:
                take(fresh, act.what, by, **told)
        except (Http404, PermissionDenied, TooLate):
            return False
        return True

    def _now(self, name: str) -> Acting:
        """The person in a request that begins now: the vault read anew."""
        if (vault := self.people[name].unlocked) is not None:
            vault.forget()
        return self.people[name]

    def _entries(self) -> int:
        # A circle signs rosters as well, which the vault tells of.
        return Entry.objects.filter(outcome="done", action__startswith="cases.").count()

    def _ask_what_a_commit_asks(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    def _assert_without_keys(self, case: Case, person: Acting) -> None:
        """Whoever is outside a circle could not open it with any right to look: the vault has nothing for them."""
        if case.is_in_circle and person.unlocked is not None:
            with pytest.raises(NotAMember):
                person.unlocked.wrapping_key(case.key_holder, 1)

    def _assert_led(self, case: Case, entitled: Entitled) -> None:
        """An open case has exactly one lead, or waits for one."""
        now = Case.objects.get(pk=case.pk)
        leads = [user.pk for user in now.leads()]
        assert leads == ([self.people[entitled.lead].user.pk] if entitled.lead else [])
        assert now.awaits_lead == (now.is_open and not leads)

    def _seeing(self, case: Case) -> set[str]:
        return {
            name
            for name, person in self.people.items()
            if list(Case.objects.visible_to(person.user).filter(pk=case.pk)) == [case]
        }

    def _assert_pages(self, case: Case, seeing: set[str]) -> None:
        """Who works with cases gets the page, or 404."""
        for name in WORKERS:
            client = Client()
            client.cookies.load(self.cookies[name])
            status = client.get(f"/dossiers/{case.code}/").status_code
            assert (name, status) == (name, 200 if name in seeing else 404)

    def _opened(self, case: Case, name: str) -> str:
        """What the one door to a case opens for somebody, with their own keys."""
        request = HttpRequest()
        request.acting, request.user = self._now(name), self.people[name].user
        before = self._entries()
        try:
            found, opened = open_case(request, case.reference, purpose=CASEWORK)
        except Http404:
            assert self._entries() == before
            self._assert_without_keys(Case.objects.get(pk=case.pk), request.acting)
            return "404"
        # Every look is an entry, and whoever may look has keys that fit.
        assert self._entries() == before + 1
        assert opened.read(found, "ordinary").language == "tam"
        if not any(compartment == "story" for compartment, _ in opened.keys):
            return "ordinary"
        notes = [opened.read(note, "story").body for note in found.notes.all()]
        assert notes == [f"{MARK} de plus"] * len(notes)
        return "story"
