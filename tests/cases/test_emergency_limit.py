"""Nobody looks for cases by asking for many: after a few the house says so, in the same words for every reference."""

import datetime

import pytest
from django.db.models import F
from django.test import Client

from audit.log.actions import Outcome, Relation
from audit.log.models import Entry
from cases.models import BreakGlass, Case, State
from cases.models.glass_limit import TooMany
from cellule.accounts.acting import Acting
from cellule.jobs.models import Job
from cellule.notices.kinds import address_of
from cellule.notices.models import Notice
from cellule.references import new_reference, shown
from tests.cases.emergencies import asked, passed, vanished
from tests.factories import case_at, take
from tests.people import acting

MOST = 3
NEW = "/urgences/nouvelle/"
WORDS = "Elle est au comptoir."


@pytest.fixture(autouse=True)
def few(settings):
    settings.EMERGENCY_CASES_A_DAY = MOST


@pytest.fixture
def exhausted(other_caseworker) -> list[BreakGlass]:
    """Joaquín has asked for as many as he may, all of them nobody's."""
    return [asked(new_reference(), other_caseworker) for _ in range(MOST)]


def _sent(client: Client, reference: str):
    once = client.get(NEW).context["form"]["once"].value()
    return client.post(NEW, {"once": once, "reference": reference, "reason": "present", "words": WORDS})


