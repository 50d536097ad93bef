"""Who opened a case: its part of the case page, for whom it is there, and the list that the person gets of it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdfium2 import PdfDocument

from audit.log.actions import Outcome, Relation
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.log.record import record
from cases import access
from cases.actions import CASE_OPENED, CASES_LISTED
from cases.models import Case, File
from tests.people import acting, said


@pytest.fixture
def address(case) -> str:
    return reverse("cases:access", args=[case.reference])


@pytest.fixture
def opened_by(case):
    """Open the case so many times as a person."""

    def opened(name: str, times: int = 1, **told) -> None:
        by = acting(name)
        for _ in range(times):
            with transaction.atomic():
                record(CASE_OPENED, by=by.actor, **{**case.told(by), **told})

    return opened


def told(page) -> list[tuple[str, str, str, str]]:
    return [(str(line.who), line.entry.action, str(line.tie), str(line.reason)) for line in page.context["lines"]]


def made(client, case: Case, **answers: str) -> str:
    """Make the list through its page; gives the text of the PDF as Claire gets it."""
    address = reverse("cases:access_list", args=[case.reference])
    once = client.get(address).context["form"]["once"].value()
    answer = client.post(address, {"tongue": "fr", "purpose": "for_the_person", **answers, "once": once})
    assert answer.status_code == 302, answer.content
    return pdf_text(case)


def pdf_text(case: Case) -> str:
    claire = acting("claire")
    (file,) = File.objects.filter(case=case)
    keys = claire.vault.open_owner(case, ["story"], action=CASE_OPENED, by=claire.actor, relation=Relation.ASSIGNED)
    document = PdfDocument(file.bytes_of(keys, keys.read(file, "story")))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())


# --- The part of the page ----------------------------------------------------------------------------


def test_everything_about_the_case_stands_there_with_reason_and_tie(as_, case, address, opened_by):
    opened_by("mireille", purpose="safety")
    opened_by("joaquin", outcome=Outcome.REFUSED_FORBIDDEN)
    client = as_("claire")
    client.get(reverse("cases:cases"))
    client.get(reverse("cases:case", args=[case.reference]))
    claire, mireille, joaquin = (acting(name).user.name for name in ("claire", "mireille", "joaquin"))

    page = client.get(address)

    assigned = said("Assigned to the case")
    assert told(page) == [
        (claire, "cases.access_viewed", assigned, ""),
        (claire, "cases.case_opened", assigned, said("Work on the case")),
        (claire, "cases.cases_listed", "", ""),
        (joaquin, "cases.case_opened", said("No tie"), ""),
        (mireille, "cases.case_opened", said("Supervises the case"), said("Somebody is in danger")),
        (claire, "cases.inquiry_opened", assigned, ""),
    ]
    assert said("Refused: not allowed") in page.text


def test_other_cases_of_a_list_are_not_told(as_, case, address, open_inquiry, caseworker):
    other = open_inquiry(caseworker)
    with transaction.atomic():
        record(CASES_LISTED, by=acting("mireille").actor, shown=[case.reference, other.reference])

    page = as_("claire").get(address)

    assert (case.code in page.text, other.code in page.text, other.reference in page.text) == (True, False, False)


@pytest.mark.parametrize(("name", "there"), [("claire", True), ("joaquin", False), ("mireille", True)])
def test_part_is_there_for_the_lead_and_the_supervisor(as_, case, address, caseworker, name, there):
    case.share(by=caseworker, to=acting("joaquin").user)
    client = as_(name)

    page = client.get(reverse("cases:people", args=[case.reference]))

    assert (address in page.text) is there
    assert client.get(address).status_code == (200 if there else 403)


def test_one_person_alone(as_, address, opened_by):
    opened_by("mireille", 2)
    client, mireille = as_("claire"), acting("mireille")

    page = client.get(address, {"personne": str(mireille.user.pk)})
    nobody = client.get(address, {"personne": "somebody"})

    assert [who for who, *_rest in told(page)] == [mireille.user.name] * 2
    assert {who for who, *_rest in told(nobody)} == {mireille.user.name, acting("claire").user.name}


def test_pages_go_on_without_gap_or_repetition(as_, address, opened_by, monkeypatch):
    monkeypatch.setattr(access, "PAGE", 4)
    opened_by("mireille", 9)
    client, seen, query = as_("claire"), [], f"?personne={acting('mireille').user.pk}"

    while query:
        page = client.get(f"{address}{query}")
        seen.append([line.entry.pk for line in page.context["lines"]])
        query = page.context["older"]

    entries = Entry.objects.by_actor(str(acting("mireille").user.pk)).filter(action=CASE_OPENED.code)
    assert [len(page) for page in seen] == [4, 4, 1]
    assert [pk for page in seen for pk in page] == list(entries.order_by("-id").values_list("pk", flat=True))


def test_nothing_older_says_so(as_, address):
    client = as_("claire")
    first = Entry.objects.filter(action="cases.inquiry_opened").order_by("-id").first()

    page = client.get(address, {"avant": str(first.pk)})

    assert said("There is nothing older.") in page.text


def test_ten_lines_cost_as_many_queries_as_one(as_, address, opened_by):
    client = as_("claire")
    client.get(address)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    opened_by("mireille")
    one = queries()
    for name in ("joaquin", "ana", "omar", "mireille"):
        opened_by(name, 3)

    assert queries() == one


# --- The person's list -------------------------------------------------------------------------------


def test_list_says_when_and_in_which_role_but_no_name(as_, case, opened_by, logged):
    opened_by("mireille", 2)
    opened_by("joaquin", outcome=Outcome.REFUSED_UNKNOWN)
    client = as_("claire")
    logged()

    text = made(client, case)

    assert case.code in text
    roles = {"claire": "Intervenante ou intervenant", "mireille": "Superviseure ou superviseur"}
    for name in ("claire", "mireille", "joaquin"):
        assert acting(name).user.name not in text
    assert text.count(", n") == len(roles)
    assert Entry.objects.get(action="cases.access_list_made").purpose == "for_the_person"


def test_list_names_the_staff_where_the_setting_says_so(as_, case, opened_by, settings):
    settings.STAFF_NAMES_ON_ACCESS_LIST = True
    opened_by("mireille")

    text = made(as_("claire"), case, tongue="en")

    names = {name: acting(name).user.name in text for name in ("claire", "mireille", "joaquin")}
    assert names == {"claire": True, "mireille": True, "joaquin": False}
    assert "Caseworker, " in text


@pytest.mark.parametrize(("tongue", "title"), [("fr", "Qui a ouvert votre dossier"), ("en", "Who opened your file")])
@pytest.mark.parametrize("reading", ["fr", "en"])
def test_language_of_the_list_is_the_persons(as_, case, tongue, title, reading):
    client = as_("claire")
    client.post("/langue/", {"language": reading})

    assert title in made(client, case, tongue=tongue)


def test_list_sent_twice_is_made_once(as_, case):
    client, address = as_("claire"), reverse("cases:access_list", args=[case.reference])
    once = client.get(address).context["form"]["once"].value()
    answers = {"tongue": "fr", "purpose": "for_a_lawyer", "once": once}

    first, second = client.post(address, answers), client.post(address, answers)

    assert (first["Location"], File.objects.count()) == (second["Location"], 1)
    assert Entry.objects.filter(action="cases.access_list_made").count() == 1


def test_supervisor_makes_a_list_of_a_case_that_rests(as_, case, caseworker, supervisor):
    case.close_inquiry(by=caseworker, reason="no_contact")

    assert "Qui a ouvert votre dossier" in made(as_("mireille"), case)


def test_long_list_goes_over_many_pages(as_, case):
    by = acting("claire")
    with transaction.atomic():
        for number in range(120):
            actor = Actor(f"somebody {number}", "caseworker", "", by.actor.session)
            record(CASE_OPENED, by=actor, **case.told(by))

    text = made(as_("claire"), case)

    assert " ".join((said("no. %(number)d") % {"number": 120}).split()) in text


def test_page_of_the_list_asks_before_it_makes_one(as_, case):
    answer = as_("claire").post(reverse("cases:access_list", args=[case.reference]), {})

    assert (answer.status_code, File.objects.count()) == (422, 0)
    assert said("Choose the language of the list.") in answer.text
