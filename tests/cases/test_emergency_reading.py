"""What an emergency access opens to read: incidents and files, once a second person has agreed, and only to look at."""

import uuid
from collections.abc import Callable

import obstore
import pytest
from django.test import Client
from django.urls import reverse

from audit.log.actions import Relation
from audit.log.models import Entry
from audit.review.glass import take_under_review
from cases.models import (
    Act,
    BreakGlass,
    Case,
    Custody,
    File,
    Incident,
    ParticipationStory,
    PersonIdentity,
    PersonOrdinary,
    State,
)
from cellule.accounts.acting import Acting
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.vault.files import store
from tests.cases.emergencies import asked, passed
from tests.cases.pictures import pdf
from tests.cases.test_file_pages import new_blobs, send_files  # noqa: F401  (a fixture)
from tests.factories import case_at, take

STORY, RELATION, NAME = "Il l’attend devant la porte.", "Son ancien patron", "Zélie Fictive"


@pytest.fixture
def case(caseworker) -> Case:
    """Claire's case in active support, with an incident in which the person had a part, and an identity."""
    case, unknown = case_at(State.ACTIVE, caseworker), FuzzyDate(FuzzyKind.UNKNOWN)
    told = {"kind": "threats", "happened": unknown, "borough": "08", "narrative": STORY}
    incident, person = case.add_incident(by=caseworker, row_id=uuid.uuid4(), **told), case.people.get()
    part = ParticipationStory(roles=["victim"], relation=RELATION)
    case.write_part(incident, person, by=caseworker, part=part, version=0)
    case.write_identity(person, by=caseworker, identity=PersonIdentity(NAME), version=1)
    return case


@pytest.fixture
def file(as_, case, new_blobs) -> File:  # noqa: F811
    send_files(as_("claire"), reverse("cases:files", args=[case.reference]), ("bail.pdf", pdf(2)))
    return File.objects.get()


@pytest.fixture
def pages(case, file) -> dict[str, str]:
    """What may be read, by name."""
    incident: Incident = case.incidents.get()
    return {
        "incident": reverse("cases:incident", args=[case.reference, incident.reference]),
        "files": reverse("cases:files", args=[case.reference]),
        "file": reverse("cases:file", args=[case.reference, file.pk]),
        "preview": reverse("cases:file_preview", args=[case.reference, file.pk, 2]),
    }


@pytest.fixture
def agreed(case, other_caseworker, supervisor) -> BreakGlass:
    """Joaquín's access, to which Mireille agreed."""
    emergency = asked(case, other_caseworker, secret=True)
    emergency.agree(by=supervisor)
    return emergency


def _statuses(client: Client, pages: dict[str, str]) -> set[int]:
    return {client.get(address).status_code for address in pages.values()}


# --- When it is open --------------------------------------------------------------------------------------


def _not_asked(case: Case, people: dict[str, Acting]) -> None:
    """Nobody asked for anything."""


def _for_the_ordinary(case: Case, people: dict[str, Acting]) -> None:
    asked(case, people["joaquin"])


def _unanswered(case: Case, people: dict[str, Acting]) -> BreakGlass:
    return asked(case, people["joaquin"], secret=True)


def _agreed(case: Case, people: dict[str, Acting]) -> BreakGlass:
    emergency = _unanswered(case, people)
    emergency.agree(by=people["mireille"])
    return emergency


def _refused(case: Case, people: dict[str, Acting]) -> None:
    _unanswered(case, people).refuse(by=people["mireille"])


def _ended(case: Case, people: dict[str, Acting]) -> None:
    _agreed(case, people).end(by=people["joaquin"])


def _ended_by_a_supervisor(case: Case, people: dict[str, Acting]) -> None:
    _agreed(case, people).end(by=people["mireille"])


def _run_out(case: Case, people: dict[str, Acting]) -> None:
    passed(_agreed(case, people), hours=4)


def _in_its_last_minute(case: Case, people: dict[str, Acting]) -> None:
    passed(_agreed(case, people), hours=3, minutes=59)


def _brought_into_a_circle(case: Case, people: dict[str, Acting]) -> None:
    _agreed(case, people)
    take(case, "ask_circle", people["claire"], people=[people["claire"].user, people["mireille"].user])
    take(case, "approve_circle", people["mireille"])


def _of_another_case(case: Case, people: dict[str, Acting]) -> None:
    _agreed(case_at(State.ACTIVE, people["claire"]), people)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (_not_asked, 404),
        (_for_the_ordinary, 403),
        (_unanswered, 403),
        (_refused, 403),
        (_agreed, 200),
        (_in_its_last_minute, 200),
        (_run_out, 404),
        (_ended, 404),
        (_ended_by_a_supervisor, 404),
        (_brought_into_a_circle, 404),
        (_of_another_case, 404),
    ],
)
def test_incidents_and_files_open_exactly_while_a_second_person_agrees(
    as_,
    case,
    pages,
    caseworker,
    other_caseworker,
    supervisor,
    moment: Callable[[Case, dict[str, Acting]], None],
    status,
):
    moment(case, {"claire": caseworker, "joaquin": other_caseworker, "mireille": supervisor})

    assert _statuses(as_("joaquin"), pages) == {status}


def test_nobody_else_reads_by_somebody_elses_access(as_, pages, agreed):
    """Omar supervises: what lies behind a reason for him stays there."""
    assert _statuses(as_("ana"), pages) == {404}
    assert _statuses(as_("omar"), {"incident": pages["incident"]}) == {403}
    assert _statuses(as_("omar"), {"files": pages["files"]}) == {302}