def _in_a_circle(caseworker: Acting, supervisor: Acting) -> Case:
    case = case_at(State.ACTIVE, caseworker)
    take(case, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(case, "approve_circle", supervisor)
    return case


def _told() -> list[tuple[str, str, str]]:
    told = Notice.objects.filter(kind__startswith="cases.emergencies").select_related("recipient")
    return sorted((each.recipient.name, each.kind, each.reference) for each in told)


def test_one_case_more_is_refused_whatever_its_reference_names(
    as_, exhausted, caseworker, supervisor, other_caseworker
):
    references = [
        case_at(State.ACTIVE, caseworker).reference,
        _in_a_circle(caseworker, supervisor).reference,
        vanished(case_at(State.ACTIVE, caseworker)),
        new_reference(),
    ]
    joaquin, told = as_("joaquin"), []

    for reference in references:
        answer = _sent(joaquin, reference)
        told.append((answer.status_code, answer.context["form"].non_field_errors(), WORDS in answer.text))

    assert told[0] == told[1] == told[2] == told[3]
    assert told[0] == (
        429,
        [
            "You have asked for 3 cases in the last 24 hours, and one person may ask for no more.",
            "The supervisors and the privacy officer know of it. Speak to a supervisor: they can give you the case.",
            "If somebody’s life is in danger, call 911 now, and then a supervisor.",
        ],
        True,
    )
    assert BreakGlass.objects.count() == MOST


def test_as_many_as_one_may_ask_for_are_asked_for(caseworker, other_caseworker):
    for _ in range(MOST - 1):
        asked(new_reference(), other_caseworker)

    assert asked(case_at(State.ACTIVE, caseworker), other_caseworker).is_in_force


def test_uses_that_opened_count_too(caseworker, other_caseworker):
    for _ in range(MOST):
        asked(case_at(State.ACTIVE, caseworker), other_caseworker).end(by=other_caseworker)

    with pytest.raises(TooMany):
        asked(case_at(State.ACTIVE, caseworker), other_caseworker)


def test_case_that_was_asked_for_already_is_not_one_more(caseworker, other_caseworker):
    case = case_at(State.ACTIVE, caseworker)
    asked(case, other_caseworker).end(by=other_caseworker)
    for _ in range(MOST - 1):
        asked(new_reference(), other_caseworker)

    assert asked(case, other_caseworker).is_in_force


def test_next_day_one_may_ask_again(exhausted, caseworker, other_caseworker):
    passed(exhausted[0], hours=24)

    assert asked(case_at(State.ACTIVE, caseworker), other_caseworker).is_in_force


def test_what_others_ask_for_does_not_count(exhausted, caseworker, second_supervisor, supervisor):
    """Omar is not of the circle."""
    inside = _in_a_circle(caseworker, supervisor)

    assert asked(inside, second_supervisor).asked_for == inside.reference


def test_refusal_is_in_the_log_with_the_case_and_once(as_, exhausted, caseworker, logged):
    case, joaquin = case_at(State.ACTIVE, caseworker), as_("joaquin")
    logged()

    _sent(joaquin, case.code)

    told = ("cases.emergency_too_many", "cases.breakglass", case.reference)
    assert logged() == [(*told, Relation.BREAK_GLASS, Outcome.REFUSED_CONFLICT)]
    assert Entry.objects.get(action="cases.emergency_too_many").subject is None


def test_supervisors_and_privacy_officer_are_told_at_once_and_once_in_a_day(
    exhausted, other_caseworker, supervisor, second_supervisor, privacy_officer
):
    for _ in range(2):
        with pytest.raises(TooMany):
            asked(new_reference(), other_caseworker)

    first = Entry.objects.filter(action="cases.emergency_too_many").order_by("id").first()
    who = str(other_caseworker.user.pk)
    assert _told() == sorted(
        [
            (supervisor.user.name, "cases.emergencies_of_one", who),
            (second_supervisor.user.name, "cases.emergencies_of_one", who),
            (privacy_officer.user.name, "cases.emergencies_of_somebody", str(first.pk)),
        ]
    )
    assert Job.objects.filter(kind="notices.deliver").count() == 3


def test_notice_leads_to_whoever_asks_and_to_the_entry(as_, exhausted, other_caseworker, supervisor, privacy_officer):
    with pytest.raises(TooMany):
        asked(new_reference(), other_caseworker)

    pages = {
        name: as_(name).get(address_of(notice.kind, notice.reference))
        for name in ("mireille", "rose")
        for notice in Notice.objects.filter(recipient=acting(name).user, kind__startswith="cases.emergencies")
    }

    day, who = as_("mireille").get("/").text, str(other_caseworker.user.pk)
    assert (f'href="{pages["mireille"].request["PATH_INFO"]}"' in day, f"{who[:4]}-{who[4:]}" in day) == (True, False)
    assert {name: page.status_code for name, page in pages.items()} == {"mireille": 200, "rose": 200}
    assert other_caseworker.user.name in pages["mireille"].text


def test_supervisor_is_not_told_of_themselves(second_supervisor, supervisor, privacy_officer):
    for _ in range(MOST):
        asked(new_reference(), second_supervisor)

    with pytest.raises(TooMany):
        asked(new_reference(), second_supervisor)

    assert [name for name, *_rest in _told()] == sorted([supervisor.user.name, privacy_officer.user.name])


# --- Asked for once more ----------------------------------------------------------------------------------


def test_waiting_request_is_not_asked_for_twice(caseworker, supervisor, other_caseworker):
    inside = _in_a_circle(caseworker, supervisor)

    assert asked(inside, other_caseworker) == asked(inside, other_caseworker)
    assert Entry.objects.filter(action="cases.emergency_asked").count() == 1


def test_request_that_was_turned_down_looks_like_one_of_nothing_when_it_comes_again(
    as_, caseworker, supervisor, other_caseworker
):
    inside, nothing = _in_a_circle(caseworker, supervisor), new_reference()
    emergency = asked(inside, other_caseworker)
    asked(nothing, other_caseworker)
    emergency.turn_down(by=caseworker)
    joaquin = as_("joaquin")

    again = [_sent(joaquin, shown(reference)) for reference in (inside.reference, nothing)]

    assert [answer.status_code for answer in again] == [302, 302]
    assert BreakGlass.objects.count() == 2


def test_case_whose_circle_has_ended_opens_though_a_request_waits(caseworker, supervisor, other_caseworker):
    inside = _in_a_circle(caseworker, supervisor)
    asked(inside, other_caseworker)
    take(inside, "ask_lift", caseworker)
    take(inside, "approve_lift", supervisor)

    assert asked(inside, other_caseworker).is_in_force


def test_request_of_yesterday_is_asked_for_anew(other_caseworker):
    reference = new_reference()
    old = asked(reference, other_caseworker)
    BreakGlass.objects.filter(pk=old.pk).update(asked_at=F("asked_at") - datetime.timedelta(hours=5))

    assert asked(reference, other_caseworker) != old
