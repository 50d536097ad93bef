"""Who somebody is on paper: written without being shown, revealed for a reason, nowhere in clear, never needed."""

import uuid

import pytest
from django.db import connection
from django.urls import reverse

from audit.log.models import Entry
from cases.models import Case, ContactRules, Person, PersonIdentity
from cases.models.codes import ClosingReason, ClosingTalk, RiskLevel
from cases.policies import may_reveal
from cellule.references import new_reference
from cellule.vault.letters import open_letter
from cellule.vault.models import Letter
from tests.people import said
from tests.world import PEOPLE

NAME, SCRIPT = "Zélie Marquée-Fictive", "زيلي الوهمية"
DONE = ("assigned", "done")
READ = ("cases.case_opened", "cases.case")


@pytest.fixture
def client_of(case) -> Person:
    """Whom the case is about."""
    return case.people.get()


@pytest.fixture
def known(case, caseworker, client_of) -> Person:
    """The same person, with an identity written down."""
    born = {"kind": "year", "start": "1991-01-01", "end": "1991-12-31"}
    identity = PersonIdentity(NAME, SCRIPT, born, ("passport", "other"))
    case.write_identity(client_of, by=caseworker, identity=identity, version=1)
    return Person.objects.get(pk=client_of.pk)


def _address(case: Case, person: Person, name: str = "reveal_identity") -> str:
    return reverse(f"cases:{name}", args=[case.reference, person.reference])


def _people(case: Case) -> str:
    return reverse("cases:people", args=[case.reference])


# --- Writing ---------------------------------------------------------------------------------------


def test_identity_is_written_by_its_own_form_and_shown_by_no_page(as_, case, client_of, logged):
    claire, address = as_("claire"), _address(case, client_of, "identity")
    form = claire.get(address).context["form"]
    assert [form[name].value() for name in ("legal_name", "original_script", "seen", "version")] == [
        None,
        None,
        None,
        1,
    ]
    logged()
    born = {"born-kind": "day", "born-on_day": "2", "born-on_month": "mars", "born-on_year": "1991"}
    told = {"version": 1, "legal_name": NAME, "original_script": SCRIPT, "seen": ["birth_certificate"], **born}

    answer = claire.post(address, told)

    assert (answer.status_code, answer["Location"]) == (302, _people(case))
    assert logged() == [("cases.identity_written", "cases.person", case.reference, *DONE)]
    pages = [_people(case), address, _address(case, client_of), _address(case, client_of, "person"), "/", "/dossiers/"]
    pages += [reverse("cases:case", args=[case.reference])]
    texts = {page: claire.get(page) for page in pages}
    assert {page: text.status_code for page, text in texts.items()} == dict.fromkeys(pages, 200)
    assert [
        page for page, text in texts.items() if NAME in text.text or SCRIPT in text.text or "1991" in text.text
    ] == []
    assert said("Written down") in texts[_people(case)].text


def test_identity_may_have_any_one_answer_but_not_none(as_, case, client_of):
    claire, address = as_("claire"), _address(case, client_of, "identity")

    empty = claire.post(address, {"version": 1, "legal_name": "   "})
    one = claire.post(address, {"version": 1, "original_script": "é"})

    assert (empty.status_code, len(empty.context["form"].non_field_errors())) == (422, 1)
    assert one.status_code == 302


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"legal_name": "é" * 301}, "legal_name"),
        ({"born-kind": "day", "born-on_day": "31", "born-on_month": "2", "born-on_year": "1991"}, "born"),
        ({"born-kind": "year", "born-in_year": "2999"}, "born"),
        ({"born-in_year": "1991"}, "born"),
        ({"seen": ["work_permit"]}, "seen"),
    ],
    ids=["length", "no-day", "future", "kind", "permit"],
)
def test_wrong_answer_gets_its_message_and_nothing_is_written(as_, case, client_of, wrong, field):
    answer = as_("claire").post(
        _address(case, client_of, "identity"), {"version": 1, "original_script": SCRIPT, **wrong}
    )

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["original_script"].value()) == (422, [field], SCRIPT)
    assert Person.objects.get(pk=client_of.pk).identity is None


def test_who_is_overtaken_keeps_their_text_and_sees_nothing_of_the_other(as_, case, known):
    claire, address = as_("claire"), _address(case, known, "identity")

    stale = claire.post(address, {"version": 1, "legal_name": "Zoé Fictive"})

    assert (stale.status_code, stale.context["form"]["legal_name"].value()) == (409, "Zoé Fictive")
    assert (NAME in stale.text, SCRIPT in stale.text, stale.context["form"].theirs) == (False, False, {})
    assert _address(case, known) in stale.text
    version = stale.context["form"]["version"].value()
    assert claire.post(address, {"version": version, "legal_name": "Zoé Fictive"}).status_code == 302
    shown = claire.post(_address(case, known), {"reason": "correction"}).context["written"]
    assert shown == PersonIdentity("Zoé Fictive", "", None, [])


