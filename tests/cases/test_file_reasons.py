"""Who supervises a case and does not work on it looks at its files for a reason, which stands for a while."""

import datetime

import pytest
from django.utils import timezone

from audit.log.models import Entry
from cases.models import Act, Custody, File
from tests.cases.pictures import pdf
from tests.cases.test_file_pages import download, send_files


@pytest.fixture
def address(case) -> str:
    return f"/dossiers/{case.code}/documents/"


@pytest.fixture
def file(as_, address) -> File:
    send_files(as_("claire"), address, ("bail.pdf", pdf(2)))
    return File.objects.get()


def gave_a_reason(client, address: str, reason: str = "decision", **words: str):
    return client.post(f"{address}motif/", {"reason": reason, **words})


def test_a_supervisor_is_asked_why_before_any_file_is_told_of(as_, address, file, logged):
    client = as_("mireille")
    logged()

    refused = [client.get(f"{address}{below}") for below in ("", f"{file.pk}/", f"{file.pk}/apercu/1/")]
    refused += [client.post(f"{address}{file.pk}/{act}/") for act in ("imprimer", "telecharger")]

    assert {(each.status_code, each["Location"]) for each in refused} == {(302, f"{address}motif/")}
    asked = client.get(f"{address}motif/")
    assert (asked.status_code, "bail" in asked.text) == (200, False)
    assert logged() == []
    assert gave_a_reason(client, address, "other").status_code == 422


def test_a_reason_lets_a_supervisor_in_and_is_written_to_each_look(as_, address, file, supervisor):
    client = as_("mireille")
    before = set(Entry.objects.values_list("pk", flat=True))

    given = gave_a_reason(client, address, "safety")
    listed, page = client.get(address), client.get(f"{address}{file.pk}/")
    picture = client.get(f"{address}{file.pk}/apercu/2/")
    content = download(client, f"{address}{file.pk}/telecharger/")

    assert (given.status_code, given["Location"]) == (302, address)
    assert ("bail.pdf" in listed.text, "bail.pdf" in page.text) == (True, True)
    assert (picture["Content-Type"], content[:5]) == ("image/jpeg", b"%PDF-")
    entries = Entry.objects.exclude(pk__in=before).order_by("at", "counter")
    this = [str(file.pk)]
    assert [(each.action, each.purpose, each.relation, each.shown) for each in entries] == [
        ("cases.files_revealed", "safety", "supervisor", None),
        ("cases.files_listed", "safety", "supervisor", None),
        ("cases.file_opened", "safety", "supervisor", this),
        ("cases.file_viewed", "safety", "supervisor", this),
        ("cases.file_downloaded", "safety", "supervisor", this),
    ]
    acts = as_("claire").get(f"{address}{file.pk}/").context["custody"]
    assert [(str(act.what), act.by) for act in acts][:2] == [
        (Act.DOWNLOADED.label, supervisor.user.name),
        (Act.VIEWED.label, supervisor.user.name),
    ]


def test_a_page_leads_a_supervisor_back_to_the_question(as_, address, file):
    client = as_("mireille")
    gave_a_reason(client, address)

    seconds, _address, question = client.get(address)["Refresh"].partition("; url=")

    assert (590 < int(seconds) <= 600, question) == (True, f"{address}motif/")
    assert "Refresh" not in as_("claire").get(address)


def test_a_reason_stands_for_ten_minutes(as_, address, file, time_machine):
    client, now = as_("mireille"), timezone.now()
    gave_a_reason(client, address)

    answers = []
    for minutes in (3, 6, 9, 11):
        time_machine.move_to(now + datetime.timedelta(minutes=minutes))
        answers.append(client.get(address).status_code)

    assert answers == [200, 200, 200, 302]
    assert client.get(address)["Location"] == f"{address}motif/"


def test_a_reason_is_one_persons_in_one_session_for_one_case(as_, address, file, caseworker, open_inquiry):
    client, other = as_("mireille"), open_inquiry(caseworker)
    gave_a_reason(client, address)

    answers = {
        "here": client.get(address).status_code,
        "another case": client.get(f"/dossiers/{other.code}/documents/").status_code,
        "another session": as_("mireille").get(address).status_code,
        "another supervisor": as_("omar").get(address).status_code,
    }

    assert answers == {"here": 200, "another case": 302, "another session": 302, "another supervisor": 302}


def test_a_reason_lets_nobody_add_or_take_away(as_, address, file):
    client = as_("mireille")
    gave_a_reason(client, address)

    answers = [client.get(f"{address}{below}").status_code for below in ("nouveaux/", f"{file.pk}/retirer/")]

    assert answers == [403, 403]
    assert Custody.objects.filter(file=file).count() == 1


@pytest.mark.parametrize(("person", "status"), [("joaquin", 404), ("ana", 404), ("paule", 403), ("noor", 403)])
def test_nobody_else_is_let_in_for_a_reason(as_, address, file, person, status):
    assert gave_a_reason(as_(person), address).status_code == status


def test_who_works_on_the_case_is_never_asked(as_, address, file):
    asked = as_("claire").get(f"{address}motif/")

    assert (asked.status_code, asked["Location"]) == (302, address)


def test_the_case_leads_a_supervisor_to_its_files_and_says_when_one_is_broken(as_, address, file):
    client, page = as_("mireille"), address.removesuffix("documents/")
    before = client.get(page).text
    File.objects.filter(pk=file.pk).update(is_broken=True)

    after = client.get(page).text

    warning = 'class="govuk-warning-text"'
    assert (f'href="{address}"' in before, after.count(warning) - before.count(warning)) == (True, 1)
