"""Safe contact on its page: what is read back, what stays apart, what contradicts, and two people at once."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from cases.actions import CASE_OPENED, CONTACT_REVEALED
from cases.contact import contact_of
from cases.models import Case, ContactDetails, ContactRules, SafeContact
from cellule.forms.unknown import Unknown, to_json
from cellule.vault.models.owner import Compartment
from tests.world import PEOPLE

DONE = ("assigned", "done")
RULES = {
    "channels": ["call", "text"],
    "window-kind": "these",
    "window-days": ["2", "4"],
    "window-start": "10 h",
    "window-end": "11h30",
    "voicemail": "never",
    "who_answers": "Sa sœur أمينة",
    "cover": "",
    "cover-unknown": "later",
    "watched": "unknown-dont_know",
}
APART = {"phone": "+52 55 1234 5678", "address": "marie@exemple.example", "code_word": "olive"}
WRITTEN = ContactRules(
    ["call", "text"],
    False,
    {"days": [2, 4], "start": "10:00", "end": "11:30"},
    "never",
    "Sa sœur أمينة",
    to_json(Unknown.LATER),
    to_json(Unknown.DONT_KNOW),
)
NO_WAY = {"channels": ["none_possible"]}


def _address(case: Case) -> str:
    return reverse("cases:contact", args=[case.reference])


def _send(client, case: Case, fields: dict, **changed):
    """Open the page and send it filled in."""
    page = client.get(_address(case))
    return client.post(_address(case), {"version": page.context["form"]["version"].value(), **fields, **changed})


def _rules(case: Case, by) -> ContactRules:
    """What is written down, but for the moment it was confirmed."""
    compartments = [Compartment.ORDINARY, Compartment.STORY]
    opened = by.vault.open_owner(
        case, compartments, action=CASE_OPENED, by=by.actor, relation=case.relation_to(by.user)
    )
    rules = opened.read(SafeContact.objects.get(case=case), "story")
    return ContactRules(**{**vars(rules), "confirmed_at": ""})


def _details(case: Case, by) -> ContactDetails:
    opened = by.vault.open_owner(
        case, [Compartment.CONTACT], action=CONTACT_REVEALED, by=by.actor, relation=case.relation_to(by.user)
    )
    return opened.read(SafeContact.objects.get(case=case), "contact")


# --- What is written down --------------------------------------------------------------------------


def test_rules_and_details_are_written_down_and_settle_the_contact(as_, case, caseworker, logged):
    claire = as_("claire")
    logged()

    answer = _send(claire, case, {**RULES, **APART})

    assert (answer.status_code, answer["Location"]) == (302, f"/dossiers/{case.code}/")
    assert logged() == [("cases.contact_written", "cases.safecontact", case.reference, *DONE)]
    assert Case.objects.get().contact_settled is True
    assert _rules(case, caseworker) == WRITTEN
    assert _details(case, caseworker) == ContactDetails("+525512345678", "marie@exemple.example", "olive")


def test_reasons_for_no_answer_are_kept_apart_from_one_another(as_, case, caseworker):
    unknown = {"phone-unknown": "declined", "address-unknown": "dont_know", "code_word-unknown": "later"}

    answer = _send(as_("claire"), case, {**RULES, **unknown})

    assert answer.status_code == 302
    kinds = [to_json(kind) for kind in (Unknown.DECLINED, Unknown.DONT_KNOW, Unknown.LATER)]
    assert _details(case, caseworker) == ContactDetails(*kinds)


def test_no_safe_way_needs_no_other_answer(as_, case, caseworker):
    assert _send(as_("claire"), case, NO_WAY).status_code == 302

    assert _rules(case, caseworker) == ContactRules([], none_possible=True)
    assert SafeContact.objects.get().contact is None


@pytest.mark.parametrize(
    "fields",
    [
        {"channels": ["in_person"]},
        {"channels": ["organisation"], "window-kind": "any"},
        {"channels": ["email"], "window-unknown": "later", "address-unknown": "later"},
    ],
    ids=["in_person", "organisation", "email"],
)
def test_only_what_the_ways_ask_for_is_required(as_, case, fields):
    assert _send(as_("claire"), case, fields).status_code == 302


def test_page_shows_the_rules_and_never_what_lies_apart(as_, case, logged):
    claire = as_("claire")
    _send(claire, case, {**RULES, **APART})
    logged()

    page = claire.get(_address(case))

    form = page.context["form"]
    assert (form["channels"].value(), form["who_answers"].value().answer) == (["call", "text"], "Sa sœur أمينة")
    assert form["cover"].value().unknown == "later"
    assert [form[name].value().answer for name in APART] == [None, None, None]
    assert [text in page.text for text in ("1234", "marie@", "olive")] == [False, False, False]
    assert logged() == [("cases.case_opened", "cases.case", case.reference, *DONE)]


def test_correction_leaves_what_lies_apart(as_, case, caseworker):
    claire = as_("claire")
    _send(claire, case, {**RULES, **APART})

    answer = _send(claire, case, RULES, details="keep", voicemail="neutral")

    assert answer.status_code == 302
    assert _rules(case, caseworker).voicemail == "neutral"
    assert _details(case, caseworker).phone == "+525512345678"


def test_replacing_takes_all_three(as_, case, caseworker):
    claire = as_("claire")
    _send(claire, case, {**RULES, **APART})

    answer = _send(claire, case, RULES, details="replace", phone="514 555-0199 poste 150")

    assert answer.status_code == 302
    assert _details(case, caseworker) == ContactDetails("+15145550199;ext=150", "", "")


def test_save_from_the_intake_leads_back_to_it(as_, case):
    claire, address = as_("claire"), f"{_address(case)}?suite=accueil"

    assert f'href="/accueil/{case.code}/"' in claire.get(address).text
    assert claire.post(address, NO_WAY)["Location"] == f"/accueil/{case.code}/"


# --- What contradicts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"channels": []}, "channels", "required"),
        ({"channels": ["call", "pigeon"]}, "channels", "invalid_choice"),
        ({"window-kind": "", "window-days": [], "window-start": "", "window-end": ""}, "window", "required"),
        ({"window-unknown": "later"}, "window", "both"),
        ({"window-end": "9 h"}, "window", "order"),
        ({"voicemail": ""}, "voicemail", "required"),
        ({"phone": ""}, "phone", "contradicts"),
        ({"phone": "12"}, "phone", "invalid"),
        ({"phone-unknown": "later"}, "phone", "both"),
        ({"channels": ["call", "email"], "address": ""}, "address", "contradicts"),
        ({"cover": "x" * 20_001, "cover-unknown": ""}, "cover", "max_length"),
        ({"cover": "Elle attend son permis de travail.", "cover-unknown": ""}, "cover", "mentions_status"),
        ({"code_word": "visa"}, "code_word", "mentions_status"),
    ],
)
def test_contradiction_is_told_beside_its_field_and_nothing_is_lost(as_, case, changed, field, code):
    fields = {**RULES, **APART, **changed}

    answer = _send(as_("claire"), case, fields)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert [(name, [error.code for error in form.errors[name].as_data()]) for name in form.errors] == [(field, [code])]
    assert answer.text.count("govuk-error-message") == 1
    texts = ("who_answers", "cover", *APART)
    assert {name: form[name].value().answer for name in texts} == {name: fields[name] for name in texts}
    assert SafeContact.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"channels": ["none_possible", "email"], "address": "ici"}, {"channels"}),
        ({**NO_WAY, "window-kind": "any"}, {"window"}),
        ({**NO_WAY, "voicemail": "yes"}, {"voicemail"}),
        ({**NO_WAY, "window-kind": "any", "voicemail": "neutral"}, {"window", "voicemail"}),
        ({**NO_WAY, "window-unknown": "later", "voicemail": "never", "phone": "514 555-0199"}, set()),
    ],
)
def test_no_safe_way_beside_a_way_is_questioned(as_, case, fields, wrong):
    answer = _send(as_("claire"), case, fields)

    assert answer.status_code == (422 if wrong else 302)
    assert (set(answer.context["form"].errors) if wrong else set()) == wrong


def test_number_typed_where_the_old_one_should_stay_is_questioned(as_, case, caseworker):
    claire = as_("claire")
    _send(claire, case, {**RULES, **APART})

    answer = _send(claire, case, RULES, details="keep", phone="514 555-0199")

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["details"]
    assert answer.context["form"]["phone"].value().answer == "514 555-0199"
    assert _details(case, caseworker).phone == "+525512345678"


def test_text_that_must_stay_is_confirmed_once(as_, case, caseworker):
    claire, text = as_("claire"), "Son cousin, demandeur d’asile"

    asked = _send(claire, case, {**RULES, **APART, "who_answers": text})
    confirmed = _send(claire, case, {**RULES, **APART, "who_answers": text, "confirmed": "on"})

    assert asked.text.count('name="confirmed"') == 1
    assert confirmed.status_code == 302
    assert _rules(case, caseworker).who_answers == text


# --- Twice, late, and two people -------------------------------------------------------------------


def test_form_that_is_sent_twice_is_written_once(as_, case, logged):
    claire = as_("claire")
    version = claire.get(_address(case)).context["form"]["version"].value()
    logged()

    answers = [claire.post(_address(case), {"version": version, **NO_WAY}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert [entry[0] for entry in logged()] == ["cases.contact_written", "cases.case_opened"]


def test_second_person_gets_both_texts_and_saves_on_top(as_, case, caseworker):
    claire = as_("claire")
    _send(claire, case, {**RULES, **APART})
    version = claire.get(_address(case)).context["form"]["version"].value()
    _send(claire, case, RULES, details="keep", who_answers="Son frère", voicemail="yes")
    late = {**RULES, "details": "keep", "who_answers": "Sa voisine"}

    answer = claire.post(_address(case), {"version": version, **late})

    form = answer.context["form"]
    assert answer.status_code == 409
    assert form.theirs["who_answers"] == "Son frère"
    assert set(form.theirs) == {"who_answers", "voicemail"}
    assert form["who_answers"].value().answer == "Sa voisine"
    again = claire.post(_address(case), {"version": form["version"].value(), **late})
    assert again.status_code == 302
    assert (_rules(case, caseworker).who_answers, _rules(case, caseworker).voicemail) == ("Sa voisine", "never")


def test_number_is_never_replaced_over_one_nobody_has_seen(as_, case, caseworker):
    claire = as_("claire")
    _send(claire, case, {**RULES, **APART})
    version = claire.get(_address(case)).context["form"]["version"].value()
    _send(claire, case, RULES, details="replace", phone="514 555-0111")

    answer = claire.post(_address(case), {"version": version, **RULES, "details": "replace", "phone": "514 555-0122"})

    assert answer.status_code == 409
    assert set(answer.context["form"].errors) == {"__all__", "details"}
    assert answer.context["form"]["phone"].value().answer == "514 555-0122"
    assert _details(case, caseworker).phone == "+15145550111"


def test_first_page_overtaken_by_another_first_page_loses_no_number(as_, case, caseworker):
    claire = as_("claire")
    _send(claire, case, {**RULES, **APART})

    answer = claire.post(_address(case), {"version": 0, **RULES, "phone": "514 555-0122"})

    assert answer.status_code == 409
    assert answer.context["form"]["details"].value() == "replace"
    assert answer.context["form"]["phone"].value().answer == "514 555-0122"
    assert _details(case, caseworker).phone == "+525512345678"


def test_answers_sent_to_a_locked_session_come_back(as_, case):
    claire = as_("claire")
    version = claire.get(_address(case)).context["form"]["version"].value()
    claire.post("/verrou/")

    claire.post(_address(case), {"version": version, **RULES, **APART})
    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    kept = claire.get("/textes-gardes/").context["texts"][0]["url"]
    form = claire.get(kept).context["form"]

    assert form["channels"].value() == ["call", "text"]
    assert [form[name].value().answer for name in APART] == list(APART.values())
    assert claire.post(kept, {"version": version, **RULES, **APART}).status_code == 302


# --- Who, and the card -----------------------------------------------------------------------------


def test_somebody_who_does_not_work_on_the_case_finds_nothing(as_, case, logged):
    joaquin = as_("joaquin")
    logged()

    assert [joaquin.get(_address(case)).status_code, joaquin.post(_address(case), NO_WAY).status_code] == [404, 404]
    assert SafeContact.objects.count() == 0


def _card(case: Case, by, *, may_write: bool = True) -> str:
    opened = by.vault.open_owner(
        case, [Compartment.STORY], action=CASE_OPENED, by=by.actor, relation=case.relation_to(by.user)
    )
    return render_to_string(
        "cases/contact_card.html", {"case": case, "contact": contact_of(case, opened), "may_write": may_write}
    )


def test_card_shows_rules_and_seals_the_rest(as_, case, caseworker):
    empty = _card(case, caseworker)
    _send(as_("claire"), case, {**RULES, **APART})

    card, read_only = _card(case, caseworker), _card(case, caseworker, may_write=False)

    assert ("app-sealed" in empty, _address(case) in empty) == (False, True)
    assert "Sa sœur أمينة" in card
    assert [text in card for text in ("1234", "marie@", "olive")] == [False, False, False]
    assert reverse("cases:reveal_contact", args=[case.reference]) in card
    assert (f'"{_address(case)}"' in card, f'"{_address(case)}"' in read_only) == (True, False)
