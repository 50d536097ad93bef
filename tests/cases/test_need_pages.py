"""Needs on their page: several at once, urgent or not; then met, dropped or back."""

import uuid

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import CASE_OPENED
from cases.models import Case, Need
from cases.models.codes import NeedKind, NeedState
from cases.needs import Needs, needs_of
from cellule.vault.models.owner import Compartment
from tests.world import PEOPLE

ANSWERS = {
    "kinds": ["shelter", "food", "other"],
    "urgent_shelter": "on",
    "urgent_other": "on",
    "words": "Un téléphone قديم",
}


def _address(case: Case) -> str:
    return reverse("cases:new_need", args=[case.reference])


def _step(case: Case, need: Need, slug: str) -> str:
    return reverse("cases:need_step", args=[case.reference, need.pk, slug])


def _needs(case: Case, by) -> Needs:
    opened = by.vault.open_owner(
        case, [Compartment.STORY], action=CASE_OPENED, by=by.actor, relation=case.relation_to(by.user)
    )
    return needs_of(case, opened, by.user)


def _add(case: Case, by, **told) -> Need:
    return case.add_need(by=by, row_id=uuid.uuid4(), **{"kind": NeedKind.FOOD, "urgent": False, **told})


# --- Adding ----------------------------------------------------------------------------------------


def test_several_needs_are_added_at_once_urgent_ones_first(as_, case, caseworker, send, logged):
    claire = as_("claire")
    logged()

    answer = send(claire, _address(case), ANSWERS)

    assert (answer.status_code, answer["Location"]) == (302, f"/dossiers/{case.code}/")
    assert [entry[0] for entry in logged()] == ["cases.need_added"] * 3
    told = [(line.kind, line.urgent, line.words) for line in _needs(case, caseworker).open]
    assert told == [
        (NeedKind.SHELTER.label, True, ""),
        (NeedKind.OTHER.label, True, "Un téléphone قديم"),
        (NeedKind.FOOD.label, False, ""),
    ]


def test_form_that_is_sent_twice_adds_each_need_once(as_, case):
    claire = as_("claire")
    once = claire.get(_address(case)).context["form"]["once"].value()

    answers = [claire.post(_address(case), {"once": once, **ANSWERS}).status_code for _ in range(2)]

    assert (answers, Need.objects.count()) == ([302, 302], 3)


def test_save_from_the_intake_leads_back_to_it(as_, case, send):
    answer = send(as_("claire"), f"{_address(case)}?suite=accueil", ANSWERS)

    assert answer["Location"] == f"/accueil/{case.code}/"


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"kinds": [], "words": "", "urgent_shelter": "", "urgent_other": ""}, "kinds", "required"),
        ({"kinds": ["shelter", "other", "permit"]}, "kinds", "invalid_choice"),
        ({"words": "  "}, "words", "required"),
        ({"words": "é" * 20_001}, "words", "max_length"),
        ({"words": "Une copie de son visa"}, "words", "mentions_status"),
        ({"kinds": ["shelter"], "urgent_other": ""}, "kinds", "contradicts"),
        ({"urgent_legal": "on"}, "urgent_legal", "contradicts"),
    ],
)
def test_wrong_answer_is_told_beside_its_field_and_nothing_is_lost(as_, case, send, changed, field, code):
    fields = {**ANSWERS, **changed}

    answer = send(as_("claire"), _address(case), fields)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert [(name, [error.code for error in form.errors[name].as_data()]) for name in form.errors] == [(field, [code])]
    assert answer.text.count("govuk-error-message") == 1
    assert (form["kinds"].value(), form["words"].value()) == (fields["kinds"], fields["words"])
    assert Need.objects.count() == 0


def test_words_sent_to_a_locked_session_come_back(as_, case):
    claire = as_("claire")
    once = claire.get(_address(case)).context["form"]["once"].value()
    claire.post("/verrou/")

    claire.post(_address(case), {"once": once, **ANSWERS})
    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    form = claire.get(claire.get("/textes-gardes/").context["texts"][0]["url"]).context["form"]

    assert (form["kinds"].value(), form["words"].value()) == (ANSWERS["kinds"], ANSWERS["words"])


