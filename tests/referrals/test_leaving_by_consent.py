"""Whatever is asked, sent, answered, narrowed or withdrawn, in whatever order: no value leaves that no consent covers.

What each agency may read is kept here in a few lines of its own, from what the person said; the house is asked through
the doors that its pages use, and its wraps are counted.
"""

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cases.models import Category, State
from cellule.steps import TooLate
from cellule.vault.models import OwnerKey
from cellule.vault.sealing import CannotOpen
from referrals.doors import find_referral, open_agreed, open_envelope
from referrals.models import Referral
from referrals.models.codes import RECEIVED, RUNNING, ReferralState
from referrals.models.packet import Sending
from tests.factories import case_at, take
from tests.people import acting
from tests.referrals.sent import CLINIC, EVERYTHING, SENDING, SHELTER, consent, draft, joined, opened

# A value of each kind of data that may be sent, and whoever answers for each agency.
VALUES = {
    Category.NAME: {"called": SENDING.called},
    Category.CONTACT: {"contact": SENDING.contact},
    Category.STORY: {"summary": SENDING.summary},
    Category.RISK: {"risk": SENDING.risk},
    Category.IDENTITY: {"legal_name": SENDING.legal_name},
}
PARTNERS = {CLINIC: "noor", SHELTER: "solange"}
KINDS = st.frozensets(st.sampled_from([Category.NEEDS, *VALUES]))
STEPS = ("see", "accept", "decline", "begin_service", "hold", "complete", "fail", "recall", "mark_error")


@dataclass(frozen=True)
class Act:
    """`what`: consent, refuse, withdraw, send, or a step; `kinds`: agreed to, or chosen to be sent."""

    what: str
    agency: str
    kinds: frozenset[str]


ACTS = st.builds(Act, st.sampled_from(["consent", "consent", "refuse", "withdraw", "send", "send", "send", *STEPS]),
                 st.sampled_from(sorted(PARTNERS)), KINDS)  # fmt: skip


@dataclass
class World:
    """What the person allows each agency now, and what was sent under it."""

    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    sent: dict[object, frozenset[str]] = field(default_factory=dict)
    # What was sent to each agency and rests on a consent without a gap.
    covered: dict[str, set[object]] = field(default_factory=lambda: {name: set() for name in PARTNERS})


def _request(by) -> HttpRequest:
    request = HttpRequest()
    request.user, request.acting = by.user, by
    return request


def _read(by, reference: str) -> tuple[dict[str, object], dict[str, object]]:
    """Every value that somebody reads in both packets; nothing where a door or a key is shut."""
    packets: list[dict[str, object]] = []
    for door, column in ((open_envelope, "envelope"), (open_agreed, "agreed")):
        try:
            referral = find_referral(_request(by), reference)
            document = door(_request(by), referral).read(referral, column)
        except (Http404, PermissionDenied, TooLate, CannotOpen):
            packets.append({})
        else:
            packets.append({name: value for name, value in vars(document).items() if value})
    return packets[0], packets[1]


def _story(agency: str, *acts: str) -> list[Act]:
    """Acts with everything, or with all but what happened."""
    less = EVERYTHING - {Category.STORY}
    return [Act(act.removesuffix(" less"), agency, less if act.endswith(" less") else EVERYTHING) for act in acts]


class Leaving(TestCase):
    """Hypothesis rolls every example back."""

    @settings(
        max_examples=25,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @example(_story(CLINIC, "consent", "send", "see", "accept", "consent less"))
    @example(_story(CLINIC, "consent", "send", "accept", "begin_service", "complete", "withdraw"))
    @example(_story(SHELTER, "consent less", "consent", "send less", "accept", "recall"))
    @given(st.lists(ACTS, min_size=3, max_size=9))
    def test_no_value_leaves_that_no_consent_covers(self, acts):
        mireille, claire = acting("mireille"), acting("claire")
        partners = {name: acting(person) for name, person in PARTNERS.items()}
        agencies = {name: joined(name, mireille) for name in PARTNERS}
        case, world = case_at(State.ACTIVE, claire), World()

        for act in acts:
            self._do(act, world, case, claire, agencies[act.agency], partners[act.agency])
            self._expect(world, case, partners)

    def _do(self, act, world, case, claire, agency, partner) -> None:
        known = world.allowed.get(act.agency)
        if act.what == "consent":
            consent(case, claire, agency, act.kinds)
            if known is not None and not known <= act.kinds:
                world.covered[act.agency].clear()
            world.allowed[act.agency] = act.kinds
        elif act.what in ("refuse", "withdraw"):
            if act.what == "refuse":
                consent(case, claire, agency, refused=True)
            for held in case.consents.filter(recipient=agency.organisation, state="given"):
                held.withdraw(by=claire)
            world.covered[act.agency].clear()
            world.allowed.pop(act.agency, None)
        elif act.what == "send":
            chosen = {name: value for kind in act.kinds if kind in VALUES for name, value in VALUES[kind].items()}
            referral = draft(case, claire, agency.services.get())
            wanted = {Category.NEEDS, *(kind for kind in act.kinds if kind in VALUES)}
            try:
                referral.send(by=claire, sending=Sending(("shelter",), "normal", **chosen), opened=opened(case, claire))
            except TooLate:
                # Refused exactly when something chosen is not covered.
                assert known is None or not wanted <= known
            else:
                assert known is not None
                assert wanted <= known
                world.sent[referral.pk] = frozenset(chosen)
                world.covered[act.agency].add(referral.pk)
        else:
            self._step(act, case, claire, agency, partner)

    def _step(self, act, case, claire, agency, partner) -> None:
        referral = case.referrals.filter(agency=agency).exclude(state="draft").order_by("pk").first()
        if referral is None:
            return
        try:
            take(referral, act.what, claire if act.what in ("recall", "mark_error") else partner)
        except (TooLate, Http404):
            return

    def _expect(self, world, case, partners) -> None:
        """Each agency reads what was sent to it and is still allowed, and nothing else; its wraps go with it."""
        for referral in Referral.objects.filter(case=case).select_related("agency"):
            for name, partner in partners.items():
                envelope, agreed = _read(partner, referral.reference)
                state = Referral.objects.get(pk=referral.pk).state
                theirs = referral.agency.name == name
                after = state in (ReferralState.COMPLETED, ReferralState.NOT_DELIVERED)
                may_see = theirs and referral.pk in world.covered[name] and (state in RUNNING or after)
                may_have = may_see and (state in RECEIVED or after)
                assert bool(envelope) == may_see
                assert set(agreed) == (set(world.sent[referral.pk]) if may_have else set())
                if may_have:
                    covered = {value for kind in world.allowed[name] if kind in VALUES for value in VALUES[kind]}
                    assert set(agreed) <= covered
                if theirs and not may_see:
                    assert not OwnerKey.objects.filter(owner=referral.pk, holder=referral.agency_holder).exists()
