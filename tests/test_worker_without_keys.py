"""Background work holds no key: a job can open nothing, and all recurring work is done with everything sealed."""

import gc
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from audit.log.actions import Relation
from audit.log.actor import Actor
from audit.log.models import Entry
from cases.actions import CASE_OPENED
from cases.models import Case, Channel, Interpreter, Note
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.jobs import kinds, work
from cellule.jobs.ledger import enqueue
from cellule.jobs.models import Job
from cellule.vault import letters, parking, sessions, slots
from cellule.vault.identities import Identity, OpenKeys
from cellule.vault.models import Letter, ParkedText, VaultSession
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen, VaultError
from cellule.vault.unlocked import NotAMember, OpenedOwner, Unlocked
from tests.people import acting, signed_in

ROOT = Path(__file__).resolve().parent.parent
REFUSALS: list[tuple[str, type]] = []


@kinds.job("tests.peek", outside=True)
def peek(job: Job, case_id: str) -> None:
    """Try every way in that code has, with what a worker has: the database, the secrets file, and no person."""
    case = Case.objects.get(pk=case_id)
    lead = User.objects.get(email="claire@cellule.example")
    stranger = Unlocked(lead.pk, lead.role, Identity(bytes(32)))
    letter = Letter.objects.get()
    ways = {
        "without keys": lambda: OpenedOwner(case.pk, {}).read(case, "ordinary"),
        "note without keys": lambda: OpenedOwner(case.pk, {}).read(Note.objects.get(), "story"),
        "as the lead, with made-up keys": lambda: stranger.open_owner(
            case, [Compartment.ORDINARY], action=CASE_OPENED, by=Actor.system(), relation=Relation.NONE
        ),
        "to write": lambda: stranger.sealer(case, Compartment.STORY),
        "group root": lambda: stranger.current_root(case.key_holder),
        "slot": lambda: slots.open_root(lead.pk, ""),
        "letter": lambda: letters.open_letter(stranger, letter),
        "kept text": lambda: parking.reopen(stranger, ParkedText.objects.get()),
    }
    for way, open_it in ways.items():
        try:
            open_it()
        except VaultError as refusal:
            REFUSALS.append((way, type(refusal)))


@pytest.fixture
def caseworker(db) -> Acting:
    return acting("claire")


@pytest.fixture
def case(caseworker) -> Case:
    made = Case.open_inquiry(by=caseworker, row_id=uuid.uuid4(), channel=Channel.PHONE, interpreter=Interpreter.NO)
    made.add_note(by=caseworker, row_id=uuid.uuid4(), body="MARQUE-NOTE")
    letters.write_letter("privacy", "log.detail", uuid.uuid4(), {"words": "MARQUE-LETTRE"}, b"s" * 16)
    parking.park(caseworker.user.pk, "/dossiers/nouveau/", [("body", "MARQUE-GARDÉE")])
    return made


def _do(kind: str, *ids: object) -> Job:
    with transaction.atomic():
        job = enqueue(kind, *ids)
    work.run(str(job.pk))
    job.refresh_from_db()
    return job


def test_job_opens_nothing_and_is_told_so(case):
    REFUSALS.clear()

    job = _do("tests.peek", case.pk)

    assert dict(REFUSALS) == {
        "without keys": CannotOpen,
        "note without keys": CannotOpen,
        "as the lead, with made-up keys": NotAMember,
        "to write": NotAMember,
        "group root": NotAMember,
        "slot": CannotOpen,
        "letter": NotAMember,
        "kept text": CannotOpen,
    }
    assert (job.done_at is not None, job.error) == (True, "")
    # The attempt itself is in the log.
    tried = Entry.objects.get(action="cases.case_opened", reference=case.reference)
    assert tried.actor_id == Actor.system().id


@kinds.job("tests.read")
def read(job: Job, case_id: str) -> None:
    """Work that goes on although it could open nothing."""
    case = Case.objects.get(pk=case_id)
    OpenedOwner(case.pk, {}).read(case, "ordinary")