# --- Steps -----------------------------------------------------------------------------------------


def test_need_is_met_and_comes_back(as_, case, caseworker, logged):
    claire, need = as_("claire"), _add(case, caseworker)
    logged()

    answers = [claire.post(_step(case, need, slug))["Location"] for slug in ("comble", "de-retour", "abandonne")]

    assert answers == [f"/dossiers/{case.code}/"] * 3
    assert Need.objects.get().state == NeedState.DROPPED
    told = ("cases.need", case.reference, "assigned", "done")
    assert logged() == [("cases.need_met", *told), ("cases.need_back", *told), ("cases.need_dropped", *told)]


def test_step_taken_too_late_changes_nothing(as_, case, caseworker):
    claire, need = as_("claire"), _add(case, caseworker)

    answers = [claire.post(_step(case, need, "comble")).status_code for _ in range(2)]

    assert (answers, Need.objects.get().state) == ([302, 409], NeedState.MET)


def test_need_of_another_case_is_not_there(as_, case, caseworker, open_inquiry):
    claire, need = as_("claire"), _add(open_inquiry(caseworker), caseworker)

    answers = [
        claire.post(_step(case, need, "comble")).status_code,
        claire.post(_step(case, need, "nulle-part")).status_code,
        claire.post(reverse("cases:need_step", args=[case.reference, uuid.uuid4(), "comble"])).status_code,
    ]

    assert (answers, Need.objects.get().state) == ([404] * 3, NeedState.OPEN)


def test_somebody_who_does_not_work_on_the_case_finds_nothing(as_, case, caseworker):
    joaquin, need = as_("joaquin"), _add(case, caseworker)

    answers = [joaquin.get(_address(case)).status_code, joaquin.post(_step(case, need, "comble")).status_code]

    assert (answers, Need.objects.get().state) == ([404, 404], NeedState.OPEN)


# --- On the case page ------------------------------------------------------------------------------


def test_needs_offer_the_steps_that_are_possible_now(case, caseworker, other_caseworker):
    _add(case, caseworker)
    _add(case, caseworker, kind=NeedKind.LEGAL).meet(by=caseworker)

    needs = _needs(case, caseworker)
    of_a_stranger = [offer for need in case.needs.all() for offer in need.offers(other_caseworker.user)]

    assert [[step.slug for step in line.steps] for line in needs.open] == [["comble", "abandonne"]]
    assert [[step.slug for step in line.steps] for line in needs.settled] == [["de-retour"]]
    assert of_a_stranger == []


def test_needs_of_a_closed_case_offer_nothing(case, caseworker):
    _add(case, caseworker)
    case.close_inquiry(by=caseworker, reason="error")

    assert [line.steps for line in _needs(case, caseworker).open] == [[]]


def test_ten_needs_ask_as_much_as_one(case, caseworker):
    counts = []
    for added in (1, 9):
        for _ in range(added):
            _add(case, caseworker)
        loaded = Case.objects.telling_grants_of(caseworker.user).get(pk=case.pk)
        opened = caseworker.vault.open_owner(
            loaded,
            [Compartment.STORY],
            action=CASE_OPENED,
            by=caseworker.actor,
            relation=loaded.relation_to(caseworker.user),
        )
        with CaptureQueriesContext(connection) as queries:
            needs_of(loaded, opened, caseworker.user)
        counts.append(len(queries))

    assert counts == [1, 1]


def test_panel_shows_needs_with_their_buttons_and_folds_the_others(case, caseworker):
    first = _add(case, caseworker, kind=NeedKind.OTHER, urgent=True, words="<i>Un manteau</i>")
    second = _add(case, caseworker)
    second.drop(by=caseworker)

    shown = render_to_string("cases/needs.html", {"case": case, "needs": _needs(case, caseworker), "may_write": True})

    before, _, folded = shown.partition("<details")
    assert "&lt;i&gt;Un manteau&lt;/i&gt;" in before
    assert [_step(case, first, "comble") in before, _step(case, second, "de-retour") in before] == [True, False]
    assert _step(case, second, "de-retour") in folded
    assert _address(case) in shown
