"""A step that is not possible any more: what was typed stays on the page, and the page leads back to the case."""

import pytest
from django.urls import reverse

from cases.models import Case, Milestone, State
from cellule.vault.models import ParkedText
from tests.factories import case_at, take
from tests.people import said
from tests.world import PEOPLE

TYPED = "Le bail n’est pas signé. முதலில் வீடு."


@pytest.fixture
def active(caseworker) -> Case:
    """Claire's case in active support."""
    return case_at(State.ACTIVE, caseworker)


@pytest.fixture
def closed_by_omar(active, caseworker, second_supervisor):
    """A function: while Mireille has a page open, Omar closes the case, as Claire has proposed."""
    take(active, "propose_closing", caseworker)
    return lambda: take(Case.objects.get(pk=active.pk), "close", second_supervisor)


def _step(case: Case, slug: str) -> str:
    return reverse("cases:step", args=[case.reference, slug])


def _reasons(page) -> list[str]:
    return [str(reason) for reason in page.context["form"].non_field_errors()]


def _stage(state: State) -> str:
    return said("The case is now at this stage: %(stage)s.") % {"stage": said(str(state.label))}


def test_page_of_a_step_that_was_taken_says_where_the_case_stands(as_, active):
    claire = as_("claire")
    claire.post(_step(active, "passer-au-suivi"))

    page = claire.get(_step(active, "passer-au-suivi"))

    assert page.status_code == 409
    assert [str(reason) for reason in page.context["reasons"]] == [_stage(State.FOLLOW_UP)]
    assert f'href="{reverse("cases:case", args=[active.reference])}"' in page.text


def test_button_pressed_twice_takes_the_step_once_and_leads_to_the_case(as_, active):
    claire, before = as_("claire"), Milestone.objects.filter(case=active).count()

    answers = [claire.post(_step(active, "passer-au-suivi")) for _press in range(2)]

    address = reverse("cases:case", args=[active.reference])
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, address)] * 2
    assert Milestone.objects.filter(case=active).count() == before + 1


def test_button_that_somebody_else_pressed_first_is_too_late(as_, active, closed_by_omar, second_supervisor):
    mireille = as_("mireille")
    closed_by_omar()
    take(Case.objects.get(pk=active.pk), "reopen", second_supervisor)

    answer = mireille.post(_step(active, "rouvrir"), {})

    assert answer.status_code == 409
    assert [str(reason) for reason in answer.context["reasons"]] == [_stage(State.ACTIVE)]


def test_text_sent_too_late_stays_on_the_page(as_, active, closed_by_omar):
    mireille = as_("mireille")
    version = mireille.get(_step(active, "refuser-fermeture")).context["form"]["version"].value()
    closed_by_omar()

    answer = mireille.post(_step(active, "refuser-fermeture"), {"answer": TYPED, "version": version})

    assert (answer.status_code, _reasons(answer)) == (409, [_stage(State.CLOSED)])
    assert answer.context["form"]["answer"].value() == TYPED
    assert said("Nothing was saved. Copy what you still need of your text, then go back to the case.") in answer.text


def test_text_kept_over_the_lock_is_there_when_the_step_is_too_late(as_, active, closed_by_omar):
    mireille = as_("mireille")
    address = _step(active, "refuser-fermeture")
    mireille.post("/verrou/")
    mireille.post(address, {"answer": TYPED, "version": "1"})
    closed_by_omar()
    mireille.post("/verrou/ouvrir/", {"password": PEOPLE["mireille"].passphrase})

    page = mireille.get(f"{address}?repris={ParkedText.objects.get().pk}")

    assert (page.status_code, _reasons(page)) == (409, [_stage(State.CLOSED)])
    assert page.context["form"]["answer"].value() == TYPED
    assert ParkedText.objects.count() == 1