def test_job_that_insists_on_content_fails_by_the_error_s_name_alone(case):
    job = _do("tests.read", case.pk)

    assert (job.done_at, job.error, job.attempts) == (None, "CannotOpen", 1)


def test_every_recurring_task_is_done_with_everything_sealed(case):
    signed_in("claire")
    before = _sealed()

    done = {code: _do(code) for code in kinds.all_recurring()}

    assert {"accounts.forget_ended", "jobs.forget"} <= done.keys()
    assert {code: (job.done_at is not None, job.error) for code, job in done.items()} == {
        code: (True, "") for code in done
    }
    assert _sealed() == before


def _sealed() -> list[tuple]:
    """All that is sealed in the house, and the keys that it needs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ordinary FROM cases_case UNION ALL SELECT id, story FROM cases_note"
            " UNION ALL SELECT id, sealed FROM vault_letter UNION ALL SELECT id, sealed FROM vault_parkedtext"
            " UNION ALL SELECT owner, wrap FROM keys.vault_ownerkey ORDER BY 1, 2"
        )
        return [(row_id, bytes(record)) for row_id, record in cursor.fetchall()]


# --- The worker's own process -----------------------------------------------------------------------

# Loads all that `celery -A cellule.celery worker` loads, then tells what it holds and what a stolen cookie opens.
WORKER = """
import gc, json, sys
from cellule.celery import app
app.loader.import_default_modules()
app.finalize()
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cellule.jobs import kinds
from cellule.vault import sessions
from cellule.vault.identities import OpenKeys
cookie, user, sign_in = sys.argv[1:]
import uuid
opened = sessions.resume(cookie, uuid.UUID(user), sign_in)
gc.collect()
held = [type(thing).__name__ for thing in gc.get_objects() if issubclass(type(thing), (OpenKeys, AESGCM))]
print(json.dumps({
    "opened": opened is not None,
    "held": held,
    "kinds": sorted(kinds._KINDS),
}))
"""


def test_worker_process_holds_no_key_and_a_stolen_cookie_opens_nothing_in_it(transactional_db, postgres_server):
    """It has the database, the secrets file and a live cookie; what it lacks is the web server's boot secret."""
    client = signed_in("claire")
    cookie = client.cookies[settings.VAULT_COOKIE_NAME].value
    row = VaultSession.objects.get()
    assert sessions.resume(cookie, row.holder, row.sign_in) is not None
    environment = {
        **{name: value for name, value in os.environ.items() if name != "BOOT_SECRET"},
        "DJANGO_SETTINGS_MODULE": "cellule.settings",
        "DATABASE_URL": postgres_server.url(connection.settings_dict["USER"], connection.settings_dict["NAME"]),
        "DATA": str(settings.DATA),
        "FICTION": "1",
    }

    done = subprocess.run(
        [sys.executable, "-c", WORKER, cookie, str(row.holder), row.sign_in],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["opened"], told["held"]) == (False, [])
    assert {"accounts.forget_ended", "accounts.invitation_letter", "jobs.forget"} <= set(told["kinds"])
    assert VaultSession.objects.filter(pk=row.pk).exists()


def test_looking_for_open_keys_finds_those_of_a_request(caseworker):
    """The search above is one that finds."""
    assert [keys for keys in _open_keys() if keys is caseworker.vault.identity] == [caseworker.vault.identity]


def test_keys_of_a_request_are_gone_after_it(db):
    """Nothing keeps an open vault for the next request, which might be somebody else's."""
    client = signed_in("claire")
    others = _open_keys()

    response = client.get("/compte/")
    assert response.wsgi_request.acting.unlocked in _open_keys()
    del response
    client.get("/aide/")
    gc.collect()

    known = set(map(id, others))
    assert [keys for keys in _open_keys() if id(keys) not in known] == []


def _open_keys() -> list[OpenKeys]:
    """Whatever holds open keys in this process now (asked by type: lazy objects would be woken by isinstance)."""
    return [thing for thing in gc.get_objects() if issubclass(type(thing), OpenKeys)]
