"""Emergency access in the browser: what opens, what stays closed, and what an answer does not tell."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from audit.log.actions import Relation
from audit.log.models import Entry
from cases.models import BreakGlass, Case, GlassState, Note, PersonIdentity, State
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.references import new_reference
from tests.cases.emergencies import asked, passed, vanished
from tests.factories import case_at, take

# Joaquín, who asks, reads English.
NEW = "/urgences/nouvelle/"
STORY, NAME, WORDS = "Il l’attend devant la porte.", "Zélie Fictive", "Elle est au comptoir. முதலில் வீடு."


@pytest.fixture
def case(caseworker) -> Case:
    """Claire's case in active support, with a story, an identity and a code word."""
    case = case_at(State.ACTIVE, caseworker)
    told = {"kind": "threats", "happened": FuzzyDate(FuzzyKind.UNKNOWN), "borough": "08", "narrative": STORY}
    case.add_incident(by=caseworker, row_id=uuid.uuid4(), **told)
    case.write_identity(case.people.get(), by=caseworker, identity=PersonIdentity(NAME), version=1)
    return case


def _ask(client: Client, reference: str, **told: str):
    once = client.get(NEW).context["form"]["once"].value()
    return client.post(NEW, {"once": once, "reference": reference, "reason": "present", "words": WORDS, **told})


def _page(case: Case) -> str:
    return reverse("cases:case", args=[case.reference])


def test_case_of_the_unit_opens_under_a_banner(as_, case):
    joaquin = as_("joaquin")

    answer = _ask(joaquin, case.code)
    page = joaquin.get(_page(case))

    assert (answer.status_code, answer["Location"]) == (302, _page(case))
    assert page.status_code == 200
    assert 'class="app-emergency"' in page.text
    assert "3 h 59 min" in page.text or "4 h 00 min" in page.text


def test_page_leaves_the_screen_when_the_access_ends(as_, case):
    joaquin = as_("joaquin")
    _ask(joaquin, case.code)
    emergency = BreakGlass.objects.get()
    passed(emergency, hours=3, minutes=50)

    seconds, address = joaquin.get(_page(case))["Refresh"].split("; url=")

    assert 500 < int(seconds) <= 601
    assert address == reverse("cases:emergency", args=[emergency.reference])


def test_only_what_is_ordinary_opens_before_a_second_person_agrees(as_, case):
    joaquin, person = as_("joaquin"), case.people.get()
    _ask(joaquin, case.code)

    page = joaquin.get(_page(case))
    reveal = reverse("cases:reveal_identity", args=[case.reference, person.reference])
    closed = [
        joaquin.get(address).status_code for address in (reveal, reverse("cases:reveal_contact", args=[case.reference]))
    ]

    assert STORY not in page.text
    assert closed == [403, 403]
    assert joaquin.post(reveal, {"reason": "identify"}).status_code == 403


def test_second_person_opens_the_rest(as_, case):
    joaquin, mireille, person = as_("joaquin"), as_("mireille"), case.people.get()
    _ask(joaquin, case.code, secret="on")
    emergency = BreakGlass.objects.get()

    mireille.post(reverse("cases:emergency_step", args=[emergency.reference, "accepter"]))
    page = joaquin.get(_page(case))
    reveal = reverse("cases:reveal_identity", args=[case.reference, person.reference])
    revealed = joaquin.post(reveal, {"reason": "identify"})

    assert STORY in page.text
    assert NAME in revealed.text
    assert 'class="app-emergency"' in revealed.text


