"""The entries of a list as a file: whole, with hashes, harmless in a spreadsheet, and never without its own entry."""

import base64
import csv
import hashlib
import io
import json
import uuid

import pytest

from audit.log.actor import Actor
from audit.log.models import Entry, Leaf
from audit.review import export
from audit.review.export import COLUMNS
from cellule.accounts.models import User
from cellule.vault.letters import open_letter
from cellule.vault.models import Letter
from tests.audit.tree import placed, sequence

pytestmark = pytest.mark.django_db

EXPORT = "/audit/journal/telecharger/"
ASKED = {"action": "tests.acted", "purpose": "review", "shape": "jsonl"}


def text(response) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def lines(response) -> list[dict]:
    return [json.loads(line) for line in text(response).splitlines()]


def rows(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(response).removeprefix("\ufeff"))))


def exports() -> list[Entry]:
    return list(Entry.objects.of_action("log.list_exported").order_by("id"))


def test_json_lines_hold_the_bytes_that_the_hashes_are_of(paule, write):
    written = [placed(write(reference="7QK2M9XD", shown=["23456789"])) for _ in range(3)]

    *told, last = lines(paule.post(EXPORT, ASKED))

    assert [line["id"] for line in told] == [str(entry.pk) for entry in written[::-1]]
    hashes = [hashlib.sha256(b"\0" + base64.b64decode(line["body"])).hexdigest() for line in told]
    assert hashes == [line["leaf"] for line in told]
    assert [list(line) for line in told] == [[*COLUMNS, "body"]] * 3
    assert told[0]["shown"] == ["23456789"]
    assert last == {"entries": 3}


def test_table_holds_every_column(paule, write):
    entry = placed(write(reference="7QK2M9XD", shown=["23456789", "45678923"], subject=uuid.UUID(int=5)))

    (row,) = rows(paule.post(EXPORT, ASKED | {"shape": "csv"}))

    assert list(row) == list(COLUMNS)
    assert (row["id"], row["shown"], row["subject"]) == (str(entry.pk), "23456789 45678923", str(uuid.UUID(int=5)))
    assert (row["at"], row["leaf"]) == (entry.at.isoformat(), entry.leaf.hex())


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_table_holds_no_formula(paule, write, formula):
    write(reference=formula, shown=[formula])

    (row,) = rows(paule.post(EXPORT, ASKED | {"shape": "csv"}))

    assert (row["reference"], row["shown"]) == (f"'{formula}", f"'{formula}")


@pytest.mark.django_db(transaction=True)
def test_place_in_the_tree_stands_in_the_file(as_, write, settings, tmp_path):
    settings.LOG_KEY_FILE, settings.LOG_WITNESSES = tmp_path / "log.json", {}
    entry = write()
    sequence()

    told, _last = lines(as_("paule").post(EXPORT, ASKED))

    assert told["position"] == Leaf.objects.get(entry=entry.pk).position


@pytest.mark.parametrize("shape", ["csv", "jsonl"])
def test_file_holds_what_the_filters_leave_and_nothing_written_since(paule, write, shape):
    user = User.objects.get(email="claire@cellule.example")
    claire = Actor(str(user.pk), user.role, str(user.organisation_id), uuid.uuid4())
    hers = write(by=claire)
    write()

    response = paule.post(EXPORT, ASKED | {"person": "claire", "shape": shape})
    write(by=claire)
    told = text(response)

    # One line is the head, or the end.
    assert len(told.splitlines()) == 2
    assert (str(hers.pk) in told, "Claire" in told) == (True, False)
    assert response["Content-Disposition"].endswith(f'.{shape}"')


def test_parts_follow_each_other_without_gap(paule, write, monkeypatch):
    written = [write() for _ in range(7)]
    monkeypatch.setattr(export, "IN_A_PART", 3)

    *told, last = lines(paule.post(EXPORT, ASKED))

    assert [line["id"] for line in told] == [str(entry.pk) for entry in written[::-1]]
    assert last == {"entries": 7}


def test_export_is_an_act_with_a_purpose_and_its_filters_are_sealed(paule, write, privacy_officer):
    paule.post(EXPORT, ASKED | {"reference": "7QK2M9XD", "purpose": "authority"})

    (entry,) = exports()
    document, _salt = open_letter(privacy_officer.vault, Letter.objects.get(row=entry.pk))
    assert (entry.purpose, entry.outcome) == ("authority", "done")
    assert b"7QK2M9XD" not in bytes(entry.body)
    assert document == {"action": "tests.acted", "reference": "7QK2M9XD"}


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"shape": "csv"}, ["purpose"]),
        ({"purpose": "review"}, ["shape"]),
        ({"purpose": "curiosity", "shape": "csv"}, ["purpose"]),
        ({"purpose": "review", "shape": "xls"}, ["shape"]),
        ({}, ["purpose", "shape"]),
    ],
)
def test_export_without_purpose_or_shape_says_what_is_missing(paule, write, asked, wrong):
    write()

    response = paule.post(EXPORT, asked | {"action": "tests.acted"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == wrong
    assert '<input type="hidden" name="action" value="tests.acted">' in response.content.decode()
    assert exports() == []


@pytest.mark.parametrize("wrong", [{"start": "soon"}, {"actors": "x"}, {"action": "no.such"}, {"person": "nobody"}])
def test_export_with_filters_that_cannot_be_read_sends_nothing(paule, write, wrong):
    write()

    response = paule.post(EXPORT, ASKED | wrong)

    assert (response.status_code, exports()) == (422, [])


def test_address_alone_leads_to_the_log(paule):
    response = paule.get(EXPORT)

    assert (response.status_code, response.url) == (302, "/audit/journal/")


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_while_the_log_cannot_be_written(as_, write, log_closed):
    paule = as_("paule", raise_request_exception=False)
    write(reference="7QK2M9XD")

    with log_closed():
        response = paule.post(EXPORT, ASKED)

    assert (response.status_code, response.streaming) == (500, False)
