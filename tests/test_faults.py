"""What breaks, breaks shut: a log that cannot be written, a database that is away."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from audit.log.actions import Relation
from audit.log.models import Entry
from cases.actions import CASE_OPENED
from cases.models import Case, CaseUserGrant, Channel, Interpreter, Milestone, Note, State
from cellule.accounts.models import Invitation, Organisation, SignInSession, User
from cellule.ground import roles
from cellule.ground.postgres import Server
from cellule.jobs.models import Job
from cellule.notices.models import Notice
from cellule.settings import database as parse
from cellule.vault.models import OwnerKey, SubjectRow, VaultSession
from cellule.vault.models.owner import Compartment
from tests.people import acting, signed_in
from tests.world import PEOPLE

MARK = "MARQUE-Étoile-4711"


def _open_inquiry(by) -> Case:
    return Case.open_inquiry(by=by, row_id=uuid.uuid4(), channel=Channel.PHONE, interpreter=Interpreter.NO)


def _browser(name: str) -> Client:
    """Signed in, and shown errors as a browser is."""
    return signed_in(name, raise_request_exception=False)


# --- The log cannot be written ----------------------------------------------------------------------


@pytest.fixture
def log_closed(owner_connection):
    """A context in which the run-time role may not write entries."""

    @contextmanager
    def closed() -> Iterator[None]:
        role = connection.ops.quote_name(connection.settings_dict["USER"])
        owner_connection.execute(f"REVOKE INSERT ON log_entry FROM {role}")
        try:
            yield
        finally:
            owner_connection.execute(f"GRANT INSERT ON log_entry TO {role}")

    return closed


@pytest.fixture
def case(transactional_db) -> Case:
    """Claire's case with one note, committed."""
    claire = acting("claire")
    case = _open_inquiry(claire)
    case.add_note(by=claire, row_id=uuid.uuid4(), body=MARK)
    return case


def test_without_the_log_no_case_is_shown(case, log_closed):
    claire = _browser("claire")
    pages = [f"/dossiers/{case.code}/", "/dossiers/", "/"]

    with log_closed():
        shown = [claire.get(page) for page in pages]

    assert [(page.status_code, MARK in page.text, case.code in page.text) for page in shown] == [
        (500, False, False)
    ] * 3
    again = claire.get(pages[0])
    assert (again.status_code, MARK in again.text) == (200, True)


def test_without_the_log_nothing_is_saved(case, log_closed):
    claire, note = _browser("claire"), f"/dossiers/{case.code}/notes/nouvelle/"
    forms = {
        note: {"body": MARK},
        "/dossiers/nouveau/": {"channel": "phone", "language": "tam", "interpreter": "no"},
    }
    asked = [(path, {**data, "once": claire.get(path).context["form"]["once"].value()}) for path, data in forms.items()]
    before = _rows(Case, Note, CaseUserGrant, OwnerKey, SubjectRow, Entry)
    version = Case.objects.get().version

    with log_closed():
        answers = [claire.post(path, data).status_code for path, data in asked]

    assert answers == [500, 500]
    assert _rows(Case, Note, CaseUserGrant, OwnerKey, SubjectRow, Entry) == before
    assert Case.objects.get().version == version
    # The same form, sent again, is saved once.
    assert [claire.post(path, data).status_code for path, data in asked] == [302, 302]
    assert (Note.objects.count(), Case.objects.count()) == (2, 2)


def test_without_the_log_no_step_is_taken(case, log_closed):
    """Sharing brings the keys to the unit, grants, tells the colleague and leaves a milestone: all of it or nothing."""
    claire, joaquin = _browser("claire"), acting("joaquin").user
    share, end = (f"/dossiers/{case.code}/etapes/{slug}/" for slug in ("partager", "clore-demande"))
    asked = [(share, {"to": str(joaquin.pk)}), (end, {"reason": "error", "words": MARK})]
    before = _rows(Milestone, CaseUserGrant, Notice, Job, OwnerKey, Entry)
    row = Case.objects.filter(pk=case.pk).values()
    as_it_was = row.get()

    with log_closed():
        answers = [claire.post(path, data) for path, data in asked]

    assert [(answer.status_code, MARK in answer.text) for answer in answers] == [(500, False)] * 2
    assert _rows(Milestone, CaseUserGrant, Notice, Job, OwnerKey, Entry) == before
    assert row.get() == as_it_was
    assert [claire.post(path, data).status_code for path, data in asked] == [302, 302]
    assert row.get()["state"] == State.CLOSED
    assert list(Case.objects.get(pk=case.pk).shared_with()) == [joaquin]


