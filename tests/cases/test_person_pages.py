"""People of a case: who is there under which name or none, who may say so, and what happens twice."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, ParticipationStory, Person, PersonIdentity, PersonOrdinary
from cases.models.codes import Role
from cellule.forms import Unknown
from cellule.forms.unknown import to_json
from cellule.references import new_reference
from tests.people import said
from tests.world import PEOPLE

READ = ("cases.case_opened", "cases.case")
DONE = ("assigned", "done")


def _address(case: Case, name: str = "people", *people: Person) -> str:
    return reverse(f"cases:{name}", args=[case.reference, *(person.reference for person in people)])


@pytest.fixture
def add_person():
    """Add somebody through the verb."""

    def added(case: Case, by, **known) -> Person:
        return case.add_person(by=by, row_id=uuid.uuid4(), known=PersonOrdinary(**known))

    return added


def _shown(page) -> list[tuple[str, str, str]]:
    return [(profile.name, profile.pronouns, profile.age) for profile, _parts in page.context["people"]]


# --- Who is there ----------------------------------------------------------------------------------


def test_whom_the_case_is_about_comes_first_and_needs_no_name(as_, case, caseworker, add_person, logged):
    for called in ("Kamala", to_json(Unknown.DONT_KNOW)):
        add_person(case, caseworker, called=called, age_band="5-11")
    claire = as_("claire")
    logged()

    page = claire.get(_address(case))

    assert page.context["people"][0][0].person == case.people.get(is_client=True)
    assert _shown(page)[0] == (said("No name"), "", "")
    unnamed = said("No name: %(why)s") % {"why": said("Does not know")}
    assert {name for name, _, _ in _shown(page)[1:]} == {"Kamala", unnamed}
    assert [profile.has_identity for profile, _ in page.context["people"]] == [False] * 3
    assert page.text.count(said("Empty")) == 3
    assert logged() == [(*READ, case.reference, *DONE)]


@pytest.mark.parametrize(
    "called",
    [
        "É",
        "x",
        "لمى",
        "😀👩‍👧",
        "é" * 300,
        "Anticonstitutionnellement" * 10,
        "<b>Zoé</b> & {{ case }}",
        "O’Neil, d’Arc",
    ],
    ids=["one", "ascii", "arabic", "emoji", "300", "no-spaces", "markup", "marks"],
)
def test_any_name_is_taken_and_shown_as_it_is(as_, case, send, called):
    claire = as_("claire")

    answer = send(claire, _address(case, "new_person"), {"called": called, "pronouns": "elle", "age_band": "25-34"})

    assert (answer.status_code, answer["Location"]) == (302, _address(case))
    page = claire.get(answer["Location"])
    assert _shown(page)[1] == (called, "elle", said("25 to 34 years"))
    assert "<b>Zoé" not in page.text
    assert called not in page.text.partition("</title>")[0]


def test_person_may_have_no_answer_at_all(as_, case, send):
    claire = as_("claire")

    answer = send(claire, _address(case, "new_person"), {"pronouns-unknown": "declined", "age_band-unknown": "later"})

    assert answer.status_code == 302
    expected = (said("No name"), said("Prefers not to answer"), said("To ask later"))
    assert _shown(claire.get(_address(case)))[1] == expected


def test_person_sent_twice_is_added_once(as_, case, logged):
    claire, address = as_("claire"), _address(case, "new_person")
    once = claire.get(address).context["form"]["once"].value()
    logged()

    answers = [claire.post(address, {"once": once, "called": "Kamala"}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert case.people.count() == 2
    assert logged() == [("cases.person_added", "cases.person", case.reference, *DONE)]


def test_name_that_is_too_long_is_kept_and_said_so(as_, case, send):
    answer = send(as_("claire"), _address(case, "new_person"), {"called": "é" * 301})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["called"]
    assert answer.context["form"]["called"].value().answer == "é" * 301
    assert case.people.count() == 1


def test_name_that_seems_to_tell_a_status_is_questioned_once(as_, case, send):
    claire = as_("claire")

    asked = send(claire, _address(case, "new_person"), {"called": "Le sans-papiers du 3e"})
    confirmed = send(claire, _address(case, "new_person"), {"called": "Le sans-papiers du 3e", "confirmed": "on"})

    assert (asked.status_code, asked.text.count('name="confirmed"')) == (422, 1)
    assert confirmed.status_code == 302


def test_list_asks_as_often_for_ten_people_as_for_one(as_, case, caseworker, add_incident, add_person):
    claire, counts = as_("claire"), []
    part = ParticipationStory((Role.VICTIM,))

    for more in (1, 9):
        for _ in range(more):
            person, incident = add_person(case, caseworker, called="É"), add_incident(case, caseworker)
            case.write_part(incident, person, by=caseworker, part=part, version=0)
        claire.get(_address(case))
        with CaptureQueriesContext(connection) as asked:
            claire.get(_address(case))
        counts.append(len(asked))

    assert counts[0] == counts[1]


# --- Correcting ------------------------------------------------------------------------------------


def test_correction_changes_what_was_asked_and_keeps_the_rest(as_, case, caseworker, add_person, logged):
    person = add_person(case, caseworker, called="Kamla", interpreter="woman", avoid="la cousine")
    claire, address = as_("claire"), _address(case, "person", person)
    form = claire.get(address).context["form"]
    assert (form["called"].value().answer, form["version"].value()) == ("Kamla", 1)
    logged()

    answer = claire.post(address, {"version": 1, "called": "Kamala", "pronouns": "elle", "age_band": "35-49"})

    assert (answer.status_code, answer["Location"]) == (302, _address(case))
    assert logged() == [
        (*READ, case.reference, *DONE),
        ("cases.person_corrected", "cases.person", case.reference, *DONE),
    ]
    page = claire.get(_address(case))
    (known,) = [profile.known for profile, _ in page.context["people"] if profile.person == person]
    assert known == PersonOrdinary("Kamala", "elle", "35-49", "woman", "la cousine")


def test_who_is_overtaken_sees_both_texts_and_decides(as_, case, caseworker, add_person, logged):
    person = add_person(case, caseworker, called="Kamla")
    claire, address = as_("claire"), _address(case, "person", person)
    case.correct_person(person, by=caseworker, known=PersonOrdinary(called="Kamala"), version=1)
    logged()

    stale = claire.post(address, {"version": 1, "called": "Camilla", "pronouns": "elle"})

    assert stale.status_code == 409
    form = stale.context["form"]
    assert (form["called"].value().answer, form["pronouns"].value().answer) == ("Camilla", "elle")
    assert form.theirs == {"called": "Kamala", "pronouns": ""}
    assert logged() == [
        (*READ, case.reference, *DONE),
        ("accounts.refused", "cases:person", case.reference, "none", "refused_conflict"),
    ]
    version = form["version"].value()
    assert claire.post(address, {"version": version, "called": "Camilla"}).status_code == 302
    assert "Camilla" in [name for name, _, _ in _shown(claire.get(_address(case)))]


def test_same_correction_sent_twice_is_no_conflict(as_, case, caseworker, add_person):
    person = add_person(case, caseworker, called="Kamla")
    claire, address = as_("claire"), _address(case, "person", person)

    answers = [claire.post(address, {"version": 1, "called": "Kamala"}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Person.objects.get(pk=person.pk).version == 2


def test_correction_survives_the_lock(as_, case, caseworker, add_person):
    person = add_person(case, caseworker, called="Kamla")
    claire, address = as_("claire"), _address(case, "person", person)
    claire.get(address)
    claire.post("/verrou/")

    claire.post(address, {"version": 1, "called": "كاملة", "age_band-unknown": "later"})
    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    kept = claire.get("/textes-gardes/").context["texts"][0]["url"]
    form = claire.get(kept).context["form"]

    assert (form["called"].value().answer, form["age_band"].value().unknown) == ("كاملة", "later")
    assert str(form["version"].value()) == "1"
    sent = claire.post(kept, {"version": 1, "called": "كاملة", "age_band-unknown": "later"})
    assert (sent.status_code, claire.get("/").context["kept"]) == (302, 0)


# --- Who may ---------------------------------------------------------------------------------------


def test_supervisor_sees_who_is_there_but_not_in_which_roles(as_, case, caseworker, add_incident, add_person, logged):
    person = add_person(case, caseworker, called="Kamala")
    part = ParticipationStory((Role.ALLEGED_PERPETRATOR,))
    case.write_part(add_incident(case, caseworker), person, by=caseworker, part=part, version=0)
    mireille = as_("mireille")
    logged()

    page = mireille.get(_address(case))

    assert "Kamala" in page.text
    assert said("Alleged perpetrator") not in page.text
    assert page.text.count(f'href="{_address(case, "reveal_story")}"') == 2
    assert (page.context["may_write"], f'href="{_address(case, "new_person")}"' in page.text) == (False, False)
    assert logged() == [(*READ, case.reference, "supervisor", "done")]


def test_supervisor_writes_nothing_of_people(as_, case):
    client, mireille = case.people.get(), as_("mireille")
    addresses = [_address(case, "new_person"), _address(case, "person", client), _address(case, "identity", client)]

    answers = [mireille.get(address).status_code for address in addresses]
    answers += [mireille.post(address, {"called": "x", "legal_name": "x"}).status_code for address in addresses]

    assert answers == [403] * 6


def test_closed_case_takes_no_people(as_, case, caseworker):
    case.close_inquiry(by=caseworker, reason="error")
    claire, client = as_("claire"), case.people.get()

    assert [claire.get(_address(case)).status_code, claire.get(_address(case, "new_person")).status_code] == [200, 403]
    assert claire.get(_address(case, "person", client)).status_code == 403
    assert _address(case, "person", client) not in claire.get(_address(case)).text


@pytest.mark.parametrize("name", ["person", "identity", "reveal_identity"])
def test_people_of_other_cases_are_not_there(as_, case, caseworker, open_inquiry, name, logged):
    foreign, claire = open_inquiry(caseworker).people.get(), as_("claire")
    address = reverse(f"cases:{name}", args=[case.reference, new_reference()])
    case.write_identity(case.people.get(), by=caseworker, identity=PersonIdentity("Zélie Fictive"), version=1)
    logged()

    answers = [claire.get(_address(case, name, foreign)), claire.get(address)]
    answers += [claire.post(_address(case, name, foreign), {"legal_name": "x", "version": 1, "reason": "identify"})]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert logged() == [("accounts.refused", f"cases:{name}", case.reference, "none", "refused_unknown")] * 3
