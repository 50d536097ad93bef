"""A case from the first call to closing and back, by its steps, and what each of them leaves behind."""

import pytest
from django.db import connection

from audit.log.models import Entry
from cases.models import Case, State
from cases.models.codes import RiskLevel
from cases.notices import (
    DECIDED,
    LEADS_NO_MORE,
    LEADS_NOW,
    SHARES_NO_MORE,
    SHARES_NOW,
    WAITS_FOR_DECISION,
    WAITS_FOR_LEAD,
)
from cellule.notices.models import Notice
from cellule.steps import Stale, TooLate
from tests.factories import assess, case_at, inquiry, need, settle_contact, take
from tests.people import said

WALK = [
    ("begin_intake", "inquiry", "intake"),
    ("begin_assessment", "intake", "assessment"),
    ("countersign", "assessment", "assessment"),
    ("activate", "assessment", "active"),
    ("follow_up", "active", "follow_up"),
    ("resume", "follow_up", "active"),
    ("propose_closing", "active", "active"),
    ("close", "active", "closed"),
    ("reopen", "closed", "active"),
]


@pytest.fixture
def told():
    """Whom notices of which kinds have reached since it was last asked."""
    seen: set = set()

    def gained() -> set[tuple[str, str]]:
        rows = list(Notice.objects.exclude(pk__in=seen))
        seen.update(row.pk for row in rows)
        return {(row.recipient.name.split()[0], row.kind) for row in rows}

    return gained


def test_case_walks_from_the_first_call_to_closing_and_back(caseworker, supervisor):
    case = inquiry(caseworker)
    walked = []

    for name, *_ in WALK:
        before = case.state
        if name == "begin_assessment":
            settle_contact(case, caseworker)
        if name == "countersign":
            assess(case, caseworker, RiskLevel.HIGH)
        take(case, name, supervisor if name in ("countersign", "close", "reopen") else caseworker)
        walked.append((name, before, case.state))

    assert walked == WALK
    with connection.cursor() as cursor:
        # What the database asks at the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    moves = Entry.objects.about(case.reference).filter(subject_type="cases.case", purpose__contains=">")
    told = moves.order_by("at", "counter").values_list("purpose", flat=True)
    assert list(told) == [f"{before}>{after}" for _, before, after in WALK]
    assert case.milestones.count() == len(WALK) + 1
    assert Case.objects.get(pk=case.pk).version == case.version


def test_keys_come_to_the_unit_when_one_of_it_begins_the_intake(caseworker, intake_worker):
    mine, hers = inquiry(caseworker), inquiry(intake_worker)

    take(mine, "begin_intake", caseworker)
    take(hers, "begin_intake", intake_worker)

    assert (mine.is_held_by_unit, hers.is_held_by_unit) == (True, False)


# --- What only a chain of steps can break -----------------------------------------------------------


def test_case_closed_without_a_lead_waits_for_one_when_it_is_reopened(caseworker, supervisor):
    case = case_at(State.INTAKE, caseworker)
    take(case, "propose_closing", caseworker)
    take(case, "hand_to_unit", caseworker)
    take(case, "close", supervisor)
    closed = case.awaits_lead

    take(case, "reopen", supervisor)

    assert (closed, case.awaits_lead, list(case.leads())) == (False, True, [])


def test_case_whose_lead_has_left_waits_for_one_when_it_is_reopened(caseworker, supervisor):
    case = case_at(State.CLOSED, caseworker, supervisor=supervisor)
    case.leads().update(is_active=False)

    take(case, "reopen", supervisor)

    assert case.awaits_lead


def test_case_led_by_the_intake_is_not_shared_over_its_leads_head(intake_worker, caseworker, supervisor):
    """Sharing would bring the keys to the unit, whose they are not to open who still leads the case."""
    case = inquiry(intake_worker)

    with pytest.raises(TooLate):
        take(case, "share", supervisor, to=caseworker.user)

    assert (case.is_held_by_unit, list(case.shared_with())) == (False, [])


def test_case_that_waits_for_a_lead_is_shared_by_a_supervisor(intake_worker, caseworker, supervisor):
    case = inquiry(intake_worker)
    take(case, "hand_to_unit", intake_worker)

    take(case, "share", supervisor, to=caseworker.user)

    assert (case.is_held_by_unit, list(case.shared_with())) == (True, [caseworker.user])


@pytest.mark.parametrize("state", [State.ACTIVE, State.FOLLOW_UP])
def test_great_danger_is_seen_by_a_second_person_also_once_support_has_begun(caseworker, supervisor, state, told):
    case = case_at(state, caseworker)
    told()

    assess(case, caseworker, RiskLevel.IMMEDIATE)

    assert (case.state, case.risks.count(), case.risk_settled) == (state, 2, False)
    assert told() == {("Mireille", WAITS_FOR_DECISION.code), ("Omar", WAITS_FOR_DECISION.code)}
    take(case, "countersign", supervisor)
    assert (case.state, case.risk_settled) == (state, True)


