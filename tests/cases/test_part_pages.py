"""Who took part in an incident: one person in several roles, in words, and what happens when two people say so."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Incident, Participation, ParticipationStory, Person, PersonOrdinary
from cases.models.codes import Role
from cellule.references import new_reference
from tests.people import said

DONE = ("assigned", "done")
READ = ("cases.case_opened", "cases.case")


@pytest.fixture
def incident(case, caseworker, add_incident) -> Incident:
    return add_incident(case, caseworker, narrative="Il a fermé la porte à clé.\nتركني هناك")


@pytest.fixture
def client_of(case) -> Person:
    """Whom the case is about."""
    return case.people.get()


def _incident(case: Case, incident: Incident) -> str:
    return reverse("cases:incident", args=[case.reference, incident.reference])


def _part(case: Case, incident: Incident, person: Person) -> str:
    return reverse("cases:part", args=[case.reference, incident.reference, person.reference])


def _told(page) -> list[tuple[str, list[str]]]:
    return [(part.profile.person.reference, [str(role) for role in part.roles]) for part in page.context["parts"]]


def test_incident_page_tells_what_when_where_and_by_whom(as_, case, incident, logged):
    claire = as_("claire")
    logged()

    page = claire.get(_incident(case, incident))

    assert (str(page.context["kind"]), str(page.context["author"])) == (said("Threats"), "Claire Exemple")
    assert "Il a fermé la porte à clé.<br>تركني هناك" in page.text
    assert "1er mars 2026" in page.text
    assert page.text.count("<h1") == 1
    assert said("Threats") not in page.text.partition("</title>")[0]
    assert (page.context["parts"], [profile.code for profile in page.context["others"]]) == (
        [],
        [str(case.people.get())],
    )
    assert logged() == [(*READ, case.reference, *DONE)]


def test_one_person_takes_part_in_several_roles(as_, case, incident, client_of, logged):
    claire, address = as_("claire"), _part(case, incident, client_of)
    form = claire.get(address).context["form"]
    assert (form["version"].value(), form["roles"].value()) == (0, None)
    logged()

    roles = ["victim", "alleged_perpetrator"]
    told = {"version": 0, "roles": roles, "relation": "elle-même", "description": "Accusée par son mari.\r\nأ"}
    answer = claire.post(address, told)

    assert (answer.status_code, answer["Location"]) == (302, _incident(case, incident))
    assert logged() == [
        (*READ, case.reference, *DONE),
        ("cases.part_written", "cases.participation", case.reference, *DONE),
    ]
    page = claire.get(_incident(case, incident))
    assert _told(page) == [(client_of.reference, [said("Victim"), said("Alleged perpetrator")])]
    assert "Accusée par son mari.<br>أ" in page.text
    assert page.context["others"] == []
    people = claire.get(reverse("cases:people", args=[case.reference]))
    assert f"{said('Victim')}, {said('Alleged perpetrator')}" in people.text


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"roles": []}, "roles", "required"),
        ({"roles": ["judge"]}, "roles", "invalid_choice"),
        ({"relation": "é" * 201}, "relation", "max_length"),
        ({"description": "é" * 20_001}, "description", "max_length"),
        ({"description": "Il n’a pas de permis de travail."}, "description", "mentions_status"),
        ({"relation": "demandeur d’asile"}, "relation", "mentions_status"),
    ],
    ids=["no-role", "other-role", "relation", "length", "status", "status-in-relation"],
)
def test_wrong_answer_gets_its_message_and_loses_nothing(as_, case, incident, client_of, wrong, field, code):
    told = {"version": 0, "roles": ["victim"], "relation": "voisine", "description": "Grande.", **wrong}

    answer = as_("claire").post(_part(case, incident, client_of), told)

    form = answer.context["form"]
    assert answer.status_code == 422
    assert [(name, [error.code for error in form.errors[name].as_data()]) for name in form.errors] == [(field, [code])]
    assert {name: form[name].value() for name in told if name != "version"} == {
        name: told[name] for name in told if name != "version"
    }
    assert Participation.objects.count() == 0


def test_long_texts_in_any_script_come_back_as_they_were_typed(as_, case, incident, client_of):
    claire, text = as_("claire"), "é" * 19_990 + " أبو😀"

    claire.post(_part(case, incident, client_of), {"version": 0, "roles": ["officer"], "description": text})

    (part,) = claire.get(_incident(case, incident)).context["parts"]
    assert part.story == ParticipationStory(["officer"], "", text)


def test_who_is_overtaken_sees_both_texts_and_decides(as_, case, incident, client_of, caseworker):
    claire, address = as_("claire"), _part(case, incident, client_of)
    theirs = ParticipationStory((Role.REPORTER,), "sœur", "Elle a appelé.")
    case.write_part(incident, client_of, by=caseworker, part=theirs, version=0)

    stale = claire.post(address, {"version": 0, "roles": ["victim"], "relation": "sœur", "description": "Elle crie."})

    assert stale.status_code == 409
    form = stale.context["form"]
    assert form.theirs == {"roles": said("Person who reported it"), "description": "Elle a appelé."}
    assert (form["roles"].value(), form["version"].value()) == (["victim"], 1)
    answer = claire.post(address, {"version": 1, "roles": ["victim"], "description": "Elle crie."})
    assert answer.status_code == 302
    assert _told(claire.get(_incident(case, incident))) == [(client_of.reference, [said("Victim")])]


def test_same_part_sent_twice_is_written_once(as_, case, incident, client_of, logged):
    claire, address = as_("claire"), _part(case, incident, client_of)
    logged()

    answers = [claire.post(address, {"version": 0, "roles": ["victim"]}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Participation.objects.get().version == 1
    assert [entry[0] for entry in logged()].count("cases.part_written") == 1


def test_roles_are_of_one_incident_only(as_, case, caseworker, incident, client_of, add_incident):
    other = add_incident(case, caseworker, kind="labour_wage")
    for happened, role in ((incident, Role.VICTIM), (other, Role.DIRECT_WITNESS)):
        case.write_part(happened, client_of, by=caseworker, part=ParticipationStory((role,)), version=0)
    claire = as_("claire")

    told = [_told(claire.get(_incident(case, each))) for each in (incident, other)]

    assert told == [[(client_of.reference, [said("Victim")])], [(client_of.reference, [said("Direct witness")])]]


def test_page_asks_as_often_for_ten_people_as_for_one(as_, case, caseworker, incident, add_incident):
    claire, counts = as_("claire"), []

    for more in (1, 9):
        for _ in range(more):
            person = case.add_person(by=caseworker, row_id=uuid.uuid4(), known=PersonOrdinary(called="É"))
            part = ParticipationStory((Role.VICTIM,))
            case.write_part(incident, person, by=caseworker, part=part, version=0)
            add_incident(case, caseworker)
        with CaptureQueriesContext(connection) as asked:
            claire.get(_incident(case, incident))
        counts.append(len(asked))

    assert counts[0] == counts[1]


# --- Who may ---------------------------------------------------------------------------------------


def test_supervisor_needs_a_reason_whether_the_incident_exists_or_not(as_, case, incident, client_of, logged):
    mireille, unknown = as_("mireille"), new_reference()
    logged()

    answers = [
        mireille.get(reverse("cases:incident", args=[case.reference, reference])).status_code
        for reference in (incident.reference, unknown)
    ]
    answers += [mireille.post(_part(case, incident, client_of), {"version": 0, "roles": ["victim"]}).status_code]

    assert answers == [403, 403, 403]
    assert [entry[4] for entry in logged()] == ["refused_forbidden"] * 3
    assert Participation.objects.count() == 0


@pytest.mark.parametrize("name", ["incident", "part"])
def test_foreign_and_unknown_incidents_get_the_same_answer(
    as_, case, caseworker, incident, client_of, open_inquiry, add_incident, name
):
    foreign, claire = add_incident(open_inquiry(caseworker), caseworker), as_("claire")
    rest = [client_of.reference] if name == "part" else []

    answers = [
        claire.get(reverse(f"cases:{name}", args=[case.reference, reference, *rest])).status_code
        for reference in (foreign.reference, new_reference(), incident.reference)
    ]

    assert answers == [404, 404, 200]


def test_stranger_finds_no_incident(as_, case, incident, client_of):
    joaquin = as_("joaquin")

    answers = [joaquin.get(address) for address in (_incident(case, incident), _part(case, incident, client_of))]

    assert [answer.status_code for answer in answers] == [404, 404]
