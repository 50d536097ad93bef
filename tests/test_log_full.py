"""The log has no room left: what must be logged is refused and says so, and nothing is done unlogged."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

from audit.log.models import Entry
from cases.models import Case, Channel, Interpreter, Note
from cellule.accounts.models import User
from cellule.vault.models import VaultSession
from tests.people import acting, signed_in
from tests.world import PEOPLE

MARK = "MARQUE-Étoile-4711"
FRENCH, ENGLISH = "n’a plus de place", "has no room left"

# What PostgreSQL says when the disk is full (53100), said for one table.
FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room();
"""


@pytest.fixture
def full(owner_connection):
    """A context in which a table has no room left."""

    @contextmanager
    def without_room(table: str) -> Iterator[None]:
        owner_connection.execute(FULL.format(table=table))
        try:
            yield
        finally:
            owner_connection.execute(f"DROP TRIGGER no_room ON {table}; DROP FUNCTION no_room()")

    return without_room


@pytest.fixture
def case(transactional_db) -> Case:
    """Claire's case with one note, committed."""
    claire = acting("claire")
    case = Case.open_inquiry(by=claire, row_id=uuid.uuid4(), channel=Channel.PHONE, interpreter=Interpreter.NO)
    case.add_note(by=claire, row_id=uuid.uuid4(), body=MARK)
    return case


def _browser(name: str) -> Client:
    return signed_in(name, raise_request_exception=False)


@pytest.mark.parametrize("table", ["log_entry", "log_sessioncounter"])
def test_nothing_is_read_while_the_log_is_full(case, full, table):
    browser = _browser("claire")
    known = Entry.objects.count()

    with full(table):
        pages = [browser.get(path) for path in (f"/dossiers/{case.code}/", "/dossiers/", "/")]

    assert [(page.status_code, page.get("Retry-After"), MARK in page.text) for page in pages] == [
        (503, "5", False)
    ] * len(pages)
    assert Entry.objects.count() == known
    assert MARK in browser.get(f"/dossiers/{case.code}/").text


def test_nothing_is_written_while_the_log_is_full(case, full):
    browser, path = _browser("claire"), f"/dossiers/{case.code}/notes/nouvelle/"
    told = {"body": MARK, "once": browser.get(path).context["form"]["once"].value()}
    step = f"/dossiers/{case.code}/etapes/clore-demande/"
    before = (Note.objects.count(), Entry.objects.count(), Case.objects.filter(pk=case.pk).values().get())

    with full("log_entry"):
        answers = [browser.post(path, told), browser.post(step, {"reason": "error", "words": MARK})]

    assert [(answer.status_code, MARK in answer.text) for answer in answers] == [(503, False)] * 2
    assert (Note.objects.count(), Entry.objects.count(), Case.objects.filter(pk=case.pk).values().get()) == before
    # Sent again, it is saved once.
    assert [browser.post(path, told).status_code for _ in range(2)] == [302, 302]
    assert Note.objects.count() == before[0] + 1


def test_nobody_signs_in_and_no_refusal_is_shown_while_the_log_is_full(case, full):
    stranger, colleague = Client(raise_request_exception=False), _browser("joaquin")
    open_vaults = VaultSession.objects.count()
    person = PEOPLE["claire"]

    with full("log_entry"):
        signing_in = stranger.post("/connexion/", {"login": person.email, "password": person.passphrase})
        refused = colleague.get(f"/dossiers/{case.code}/")

    assert (signing_in.status_code, refused.status_code) == (503, 503)
    assert VaultSession.objects.count() == open_vaults


@pytest.mark.parametrize(("language", "words"), [("fr", FRENCH), ("en", ENGLISH)])
def test_page_says_so_in_the_language_of_the_person(case, full, language, words):
    User.objects.filter(email=PEOPLE["claire"].email).update(language=language)
    browser = _browser("claire")

    with full("log_entry"):
        page = browser.get(f"/dossiers/{case.code}/")

    assert (page.status_code, words in page.text) == (503, True)