def test_supervisor_countersigns_no_assessment_of_their_own(caseworker, supervisor, second_supervisor):
    case = case_at(State.ASSESSMENT, caseworker)
    take(case, "share", caseworker, to=supervisor.user)
    assess(Case.objects.get(pk=case.pk), supervisor, RiskLevel.HIGH)
    take(case, "end_sharing", caseworker, to=supervisor.user)

    with pytest.raises(TooLate):
        take(case, "countersign", supervisor)
    take(case, "countersign", second_supervisor)

    assert case.risk_settled


def test_who_gives_a_case_away_was_its_lead_says_the_log(caseworker, other_caseworker, logged):
    case = case_at(State.ACTIVE, caseworker)
    logged()

    take(case, "hand_over", caseworker, to=other_caseworker.user)

    assert logged() == [("cases.case_handed_over", "cases.case", case.reference, "assigned", "done")]


def test_decision_on_an_older_page_is_refused(caseworker, supervisor):
    case = case_at(State.ASSESSMENT, caseworker)
    assess(case, caseworker, RiskLevel.HIGH)
    seen = case.version
    assess(case, caseworker, RiskLevel.IMMEDIATE)

    with pytest.raises(Stale):
        take(case, "countersign", supervisor, version=seen)

    assert not Case.objects.get(pk=case.pk).risk_settled


def test_need_met_meanwhile_lets_the_follow_up_begin(caseworker):
    case = case_at(State.ACTIVE, caseworker)
    urgent = need(case, caseworker, urgent=True)
    with pytest.raises(TooLate) as refused:
        take(case, "follow_up", caseworker)

    take(urgent, "meet", caseworker)
    take(case, "follow_up", caseworker)

    assert (len(refused.value.reasons), case.state) == (1, "follow_up")


# --- Who is told ------------------------------------------------------------------------------------


def test_each_grant_tells_whom_it_touches(caseworker, other_caseworker, supervisor, told):
    case = case_at(State.INTAKE, caseworker)
    people, noticed = {"to": other_caseworker.user}, {}

    for name, by, asked in [
        ("share", caseworker, people),
        ("end_sharing", caseworker, people),
        ("hand_over", caseworker, people),
        ("assign", supervisor, {"to": caseworker.user}),
        ("hand_to_unit", caseworker, {}),
    ]:
        told()
        take(case, name, by, **asked)
        noticed[name] = told()

    assert noticed == {
        "share": {("Joaquín", SHARES_NOW.code)},
        "end_sharing": {("Joaquín", SHARES_NO_MORE.code)},
        "hand_over": {("Joaquín", LEADS_NOW.code)},
        "assign": {("Joaquín", LEADS_NO_MORE.code), ("Claire", LEADS_NOW.code)},
        "hand_to_unit": {("Mireille", WAITS_FOR_LEAD.code), ("Omar", WAITS_FOR_LEAD.code)},
    }


def test_each_decision_tells_whom_it_waits_for_and_then_the_lead(caseworker, supervisor, told):
    case = case_at(State.ASSESSMENT, caseworker)
    noticed = []

    assess(case, caseworker, RiskLevel.HIGH)
    noticed.append(told())
    take(case, "countersign", supervisor)
    noticed.append(told())
    take(case, "propose_closing", caseworker)
    noticed.append(told())
    take(case, "decline_closing", supervisor)
    noticed.append(told())

    waits = {("Mireille", WAITS_FOR_DECISION.code), ("Omar", WAITS_FOR_DECISION.code)}
    assert noticed == [waits, {("Claire", DECIDED.code)}, waits, {("Claire", DECIDED.code)}]


def test_case_is_shared_with_the_same_person_once(case, caseworker, other_caseworker, supervisor):
    take(case, "share", caseworker, to=other_caseworker.user)
    notices, milestones = Notice.objects.count(), case.milestones.count()

    with pytest.raises(TooLate) as refusal:
        case.share(by=supervisor, to=other_caseworker.user)

    assert refusal.value.reasons == (said("The case is shared with this person already."),)
    assert (Notice.objects.count(), case.milestones.count()) == (notices, milestones)


@pytest.mark.parametrize("step", ["assign", "hand_over"])
def test_case_is_not_given_to_who_leads_it(case, caseworker, supervisor, step):
    by = supervisor if step == "assign" else caseworker
    take(case, "begin_intake", caseworker)
    milestones = case.milestones.count()

    with pytest.raises(TooLate) as refusal:
        getattr(case, step)(by=by, to=caseworker.user)

    assert refusal.value.reasons == (said("This person leads the case already, or cannot lead one."),)
    assert case.milestones.count() == milestones


def test_supervisor_gives_no_share_to_themselves(case, supervisor):
    with pytest.raises(TooLate):
        case.share(by=supervisor, to=supervisor.user)

    assert not case.shared_with().exists()