def test_every_other_page_of_the_case_stays_closed(as_, case, supervisor):
    joaquin, person, incident = as_("joaquin"), case.people.get(), case.incidents.get()
    _ask(joaquin, case.code, secret="on")
    BreakGlass.objects.get().agree(by=supervisor)
    closed = {
        **{name: [case.reference] for name in ("cases:people", "cases:new_person", "cases:risk", "cases:contact")},
        **{
            name: [case.reference]
            for name in ("cases:new_files", "cases:reveal_files", "cases:access", "cases:access_list")
        },
        **{name: [case.reference] for name in ("cases:new_need", "cases:new_incident", "cases:reveal_story")},
        **{name: [case.reference] for name in ("cases:intake", "referrals:consents", "referrals:of_case")},
        "cases:part": [case.reference, incident.reference, person.reference],
        "cases:person": [case.reference, person.reference],
        "cases:identity": [case.reference, person.reference],
        "cases:step": [case.reference, "passer-au-suivi"],
    }

    shown = {name: joaquin.get(reverse(name, args=given)).status_code for name, given in closed.items()}
    sent = {name: joaquin.post(reverse(name, args=given)).status_code for name, given in closed.items()}

    assert set(shown.values()) <= {404, 405}
    assert set(sent.values()) <= {404, 405}


def test_every_look_is_in_the_log_as_an_emergency(as_, case, other_caseworker):
    joaquin = as_("joaquin")
    _ask(joaquin, case.code)

    joaquin.get(_page(case))

    entry = Entry.objects.filter(action="cases.case_opened").order_by("-id").first()
    assert (entry.relation, entry.purpose, entry.actor_id) == (
        Relation.BREAK_GLASS,
        "present",
        str(other_caseworker.user.pk),
    )


def test_note_is_added_and_nothing_else(as_, case):
    joaquin = as_("joaquin")
    _ask(joaquin, case.code)
    address = reverse("cases:new_note", args=[case.reference])
    once = joaquin.get(address).context["form"]["once"].value()

    answers = [joaquin.post(address, {"once": once, "body": WORDS}) for _press in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, _page(case))] * 2
    assert Note.objects.filter(case=case).count() == 1


def test_words_come_back_when_the_access_runs_out_while_a_note_is_written(as_, case):
    joaquin = as_("joaquin")
    _ask(joaquin, case.code)
    address = reverse("cases:new_note", args=[case.reference])
    once = joaquin.get(address).context["form"]["once"].value()
    passed(BreakGlass.objects.get(), hours=4)

    answer = joaquin.post(address, {"once": once, "body": WORDS})

    assert answer.status_code == 404
    assert WORDS in answer.text
    assert Note.objects.count() == 0


@pytest.mark.parametrize("over", ["ended", "run out"])
def test_back_button_finds_nothing_once_it_is_over(as_, case, over):
    joaquin = as_("joaquin")
    _ask(joaquin, case.code)
    emergency = BreakGlass.objects.get()
    if over == "ended":
        joaquin.post(reverse("cases:emergency_step", args=[emergency.reference, "terminer"]))
    else:
        passed(emergency, hours=4)

    again = joaquin.get(_page(case))

    assert again.status_code == 404
    assert again["Cache-Control"] == "no-store"
    assert case.code not in joaquin.get("/").text


@pytest.mark.parametrize("slug", ["terminer", "demander-le-reste"])
def test_button_pressed_twice_does_it_once(as_, case, slug):
    joaquin = as_("joaquin")
    _ask(joaquin, case.code)
    emergency = BreakGlass.objects.get()
    address = reverse("cases:emergency_step", args=[emergency.reference, slug])

    answers = [joaquin.post(address).status_code for _press in range(2)]

    assert answers == [302, 302]
    action = {"terminer": "cases.emergency_ended", "demander-le-reste": "cases.emergency_secret_asked"}[slug]
    assert Entry.objects.filter(action=action).count() == 1


def test_form_sent_twice_and_from_two_tabs_opens_one(as_, case):
    joaquin = as_("joaquin")
    once = joaquin.get(NEW).context["form"]["once"].value()
    sent = {"once": once, "reference": case.code, "reason": "present", "words": WORDS}

    answers = [joaquin.post(NEW, sent) for _press in range(2)] + [_ask(joaquin, case.code)]

    assert [answer["Location"] for answer in answers] == [_page(case)] * 3
    assert BreakGlass.objects.count() == 1