def test_written_identity_is_taken_away_for_good(as_, case, known, logged):
    claire, address = as_("claire"), _address(case, known, "identity")
    version = claire.get(address).context["form"]["version"].value()
    logged()

    answer = claire.post(address, {"version": version, "empty": "on"})

    assert (answer.status_code, answer["Location"]) == (302, _people(case))
    assert logged() == [("cases.identity_emptied", "cases.person", case.reference, *DONE)]
    now = Person.objects.get(pk=known.pk)
    assert (now.identity, now.version) == (None, version + 1)
    assert said("No identity is written down.") in claire.get(_address(case, known)).text


def test_taking_away_twice_leaves_nothing_as_well(as_, case, known, logged):
    claire, address = as_("claire"), _address(case, known, "identity")
    sent = {"version": claire.get(address).context["form"]["version"].value(), "empty": "on"}
    claire.post(address, sent)
    logged()

    again = claire.post(address, sent)

    assert (again.status_code, again["Location"], logged()) == (302, _people(case), [])


def test_identity_that_was_written_anew_meanwhile_is_not_taken_away(as_, case, known, caseworker):
    claire, address = as_("claire"), _address(case, known, "identity")
    sent = {"version": claire.get(address).context["form"]["version"].value(), "empty": "on"}
    case.write_identity(known, by=caseworker, identity=PersonIdentity("Zoé Fictive"), version=sent["version"])

    stale = claire.post(address, sent)

    assert (stale.status_code, stale.context["form"]["empty"].value()) == (409, True)
    shown = claire.post(_address(case, known), {"reason": "correction"}).context["written"]
    assert shown == PersonIdentity("Zoé Fictive", "", None, [])


def test_answers_and_taking_them_away_contradict_each_other(as_, case, known):
    claire, address = as_("claire"), _address(case, known, "identity")
    version = claire.get(address).context["form"]["version"].value()

    answer = claire.post(address, {"version": version, "legal_name": "Zoé Fictive", "empty": "on"})

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["legal_name"].value()) == (422, ["empty"], "Zoé Fictive")
    assert Person.objects.get(pk=known.pk).identity is not None


def test_empty_identity_has_nothing_to_take_away(as_, case, client_of):
    form = as_("claire").get(_address(case, client_of, "identity")).context["form"]

    assert list(form.fields) == ["legal_name", "original_script", "born", "seen", "version"]


def test_identity_survives_the_lock(as_, case, client_of):
    claire, address = as_("claire"), _address(case, client_of, "identity")
    claire.get(address)
    claire.post("/verrou/")

    claire.post(address, {"version": 1, "legal_name": NAME, "seen": ["passport", "other"]})
    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    kept = claire.get("/textes-gardes/").context["texts"][0]["url"]
    form = claire.get(kept).context["form"]

    assert (form["legal_name"].value(), form["seen"].value()) == (NAME, ["passport", "other"])


def test_identity_is_nowhere_in_the_tables(case, known):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = {}
        for name in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {name} AS t")
            rows[name] = cursor.fetchone()[0]

    assert known.reference in rows["public.cases_person"]
    secrets = [NAME, SCRIPT, "1991-01-01", "passport"]
    forms = [form for text in secrets for form in (text, text.encode().hex(), text.encode("utf-16-le").hex())]
    forms += [ascii(text)[1:-1] for text in (NAME, SCRIPT)]
    assert [(name, form) for name, text in rows.items() for form in forms if form in text] == []


# --- Revealing -------------------------------------------------------------------------------------


def test_question_opens_nothing_and_the_answer_holds_the_identity(as_, case, known, logged):
    claire, address = as_("claire"), _address(case, known)
    logged()

    asked = claire.get(address)
    assert logged() == []
    answer = claire.post(address, {"reason": "identify"})

    assert (asked.status_code, NAME in asked.text) == (200, False)
    assert [value in answer.text for value in (NAME, SCRIPT, "1991", said("Passport"))] == [True] * 4
    assert (answer.status_code, answer["Cache-Control"], answer["Refresh"]) == (200, "no-store", f"60; url={address}")
    assert answer.text.count('data-reseal="60"') == 1
    assert NAME not in answer.text.partition("</title>")[0]
    assert logged() == [("cases.identity_revealed", "cases.case", case.reference, *DONE)]
    entry = Entry.objects.of_action("cases.identity_revealed").get()
    assert (entry.purpose, entry.shown, entry.detail_commitment) == ("identify", [known.reference], None)


def test_page_loaded_again_asks_again(as_, case, known, logged):
    claire, address = as_("claire"), _address(case, known)
    claire.post(address, {"reason": "identify"})
    logged()

    again = claire.get(address)

    assert (again.status_code, NAME in again.text, logged()) == (200, False, [])