# --- To read, and no more -----------------------------------------------------------------------------------


def test_incident_is_shown_under_the_banner_and_nothing_can_be_changed(as_, pages, agreed):
    page = as_("joaquin").get(pages["incident"])

    assert (STORY in page.text, RELATION in page.text, NAME in page.text) == (True, True, False)
    assert 'class="app-emergency"' in page.text
    assert "/personnes/" not in page.text


def test_files_are_shown_under_the_banner_and_none_can_be_taken_out(as_, case, file, pages, agreed):
    joaquin = as_("joaquin")

    listed, page, picture = (joaquin.get(pages[name]) for name in ("files", "file", "preview"))
    taken = {
        name: joaquin.post(reverse(f"cases:{name}", args=[case.reference, file.pk])).status_code
        for name in ("download_file", "print_file", "take_file_away")
    }

    assert ("bail.pdf" in listed.text, "documents/nouveaux/" in listed.text) == (True, False)
    assert ("bail.pdf" in page.text, "telecharger" in page.text, "imprimer" in page.text) == (True, False, False)
    assert listed.text.count('class="app-emergency"') == page.text.count('class="app-emergency"') == 1
    assert picture["Content-Type"] == "image/jpeg"
    assert taken == {"download_file": 404, "print_file": 404, "take_file_away": 404}


def test_case_page_leads_to_incidents_and_files_once_they_are_open(as_, case, pages, other_caseworker, supervisor):
    emergency, joaquin = asked(case, other_caseworker, secret=True), as_("joaquin")
    address = reverse("cases:case", args=[case.reference])

    before = joaquin.get(address).text
    emergency.agree(by=supervisor)
    after = joaquin.get(address).text

    links = [f'href="{pages[name]}"' for name in ("incident", "files")]
    assert [link in before for link in links] == [False, False]
    assert [link in after for link in links] == [True, True]


# --- The log, and the end -------------------------------------------------------------------------------------


def test_every_look_is_told_as_an_emergency(as_, case, file, pages, agreed, logged):
    joaquin = as_("joaquin")
    logged()

    for address in pages.values():
        joaquin.get(address)

    this = ("cases.case", case.reference, Relation.BREAK_GLASS, "done")
    looks = ["cases.case_opened", "cases.files_listed", "cases.file_opened", "cases.file_viewed"]
    assert logged() == [(look, *this) for look in looks]
    assert set(Entry.objects.filter(action__in=looks, relation=Relation.BREAK_GLASS).values_list("purpose")) == {
        ("present",)
    }


def test_who_works_on_the_case_sees_that_the_file_was_looked_at(as_, case, file, pages, agreed, other_caseworker):
    as_("joaquin").get(pages["preview"])

    last = as_("claire").get(pages["file"]).context["custody"][0]

    assert (last.by, last.what) == (other_caseworker.user.name, Act.VIEWED.label)
    assert Custody.objects.count() == 2


def test_reviewers_get_every_look(as_, case, file, pages, agreed, other_caseworker):
    joaquin = as_("joaquin")
    for address in pages.values():
        joaquin.get(address)
    agreed.end(by=other_caseworker)

    item = take_under_review(agreed)

    actions = Entry.objects.filter(pk__in=item.entries).order_by("id").values_list("action", flat=True)
    assert list(actions)[-5:] == [
        "cases.case_opened",
        "cases.files_listed",
        "cases.file_opened",
        "cases.file_viewed",
        "cases.emergency_ended",
    ]


@pytest.mark.parametrize("name", ["incident", "files", "file"])
def test_page_leaves_the_screen_when_the_access_ends(as_, pages, agreed, name):
    passed(agreed, hours=3, minutes=50)

    seconds, address = as_("joaquin").get(pages[name])["Refresh"].split("; url=")

    assert 500 < int(seconds) <= 601
    assert address == reverse("cases:emergency", args=[agreed.reference])


def test_revealed_identity_is_shown_no_longer_than_the_access_lasts(as_, case, agreed):
    joaquin = as_("joaquin")
    address = reverse("cases:reveal_identity", args=[case.reference, case.people.get().reference])

    at_first = joaquin.post(address, {"reason": "identify"})
    passed(agreed, hours=3, minutes=59, seconds=40)
    at_last = joaquin.post(address, {"reason": "identify"})

    assert (at_first["Refresh"], NAME in at_last.text) == (f"60; url={address}", True)
    assert 1 <= int(at_last["Refresh"].partition(";")[0]) <= 21


def test_broken_file_is_told_of_in_an_emergency_too(as_, pages, agreed, new_blobs):  # noqa: F811
    """Whoever finds it may be the only one who looks for weeks."""
    (blob,) = new_blobs()
    content = bytearray(obstore.get(store(), str(blob)).bytes().to_bytes())
    content[-1] ^= 1
    obstore.put(store(), str(blob), bytes(content))

    page = as_("joaquin").get(pages["file"])

    assert (page.status_code, File.objects.get().is_broken) == (200, True)


def test_own_name_is_noticed_in_an_emergency_too(as_, case, caseworker, other_caseworker):
    """A curious relative comes this way."""
    person = case.people.get()
    known = PersonOrdinary(called=other_caseworker.user.name)
    case.correct_person(person, by=caseworker, known=known, version=person.version)
    asked(case, other_caseworker)

    as_("joaquin").get(reverse("cases:case", args=[case.reference]))

    entry = Entry.objects.get(action="cases.own_name_seen")
    assert (entry.purpose, entry.reference, entry.relation) == ("own_name", case.reference, Relation.BREAK_GLASS)
