"""The caseworker's pages: the first incident from end to end, and what they answer to everybody else."""

import uuid

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from cases.languages import language_name
from cases.models import LEAD, Case, Note
from cellule.notices.models import Notice
from cellule.references import SYMBOLS, new_reference, shown

DONE = ("assigned", "done")


def _address(name: str, case: Case) -> str:
    return reverse(f"cases:{name}", args=[case.reference])


# --- The first incident ----------------------------------------------------------------------------


def test_first_incident_from_the_day_to_the_case_page(as_, send, incident_fields, logged):
    claire = as_("claire")
    logged()

    assert claire.get("/").status_code == 200
    assert logged() == []
    answer = send(claire, "/dossiers/nouveau/", {"channel": "phone", "language": "tam", "interpreter": "yes"})

    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/dossiers/{case.code}/")
    assert logged() == [("cases.inquiry_opened", "cases.case", case.reference, *DONE)]

    page = claire.get(answer["Location"])
    assert f" – {case.code} – " in page.text.partition("</title>")[0]
    assert page.text.count(f'<h1 class="govuk-panel__title">{case.code}</h1>') == 1
    assert logged() == [("cases.case_opened", "cases.case", case.reference, *DONE)]

    answer = send(claire, _address("new_incident", case), incident_fields)
    assert (answer.status_code, answer["Location"]) == (302, f"/dossiers/{case.code}/")
    assert logged() == [("cases.incident_added", "cases.incident", case.reference, *DONE)]

    answer = send(claire, _address("new_note", case), {"body": "Rappeler mardi.\r\nDeuxième ligne."})
    assert answer.status_code == 302
    assert logged() == [("cases.note_added", "cases.note", case.reference, *DONE)]

    page = claire.get(answer["Location"])
    assert "Onze semaines de travail, quatre payées." in page.text
    assert "mars 2026" in page.text
    assert "Rappeler mardi.<br>Deuxième ligne." in page.text
    assert page.text.index("Rappeler mardi") < page.text.index("Onze semaines")
    assert page.text.count('dir="auto"') == 2
    assert page.text.count("<h1") == 1
    assert logged() == [("cases.case_opened", "cases.case", case.reference, *DONE)]


def test_lists_name_what_they_showed(as_, caseworker, open_inquiry, logged):
    case, claire = open_inquiry(caseworker), as_("claire")
    logged()

    for address in ("/", "/dossiers/"):
        page = claire.get(address)
        assert f'href="/dossiers/{case.code}/"' in page.text
        assert logged() == [("cases.cases_listed", "", "", "none", "done")]


def test_form_that_is_sent_twice_adds_one_note(as_, case, logged):
    claire = as_("claire")
    address = _address("new_note", case)
    once = claire.get(address).context["form"]["once"].value()
    logged()

    answers = [claire.post(address, {"once": once, "body": "Une note."}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Note.objects.count() == 1
    assert logged() == [("cases.note_added", "cases.note", case.reference, *DONE)]


def test_typed_markup_is_shown_and_not_run(as_, case, caseworker):
    case.add_note(by=caseworker, row_id=uuid.uuid4(), body="<script>alert(1)</script> & {{ case }}")

    page = as_("claire").get(_address("case", case))

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ case }}" in page.text


def test_day_sends_other_roles_to_their_own_first_page(as_):
    assert as_("paule").get("/")["Location"] == "/audit/revue/"
    assert as_("luc").get("/")["Location"] == "/administration/"


def test_day_tells_of_notices_until_they_are_read(as_, caseworker):
    notice = Notice.objects.create(recipient=caseworker.user, kind="tests.something")
    claire = as_("claire")

    assert "tests.something" in claire.get("/").text
    assert claire.get("/avis/lus/").status_code == 405
    assert claire.post("/avis/lus/")["Location"] == "/"
    assert "tests.something" not in claire.get("/").text
    assert Notice.objects.get(pk=notice.pk).read_on is not None


# --- Everybody else --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["case", "new_incident", "new_note"])
def test_foreign_and_unknown_cases_get_the_same_answer(as_, case, logged, name):
    joaquin = as_("joaquin")
    unknown = new_reference()
    logged()

    answers = [joaquin.get(reverse(f"cases:{name}", args=[reference])) for reference in (case.reference, unknown)]

    assert [answer.status_code for answer in answers] == [404, 404]
    foreign, missing = (
        answer.text.replace(shown(reference), "").replace(reference, "")
        for answer, reference in zip(answers, (case.reference, unknown), strict=True)
    )
    assert _without_tokens(foreign) == _without_tokens(missing)
    assert logged() == [
        ("accounts.refused", f"cases:{name}", reference, "none", "refused_unknown")
        for reference in (case.reference, unknown)
    ]


def _without_tokens(text: str) -> list[str]:
    return [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line]


def test_wrong_check_symbol_is_refused_like_any_unknown_reference(as_, case, logged):
    joaquin = as_("joaquin")
    other_last = next(symbol for symbol in SYMBOLS if symbol != case.reference[-1])
    wrong = case.reference[:-1] + other_last
    logged()

    assert joaquin.get(f"/dossiers/{wrong.lower()}/").status_code == 404
    assert logged() == [("accounts.refused", "cases:case", wrong, "none", "refused_unknown")]


def test_reference_without_its_dash_leads_to_the_case(as_, case):
    assert as_("claire").get(f"/dossiers/{case.reference.lower()}/").status_code == 200


def test_foreign_case_takes_no_note(as_, case):
    joaquin = as_("joaquin")

    assert joaquin.post(_address("new_note", case), {"body": "Une note."}).status_code == 404
    assert Note.objects.count() == 0


@pytest.mark.parametrize("person", ["paule", "rose", "luc"])
def test_other_roles_are_refused_alike_with_and_without_a_grant(as_, case, person):
    client = as_(person)

    before = client.get(_address("case", case)).status_code
    assign_perm(LEAD, client.get("/compte/").wsgi_request.user, case)

    assert (before, client.get(_address("case", case)).status_code) == (403, 403)
    assert [client.get(f"/dossiers/{page}").status_code for page in ("", "nouveau/")] == [403, 403]


def test_case_granted_to_the_organisation_opens_for_a_colleague(as_, case, other_caseworker, logged):
    assign_perm(LEAD, other_caseworker.user.organisation.group, case)
    joaquin = as_("joaquin")
    logged()

    assert joaquin.get(_address("case", case)).context["spoken"] == language_name("tam")
    assert logged() == [("cases.case_opened", "cases.case", case.reference, *DONE)]
