"""The page on which an intake is checked: everything in words, what is missing, and the step that ends it."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.forms.intake import NONE
from cases.models import Case, ContactDetails, ContactRules, IntakeStory, PersonOrdinary
from cases.models.codes import ContactChannel, NeedKind, RiskLevel, Voicemail
from cellule.forms import Unknown
from cellule.forms.unknown import to_json
from tests.people import said

DONE = ("assigned", "done")
LATER = to_json(Unknown.LATER)
FINISH = "/etapes/terminer-accueil/"
HAND_OVER = "/etapes/confier-a-la-cellule/"


def address(case: Case) -> str:
    return reverse("cases:intake_check", args=[case.reference])


def told(page) -> dict[str, list[str]]:
    """The answers on the page, by the slug of their task, in the order of the questions."""
    by_slug = {}
    for section in page.context["sections"]:
        slug = section.href.partition("?")[0].rstrip("/").rpartition("/")[2]
        by_slug[slug] = [str(answer) for _question, answer in section.lines]
    return by_slug


@pytest.fixture
def begun(case, caseworker) -> Case:
    """A case of Claire's whose limits of confidentiality were explained."""
    case.begin_intake(by=caseworker, in_tongue="tam", with_interpreter="yes")
    return case


@pytest.fixture
def settle_contact():
    """Write down how the person may be reached, number and code word among it."""

    def settled(case, by):
        rules = ContactRules(
            channels=(ContactChannel.CALL.value,),
            window={"days": [1], "start": "10:00", "end": "11:00"},
            voicemail=Voicemail.NEVER.value,
            who_answers=LATER,
        )
        case.write_contact(by=by, rules=rules, details=ContactDetails("+15145550199", "", "tournesol"), version=0)

    return settled


def test_check_waits_for_the_limits(as_, case):
    answer = as_("claire").get(address(case))

    assert (answer.status_code, answer["Location"]) == (302, f"/accueil/{case.code}/")


def test_what_nobody_has_asked_is_said(as_, caseworker, open_inquiry):
    case = open_inquiry(caseworker, language="", interpreter="unknown")
    case.begin_intake(by=caseworker, in_tongue="fra", with_interpreter="no")

    answers = told(as_("claire").get(address(case)))

    nothing = said("Not asked yet")
    assert answers.pop("limites")[1:] == ["Claire Exemple", said("French"), said("No")]
    assert answers.pop("langue") == [nothing, said("Not known yet")]
    assert answers == {
        "personne": [nothing] * 3,
        "contact": [nothing],
        "evenements": [nothing],
        "besoins": [nothing],
        "risque": [nothing],
    }


def test_every_answer_stands_there_in_words(as_, begun, caseworker, settle_contact, add_incident, logged):
    client = begun.people.get()
    person = PersonOrdinary("Lune Bleue", to_json(Unknown.DECLINED), "25-34", "woman", "أهل المعبد\n<b>x</b>")
    begun.correct_person(client, by=caseworker, known=person, version=client.version)
    settle_contact(begun, caseworker)
    add_incident(begun, caseworker, narrative="Récit-Témoin 4417")
    begun.add_need(by=caseworker, row_id=uuid.uuid4(), kind=NeedKind.SHELTER, urgent=True)
    begun.assess_risk(
        by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.SOME, flags={"weapon": LATER}, rationale="Oui."
    )
    claire = as_("claire")
    logged()

    page = claire.get(address(begun))

    answers = told(page)
    assert answers["personne"] == ["Lune Bleue", said("Prefers not to answer"), said("25 to 34 years")]
    assert answers["langue"] == [said("Tamil"), said("Yes"), said("A woman"), person.avoid]
    assert said("No: leave no message") in answers["contact"]
    assert answers["contact"][-1] == said("Written down, sealed")
    assert answers["evenements"] == ["1er mars 2026"]
    assert answers["besoins"] == [said("%(state)s, urgent") % {"state": said("Open")}]
    assert answers["risque"] == [said("Some danger"), said("A weapon shown or used"), "Oui."]
    assert '<span dir="auto">أهل المعبد<br>&lt;b&gt;x&lt;/b&gt;</span>' in page.text
    assert [word for word in ("5550199", "tournesol", "4417") if word in page.text] == []
    assert logged() == [("cases.case_opened", "cases.case", begun.reference, *DONE)]


def test_none_and_the_kinds_of_unknown_are_told_apart(as_, begun, caseworker):
    claire, words = as_("claire"), []
    for answer in (NONE, *map(to_json, Unknown)):
        begun.write_intake(by=caseworker, version=begun.version, intake=IntakeStory(happened=answer, needs=answer))
        answers = told(claire.get(address(begun)))
        words.append((answers["evenements"], answers["besoins"]))

    assert words == [
        ([said("There is nothing to tell")], [said("Nothing is needed now")]),
        *(([said(reason.label)], [said(reason.label)]) for reason in Unknown),
    ]


def test_missing_contact_is_said_instead_of_the_button(as_, begun):
    page = as_("claire").get(address(begun))

    assert FINISH not in page.text
    assert said("Write down how the person can be reached safely, or that no way is safe.") in page.text
    assert [section.href for section in page.context["open"]] == [
        section.href for section in page.context["sections"] if "limites" not in section.href
    ]


def test_intake_is_finished_from_here(as_, begun, caseworker, settle_contact):
    settle_contact(begun, caseworker)
    claire = as_("claire")
    page = claire.get(address(begun))
    assert page.text.count(f'action="/dossiers/{begun.code}{FINISH}"') == 1

    answer = claire.post(f"/dossiers/{begun.code}{FINISH}")

    assert answer.status_code == 302
    assert Case.objects.get().state == "assessment"
    after = claire.get(address(begun))
    assert (after.status_code, FINISH in after.text, HAND_OVER in after.text) == (200, False, False)


def test_intake_worker_hands_over_to_the_unit(as_, intake_worker, open_inquiry):
    case, ana = open_inquiry(intake_worker), as_("ana")
    case.begin_intake(by=intake_worker, in_tongue="tam", with_interpreter="yes")

    page = ana.get(address(case))
    assert (page.text.count(HAND_OVER), FINISH in page.text) == (1, False)
    answer = ana.post(f"/dossiers/{case.code}{HAND_OVER}")

    assert answer.status_code == 302
    assert Case.objects.get().awaits_lead
    assert ana.get(address(case)).status_code == 404


def test_colleague_who_shares_the_case_reads_who_finishes(as_, begun, caseworker, other_caseworker, settle_contact):
    settle_contact(begun, caseworker)
    begun.share(by=caseworker, to=other_caseworker.user)

    page = as_("joaquin").get(address(begun))

    assert (page.status_code, FINISH in page.text) == (200, False)
    # Joaquín reads English.
    assert "Whoever leads the case finishes the intake." in page.text


def test_check_asks_as_often_for_ten_rows_as_for_one(as_, begun, caseworker, add_incident):
    claire, counts = as_("claire"), []
    claire.get(address(begun))

    for more in (1, 9):
        for _ in range(more):
            add_incident(begun, caseworker)
            begun.add_need(by=caseworker, row_id=uuid.uuid4(), kind=NeedKind.FOOD, urgent=False)
            begun.assess_risk(by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.SOME, flags={}, rationale="")
        with CaptureQueriesContext(connection) as asked:
            page = claire.get(address(begun))
        counts.append((len(asked), len(told(page)["evenements"])))

    assert counts == [(counts[0][0], 1), (counts[0][0], 10)]
