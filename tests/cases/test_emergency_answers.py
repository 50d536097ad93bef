"""What the answers to an emergency request say, also late, pressed twice, and while it is reviewed."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.review.glass import take_under_review
from cases.models import BreakGlass, Case, State
from cellule.accounts.acting import Acting
from cellule.notices.models import Notice
from tests.cases.emergencies import asked, passed
from tests.factories import case_at, take
from tests.people import said

# Joaquín, who asks, reads English.
TAKEN_UP = "A colleague takes care of it and will speak to you."
OVER = "This emergency access is over. Somebody who had no part in it reviews it."
JUDGED = "This emergency access is over. Somebody who had no part in it has reviewed it."


@pytest.fixture
def case(caseworker) -> Case:
    return case_at(State.ACTIVE, caseworker)


@pytest.fixture
def inside(case, caseworker, supervisor) -> Case:
    """A case in a circle of Claire's and Mireille's."""
    _circled(case, caseworker, supervisor)
    return case


def _circled(case: Case, caseworker: Acting, supervisor: Acting) -> None:
    take(case, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(case, "approve_circle", supervisor)


def _says(client: Client, emergency: BreakGlass) -> str:
    return client.get(reverse("cases:emergency", args=[emergency.reference])).text


def _pressed_twice(client: Client, emergency: BreakGlass, slug: str) -> list[int]:
    address = reverse("cases:emergency_step", args=[emergency.reference, slug])
    return [client.post(address).status_code for _press in range(2)]


def test_colleague_who_takes_care_of_it_is_told_of_for_good(
    as_, inside, caseworker, other_caseworker, auditor, privacy_officer
):
    emergency, joaquin = asked(inside, other_caseworker), as_("joaquin")
    emergency.take_up(by=caseworker)

    read = [TAKEN_UP in _says(joaquin, emergency)]
    item = take_under_review(emergency)
    read.append(TAKEN_UP in _says(joaquin, emergency))
    item.justify(by=auditor)
    read.append(TAKEN_UP in _says(joaquin, emergency))

    assert read == [True, True, True]


@pytest.mark.parametrize("slug", ["prendre-en-charge", "ecarter"])
def test_answer_pressed_twice_is_given_once_also_when_its_review_has_begun(as_, inside, other_caseworker, slug):
    emergency, claire = asked(inside, other_caseworker), as_("claire")
    answers = _pressed_twice(claire, emergency, slug)
    take_under_review(BreakGlass.objects.get(pk=emergency.pk))

    assert answers + _pressed_twice(claire, emergency, slug) == [302] * 4


@pytest.mark.parametrize("slug", ["accepter", "refuser", "terminer"])
def test_supervisor_s_answer_pressed_twice_is_given_once(as_, case, other_caseworker, slug):
    emergency = asked(case, other_caseworker, secret=True)

    assert _pressed_twice(as_("mireille"), emergency, slug) == [302, 302]


def test_one_supervisor_too_late_to_refuse_what_another_agreed_to_is_told_so(
    as_, case, other_caseworker, second_supervisor
):
    emergency = asked(case, other_caseworker, secret=True)
    emergency.agree(by=second_supervisor)

    assert _pressed_twice(as_("mireille"), emergency, "refuser") == [409, 409]


def test_asker_is_told_that_a_supervisor_has_ended_it(case, other_caseworker, supervisor):
    emergency = asked(case, other_caseworker)

    emergency.end(by=supervisor)

    told = Notice.objects.filter(recipient=other_caseworker.user, kind__startswith="cases.emergency")
    assert list(told.values_list("kind", "reference")) == [("cases.emergency_closed", emergency.reference)]


def test_asker_who_ends_it_is_told_nothing(case, other_caseworker):
    asked(case, other_caseworker).end(by=other_caseworker)

    assert Notice.objects.filter(recipient=other_caseworker.user).count() == 0


def test_page_says_when_it_was_reviewed(as_, case, other_caseworker, auditor):
    emergency, joaquin = asked(case, other_caseworker), as_("joaquin")
    emergency.end(by=other_caseworker)

    read = [OVER in _says(joaquin, emergency)]
    item = take_under_review(emergency)
    read.append(OVER in _says(joaquin, emergency))
    item.justify(by=auditor)

    assert read == [True, True]
    assert JUDGED in _says(joaquin, emergency)


def test_open_access_to_a_case_that_went_into_a_circle_opens_nothing_and_says_so(
    as_, case, caseworker, other_caseworker, supervisor
):
    emergency, joaquin = asked(case, other_caseworker), as_("joaquin")
    _circled(case, caseworker, supervisor)

    page = _says(joaquin, emergency)

    assert "The case does not open by an emergency access any more. Speak to a supervisor." in page
    assert reverse("cases:case", args=[case.reference]) not in page


def test_access_that_ran_out_says_that_it_is_over_before_the_house_has_tidied(as_, case, other_caseworker):
    emergency, joaquin = asked(case, other_caseworker), as_("joaquin")
    passed(emergency, hours=4)

    assert OVER in _says(joaquin, emergency)


def test_reason_of_an_emergency_stands_among_the_accesses_of_the_case(as_, case, other_caseworker):
    asked(case, other_caseworker)
    as_("joaquin").get(reverse("cases:case", args=[case.reference]))

    (line, *_older) = as_("claire").get(reverse("cases:access", args=[case.reference])).context["lines"][1:]

    assert (line.entry.action, str(line.reason)) == (
        "cases.case_opened",
        said("The person is here, and whoever works on the case is not"),
    )
