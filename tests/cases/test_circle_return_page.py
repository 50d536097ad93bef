"""The page on which one who stays in a circle lets somebody back in, after five words heard face to face."""

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cases.models import Case, State
from tests.factories import case_at, take
from tests.people import acting
from tests.vault.test_circle_returns import enrol_anew, into_the_unit, words_of


@pytest.fixture
def encircled(caseworker, supervisor) -> Case:
    case = case_at(State.ACTIVE, caseworker, supervisor=supervisor)
    take(case, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(case, "approve_circle", supervisor)
    return case


@pytest.fixture
def back(encircled, supervisor):
    """Claire, with a new passphrase, of the unit again."""
    claire = enrol_anew("claire")
    into_the_unit(claire, supervisor)
    return claire


def _page(case: Case) -> str:
    return reverse("cases:step", args=[case.reference, "readmettre-cercle"])


def test_somebody_who_lost_their_keys_is_let_back_by_the_words_they_say(as_, encircled, back):
    case = reverse("cases:case", args=[encircled.reference])
    mireille, claire = as_("mireille"), as_("claire")
    assert [int(claire.get(case).status_code), _page(encircled) in mireille.get(case).text] == [404, True]
    page = mireille.get(_page(encircled))
    field = page.context["form"]["to"]
    assert [(str(label), field.value()) for _value, label in field.field.choices] == [(back.user.name, back.user.pk)]

    answer = mireille.post(
        _page(encircled),
        {"to": back.user.pk, "typed": words_of(back), "version": page.context["form"]["version"].value()},
    )

    assert (answer.status_code, answer["Location"]) == (302, case)
    assert (claire.get(case).status_code, _page(encircled) in mireille.get(case).text) == (200, False)
    assert Entry.objects.of_action("cases.circle_let_back").get().shown == [str(back.user.pk)]


def test_other_words_let_nobody_in_and_stay_on_the_page(as_, encircled, back, supervisor):
    mireille, wrong = as_("mireille"), words_of(acting("mireille"))
    version = mireille.get(_page(encircled)).context["form"]["version"].value()

    answer = mireille.post(_page(encircled), {"to": back.user.pk, "typed": wrong, "version": version})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["typed"])
    assert wrong in answer.text
    assert as_("claire").get(reverse("cases:case", args=[encircled.reference])).status_code == 404


def test_nobody_is_offered_where_nobody_is_missing(as_, encircled):
    assert _page(encircled) not in as_("mireille").get(reverse("cases:case", args=[encircled.reference])).text
    assert as_("omar").get(_page(encircled)).status_code == 404