def test_without_the_log_nobody_is_invited_or_admitted(transactional_db, log_closed):
    luc = _browser("luc")
    unit = Organisation.objects.get(zone="unit")
    person = {
        "name": "Nora",
        "email": "nora@cellule.example",
        "organisation": str(unit.pk),
        "role": "caseworker",
        "language": "fr",
        "sent": "mail",
    }
    before = _rows(User, Invitation, Job, Organisation)

    with log_closed():
        answers = [
            luc.post("/administration/invitations/nouvelle/", person).status_code,
            luc.post("/administration/organisations/nouvelle/", {"name": "X", "legal_regime": "P-39.1"}).status_code,
        ]

    assert answers == [500, 500]
    assert _rows(User, Invitation, Job, Organisation) == before


def test_without_the_log_nobody_signs_in(transactional_db, log_closed):
    client = Client(raise_request_exception=False)
    person = PEOPLE["claire"]

    with log_closed():
        response = client.post("/connexion/", {"login": person.email, "password": person.passphrase})

    assert response.status_code == 500
    assert client.get("/dossiers/")["Location"].startswith("/connexion/")
    assert SignInSession.objects.filter(user__isnull=False).count() == 0
    assert VaultSession.objects.count() == 0


def test_without_the_log_nothing_is_unlocked(transactional_db, log_closed):
    claire = _browser("claire")
    claire.post("/verrou/")

    with log_closed():
        response = claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})

    assert response.status_code == 500
    assert claire.get("/dossiers/")["Location"].startswith("/verrou/")
    assert VaultSession.objects.count() == 0


def test_without_the_log_locking_and_signing_out_still_close_the_vault(transactional_db, log_closed):
    locking, leaving = _browser("claire"), _browser("claire")

    with log_closed():
        answers = [locking.post("/verrou/").status_code, leaving.post("/deconnexion/").status_code]

    assert answers == [500, 500]
    assert VaultSession.objects.count() == 0
    assert [client.get("/dossiers/").status_code for client in (locking, leaving)] == [302, 302]


def test_without_the_log_a_refusal_is_no_page_either(case, log_closed):
    joaquin = _browser("joaquin")

    with log_closed():
        response = joaquin.get(f"/dossiers/{case.code}/")

    assert response.status_code == 500


def _rows(*models) -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in models}


# --- The database is away ---------------------------------------------------------------------------