def test_another_case_is_refused_while_one_is_open_and_the_words_stay(as_, case, caseworker):
    joaquin = as_("joaquin")
    _ask(joaquin, case.code)

    for reference in (case_at(State.ACTIVE, caseworker).code, new_reference()):
        answer = _ask(joaquin, reference)
        assert answer.status_code == 409
        assert WORDS in answer.text
    assert BreakGlass.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "7QK2", "0000-1OIL"])
def test_reference_that_is_none_is_asked_for_again(as_, typed):
    answer = _ask(as_("joaquin"), typed)

    assert answer.status_code == 422
    assert BreakGlass.objects.count() == 0


@pytest.mark.parametrize("who", ["claire", "mireille"])
def test_whoever_sees_the_case_is_led_to_it(as_, case, who):
    answer = _ask(as_(who), case.code)

    assert (answer.status_code, answer["Location"]) == (302, _page(case))
    assert BreakGlass.objects.count() == 0


def test_circle_unknown_and_destroyed_read_the_same(as_, caseworker, supervisor):
    inside = case_at(State.ACTIVE, caseworker)
    take(inside, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(inside, "approve_circle", supervisor)
    references = [inside.reference, vanished(case_at(State.ACTIVE, caseworker)), new_reference()]
    joaquin, told = as_("joaquin"), []

    for reference in references:
        answer = _ask(joaquin, reference)
        page, day = joaquin.get(answer["Location"]), joaquin.get("/")
        told.append((answer.status_code, page.status_code, _without_codes(page.text), _page_of(inside, joaquin)))
        assert day.status_code == 200

    assert told[0] == told[1] == told[2]
    recorded = (
        "Your request is recorded. If the case can be opened to you, somebody who works on it will speak to you. This"
        " page says the same whether there is a case with this reference or not."
    )
    assert recorded in told[0][2]
    assert told[0][3] == 404


def _without_codes(text: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    return re.sub(r"\b[2-9A-HJ-NP-Z]{4}-?[2-9A-HJ-NP-Z]{4}\b|\d+ h \d\d|\d+:\d\d", "", text)


def _page_of(case: Case, client: Client) -> int:
    return client.get(_page(case)).status_code


def test_turned_down_and_unanswered_read_the_same(as_, caseworker, other_caseworker, supervisor):
    inside = case_at(State.ACTIVE, caseworker)
    take(inside, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(inside, "approve_circle", supervisor)
    emergency, nothing = asked(inside, other_caseworker), asked(new_reference(), other_caseworker)
    claire, joaquin = as_("claire"), as_("joaquin")

    shown = claire.get(reverse("cases:emergency", args=[emergency.reference]))
    claire.post(reverse("cases:emergency_step", args=[emergency.reference, "ecarter"]))
    told = [
        _without_codes(joaquin.get(reverse("cases:emergency", args=[each.reference])).text)
        for each in (emergency, nothing)
    ]

    day = joaquin.get("/").text

    assert shown.status_code == 200
    assert BreakGlass.objects.get(pk=emergency.pk).state == GlassState.TURNED_DOWN
    assert told[0] == told[1]
    assert (emergency.code_asked_for in day, nothing.code_asked_for in day) == (True, True)


def test_colleague_of_the_circle_takes_care_of_it(as_, caseworker, other_caseworker, supervisor):
    inside = case_at(State.ACTIVE, caseworker)
    take(inside, "ask_circle", caseworker, people=[caseworker.user, supervisor.user])
    take(inside, "approve_circle", supervisor)
    emergency = asked(inside, other_caseworker)
    claire, joaquin = as_("claire"), as_("joaquin")

    answers = [
        claire.post(reverse("cases:emergency_step", args=[emergency.reference, "prendre-en-charge"])).status_code
        for _press in range(2)
    ]
    page = joaquin.get(reverse("cases:emergency", args=[emergency.reference]))

    assert answers == [302, 302]
    assert "A colleague takes care of it and will speak to you." in page.text
    assert joaquin.get(_page(inside)).status_code == 404


def test_form_says_that_it_is_not_for_demands_of_authorities(as_):
    page = as_("joaquin").get(NEW)

    text = "Not for a demand from police, border services, a court or a lawyer: give that to the privacy officer, and open nothing."
    assert text in page.text
