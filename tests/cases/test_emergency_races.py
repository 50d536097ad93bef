"""An emergency access and somebody else at the same moment: whoever is second goes by what the first has done."""

import uuid

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cases.access_list import AccessPurpose, make_list
from cases.models import BreakGlass, Case, File, Note, State
from cellule.references import new_reference
from tests.cases.emergencies import asked
from tests.factories import case_at, take
from tests.people import acting
from tests.races import one_after_the_other

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(caseworker) -> Case:
    return case_at(State.ACTIVE, caseworker)


def _note(case: Case):
    mine = Case.objects.get(pk=case.pk)
    return lambda: mine.add_note(by=acting("joaquin"), row_id=uuid.uuid4(), body="Elle attend.")


def test_same_case_asked_for_in_two_tabs_at_once_is_open_once(case, other_caseworker):
    answers = one_after_the_other(lambda: asked(case, other_caseworker), lambda: asked(case, acting("joaquin")))

    assert answers == ("done", "done")
    assert BreakGlass.objects.count() == 1


def test_two_cases_asked_for_at_once_are_one_open(case, caseworker, other_caseworker):
    other = case_at(State.ACTIVE, caseworker)

    answers = one_after_the_other(lambda: asked(case, other_caseworker), lambda: asked(other, acting("joaquin")))

    assert answers == ("done", "409")
    assert BreakGlass.objects.get().case == case


def test_same_form_sent_twice_at_once_asks_once(case, other_caseworker):
    row = uuid.uuid4()

    answers = one_after_the_other(
        lambda: asked(case, other_caseworker, row_id=row), lambda: asked(case, acting("joaquin"), row_id=row)
    )

    assert answers == ("done", "done")
    assert Entry.objects.filter(action="cases.emergency_asked").count() == 1


def test_two_cases_asked_for_at_once_are_one_too_many_for_whom_one_is_left(settings, other_caseworker):
    settings.EMERGENCY_CASES_A_DAY = 1

    answers = one_after_the_other(
        lambda: asked(new_reference(), other_caseworker), lambda: asked(new_reference(), acting("joaquin"))
    )

    assert answers == ("done", "409")
    assert BreakGlass.objects.count() == 1


def test_note_that_waited_for_the_end_is_not_written(case, other_caseworker):
    emergency = asked(case, other_caseworker)

    assert one_after_the_other(lambda: emergency.end(by=other_caseworker), _note(case)) == ("done", "403")
    assert Note.objects.count() == 0


def test_note_that_was_first_stays(case, other_caseworker):
    emergency, note = asked(case, other_caseworker), _note(case)

    assert one_after_the_other(note, lambda: emergency.end(by=acting("joaquin"))) == ("done", "done")
    assert Note.objects.count() == 1


def test_agreement_that_waited_for_the_end_opens_nothing(case, other_caseworker, supervisor):
    emergency = asked(case, other_caseworker, secret=True)
    again = BreakGlass.objects.get(pk=emergency.pk)

    answers = one_after_the_other(lambda: emergency.end(by=other_caseworker), lambda: again.agree(by=supervisor))

    assert answers == ("done", "409")
    assert BreakGlass.objects.get().agreed_by is None


def test_case_that_comes_into_a_circle_meanwhile_does_not_open(case, caseworker, other_caseworker, supervisor):
    take(case, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])

    answers = one_after_the_other(
        lambda: take(case, "approve_circle", supervisor), lambda: asked(case, other_caseworker)
    )

    assert answers == ("done", "done")
    assert (BreakGlass.objects.get().has_begun, case.emergency_of(other_caseworker.user)) == (False, None)


def test_list_for_the_person_sent_twice_at_once_is_made_once(case, caseworker):
    told = {"row_id": uuid.uuid4(), "tongue": "fr", "purpose": AccessPurpose.PERSON}

    answers = one_after_the_other(
        lambda: make_list(case, by=caseworker, **told), lambda: make_list(case, by=acting("claire"), **told)
    )

    assert (answers, File.objects.count()) == (("done", "done"), 1)


def test_words_of_a_note_come_back_when_the_case_was_closed_meanwhile(as_, case, caseworker, supervisor):
    """The access is still open, and what is written in a closed case rests."""
    asked(case, acting("joaquin"))
    joaquin, address = as_("joaquin"), reverse("cases:new_note", args=[case.reference])
    once = joaquin.get(address).context["form"]["once"].value()
    take(case, "propose_closing", caseworker)
    take(case, "close", supervisor)

    answer = joaquin.post(address, {"once": once, "body": "Elle attend au comptoir."})

    assert (answer.status_code, "Elle attend au comptoir." in answer.text) == (403, True)
    assert case.notes.count() == 0