def test_words_go_to_the_privacy_officer_and_nowhere_else(as_, case, known, privacy_officer, logged):
    claire, words = as_("claire"), "Une lettre MARQUÉE pour la banque."
    logged()

    claire.post(_address(case, known), {"reason": "other", "words": words})

    assert logged() == [("cases.identity_revealed", "cases.case", case.reference, *DONE)]
    entry = Entry.objects.of_action("cases.identity_revealed").get()
    document, _salt = open_letter(privacy_officer.vault, Letter.objects.get(row=entry.pk))
    assert (entry.purpose, entry.shown, document) == ("other", [known.reference], {"words": words})
    assert "MARQUÉE".encode() not in bytes(entry.body)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({}, {"reason": "required"}),
        ({"reason": "curious"}, {"reason": "invalid_choice"}),
        ({"reason": "contact"}, {"reason": "invalid_choice"}),
        ({"reason": "other"}, {"words": "required"}),
        ({"reason": "other", "words": " "}, {"words": "required"}),
        ({"reason": "safety", "words": "é" * 2_001}, {"words": "max_length"}),
        ({"reason": "safety", "words": "Pour son visa."}, {"words": "mentions_status"}),
    ],
    ids=["nothing", "unknown", "foreign", "no-words", "blank", "length", "status"],
)
def test_without_a_reason_nothing_is_revealed(as_, case, known, logged, told, wrong):
    claire = as_("claire")
    logged()

    answer = claire.post(_address(case, known), told)

    errors = answer.context["form"].errors.as_data()
    assert {name: faults[0].code for name, faults in errors.items()} == wrong
    assert (answer.status_code, NAME in answer.text, logged()) == (422, False, [])
    assert answer.context["form"]["words"].value() == told.get("words")


def test_supervisor_reveals_with_a_reason_without_working_on_the_case(as_, case, known, logged):
    mireille = as_("mireille")
    logged()

    answer = mireille.post(_address(case, known), {"reason": "decision"})

    assert NAME in answer.text
    assert f'href="{_address(case, known, "identity")}"' not in answer.text
    assert logged() == [("cases.identity_revealed", "cases.case", case.reference, "supervisor", "done")]


@pytest.mark.parametrize(
    ("person", "status"), [("joaquin", 404), ("ana", 404), ("paule", 403), ("rose", 403), ("luc", 403)]
)
def test_nobody_else_reveals(as_, case, known, logged, person, status):
    client = as_(person)
    logged()

    answers = [client.get(_address(case, known)), client.post(_address(case, known), {"reason": "identify"})]

    assert [answer.status_code for answer in answers] == [status] * 2
    outcome = "refused_unknown" if status == 404 else "refused_forbidden"
    assert logged() == [("accounts.refused", "cases:reveal_identity", case.reference, "none", outcome)] * 2


def test_foreign_and_unknown_people_get_the_same_answer(as_, case, known, logged):
    joaquin = as_("joaquin")
    logged()

    answers = []
    for reference in (case.reference, new_reference()):
        address = reverse("cases:reveal_identity", args=[reference, known.reference])
        page = joaquin.post(address, {"reason": "identify"})
        lines = page.text.replace(address, "").splitlines()
        answers.append((page.status_code, [line for line in lines if "csrfmiddlewaretoken" not in line]))

    assert answers[0] == answers[1]
    assert [entry[4] for entry in logged()] == ["refused_unknown"] * 2


# --- Never needed ----------------------------------------------------------------------------------


def test_empty_identity_has_nothing_to_reveal(as_, case, client_of, logged):
    claire = as_("claire")
    logged()

    answers = [claire.get(_address(case, client_of)), claire.post(_address(case, client_of), {"reason": "identify"})]

    assert [(answer.status_code, "Refresh" in answer) for answer in answers] == [(200, False)] * 2
    assert logged() == []


def test_identity_stays_empty_through_every_stage(as_, case, client_of, caseworker, supervisor):
    claire, seen = as_("claire"), []

    def look() -> None:
        page = claire.get(_people(case))
        ((profile, _parts),) = page.context["people"]
        client_of.full_clean()
        seen.append((case.state, page.status_code, profile.has_identity, f"{said('Empty')}" in page.text))

    look()
    case.begin_intake(by=caseworker, in_tongue="tam", with_interpreter="yes")
    look()
    case.write_contact(by=caseworker, rules=ContactRules(none_possible=True), details=None, version=0)
    case.begin_assessment(by=caseworker)
    look()
    case.assess_risk(by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.SOME, flags={}, rationale="Rien de grave.")
    case.activate(by=caseworker)
    look()
    case.follow_up(by=caseworker)
    look()
    case.propose_closing(by=caseworker, reason=ClosingReason.GOALS_REACHED, talk=ClosingTalk.HELD, words="Tout va.")
    case.close(by=supervisor)
    look()

    stages = ["inquiry", "intake", "assessment", "active", "follow_up", "closed"]
    assert seen == [(stage, 200, False, True) for stage in stages]
    assert may_reveal(case, caseworker.user)
    assert Person.objects.get(pk=client_of.pk).identity is None