@pytest.fixture
def second_server(transactional_db, postgres_server) -> Iterator[Server]:
    """A copy of the tests' server with all that is in it, to be killed; Django talks to it for the time of a test."""
    with tempfile.TemporaryDirectory(prefix="cellule-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = Server(folder / "data")
        _copy(postgres_server, server)
        server.start()
        place = connections["default"].settings_dict
        before = dict(place)
        connections.close_all()
        # Kept between requests, as served: what is broken has to be noticed.
        place.update(parse(server.url(roles.RUNTIME, before["NAME"])), CONN_MAX_AGE=300)
        yield server
        connections.close_all()
        place.update(before)
        server.stop()


def _copy(source: Server, target: Server) -> None:
    home = target.folder / "postgres"
    (target.folder / "secrets").mkdir(parents=True, mode=0o700)
    target.folder.chmod(0o711)
    home.mkdir()
    shutil.copy(source.folder / "secrets" / "database.json", target.folder / "secrets" / "database.json")
    cluster = home / source.cluster.name
    subprocess.run(
        [
            str(source.programs / "pg_basebackup"),
            *("-D", str(cluster), "-h", str(source.sockets), "-U", "postgres", "--checkpoint=fast", "--no-password"),
        ],
        env={**os.environ, "PGPASSWORD": source._passwords["postgres"]},
        check=True,
        capture_output=True,
    )
    for path in (cluster, *cluster.rglob("*")):
        target.account.own(path)


def test_without_the_database_every_page_says_so_and_comes_back_by_itself(second_server):
    claire, stranger = _browser("claire"), Client(raise_request_exception=False)
    pages = ["/", "/dossiers/", "/compte/", "/connexion/", "/equipe/", "/audit/journal/", "/dossiers/2222-2222/"]
    assert claire.get("/dossiers/").status_code == 200

    second_server.kill()
    away = [claire.get(page) for page in pages]
    form = claire.post("/dossiers/nouveau/", {"channel": "phone"})
    attempt = stranger.post("/connexion/", {"login": PEOPLE["claire"].email, "password": PEOPLE["claire"].passphrase})
    health = stranger.get("/sante/")

    assert {(page.status_code, page.get("Retry-After")) for page in (*away, form, attempt)} == {(503, "5")}
    assert {page.headers["Cache-Control"] for page in (*away, form, attempt)} == {"no-store"}
    assert {page.text for page in (*away, form, attempt)} == {away[0].text}
    assert [
        word for word in ("Traceback", "psycopg", "OperationalError", str(second_server.folder)) if word in form.text
    ] == []
    assert health.status_code == 503

    second_server.launch()

    # The copies of open roots are in a table that a crash empties: the same browser finds its session, locked.
    assert stranger.get("/connexion/").status_code == 200
    assert stranger.get("/sante/").status_code == 204
    assert claire.get("/dossiers/")["Location"].startswith("/verrou/")
    assert claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase}).status_code == 302
    assert claire.get("/dossiers/").status_code == 200


def test_server_that_is_stopped_cleanly_keeps_sessions_open(second_server):
    claire = _browser("claire")

    second_server.stop()
    assert claire.get("/dossiers/").status_code == 503
    second_server.start()

    assert claire.get("/dossiers/").status_code == 200


def test_what_was_acknowledged_is_there_after_a_kill_in_the_middle(second_server):
    """R5: notes are written without a pause, the server is killed twice; the browser's list against the table."""
    claire = acting("claire")
    case = _open_inquiry(claire)
    saved, refused, ended = [], [], threading.Event()

    def write() -> None:
        browser = _browser("claire")
        path = f"/dossiers/{case.code}/notes/nouvelle/"
        while not ended.is_set():
            page = browser.get(path)
            if page.status_code == 302:
                browser.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
                continue
            if page.status_code != 200:
                refused.append(page.status_code)
                time.sleep(0.02)
                continue
            body = f"note {len(saved)} {uuid.uuid4()}"
            answer = browser.post(path, {"once": page.context["form"]["once"].value(), "body": body})
            (saved if answer.status_code == 302 and "/dossiers/" in answer["Location"] else refused).append(body)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    for _kill in range(2):
        _wait_for_more(saved, 5)
        second_server.kill()
        _wait_for_more(refused, 1)
        second_server.launch()
    _wait_for_more(saved, 5)
    ended.set()
    writer.join(60)
    # This thread's own connection did not survive either.
    connection.close()

    kept = _bodies(case, acting("claire"))
    assert set(saved) - set(kept) == set()
    assert len(kept) == len(set(kept))
    # A note whose commit went through while the answer was lost is there, once, and its entry with it.
    assert Entry.objects.filter(action="cases.note_added", reference=case.reference).count() == len(kept)
    assert 503 in refused


def _wait_for_more(things: list, number: int) -> None:
    wanted, deadline = len(things) + number, time.monotonic() + 60
    while len(things) < wanted:
        assert time.monotonic() < deadline, "it did not happen within a minute"
        time.sleep(0.02)


def _bodies(case: Case, by) -> list[str]:
    opened = by.vault.open_owner(case, [Compartment.STORY], action=CASE_OPENED, by=by.actor, relation=Relation.ASSIGNED)
    return [opened.read(note, "story").body for note in case.notes.all()]


def test_failing_connection_of_a_worker_is_told_by_its_class_alone(second_server):
    second_server.kill()

    with pytest.raises(OperationalError):
        Case.objects.count()

    second_server.launch()
    connection.close()
    assert Case.objects.count() == 0
