"""Entries whose time is over go, their leaves stay: the log verifies, and whatever else is missing is named."""

import uuid
from datetime import timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from audit.log import retention
from audit.log.actions import FORGOTTEN
from audit.log.actor import Actor
from audit.log.models import Entry, Fault, Forgotten, ForgottenCount, Hold, Leaf
from audit.log.record import record
from tests.audit.test_tree_bundle import checked
from tests.audit.tree import found, sequence, walls_down
from tests.audit.years import Past, ago

pytestmark = pytest.mark.django_db(transaction=True)

CASEWORK, SIGN_IN = uuid.uuid4(), uuid.uuid4()
SUBJECT = uuid.uuid4()
BEGINNING = ago(years=8)


@pytest.fixture(autouse=True)
def log(settings, tmp_path):
    """300 openings of eight years ago, every tenth a sign-in; 20 of three years ago; what the house wrote since."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    past = Past()
    for number in range(300):
        at = BEGINNING + timedelta(minutes=number)
        if number % 10 == 9:
            past.write(at, session=SIGN_IN, action="accounts.signed_in", reference="")
        else:
            past.write(at, session=CASEWORK, subject=SUBJECT if number == 50 else None)
    past.write(BEGINNING + timedelta(minutes=300), session=uuid.uuid4(), action="log.restarted")
    past.sign(ago(years=7.9))
    for number in range(20):
        past.write(ago(years=3) + timedelta(minutes=number), session=CASEWORK)
    past.sign(ago(years=2.9))
    past.sign(ago(days=45))
    past.end()
    sequence()


def forget() -> int:
    gone = 0
    for rule in retention.rules():
        with transaction.atomic():
            gone += len(retention.forget(rule))
    sequence()
    return gone


def left(action: str) -> int:
    return Entry.objects.filter(action=action, at__lt=ago(years=1)).count()


def hold(**told) -> Hold:
    with transaction.atomic():
        made = Hold.objects.create(by="rose", reason=Hold.Reason.COURT, **told)
        record(FORGOTTEN, by=Actor.system(), subject_type="log_hold", reference=str(made.pk))
    return made


def declare_and_remove() -> None:
    """What a process could do that asks for no rule: declare the first place forgotten, and have it removed."""
    with transaction.atomic(), connection.cursor() as cursor:
        Forgotten.objects.create(mark="x", first=0, last=0, checkpoint=1)
        cursor.execute("SELECT count(*) FROM public.log_forget('x')")


def exported(folder: Path) -> tuple[int, str]:
    """Export the log and have the stand-alone script check it."""
    folder.mkdir(exist_ok=True)
    bundle = folder / f"{uuid.uuid4()}.zip"
    call_command("export_audit", bundle, stdout=StringIO())
    return checked(bundle)


def test_what_is_past_its_time_goes_and_the_log_verifies():
    assert found() == ("", "")

    assert forget() == 270

    assert (left("cases.case_opened"), left("accounts.signed_in"), left("log.restarted")) == (20, 30, 1)
    assert Leaf.objects.filter(position__lt=320).count() == 320
    assert found() == ("", "")


def test_removal_is_told_by_an_entry_that_stays():
    forget()

    told = Entry.objects.get(action=FORGOTTEN.code)
    assert (told.purpose, told.actor_id) == ("after_84_months", "system")
    ranges = list(Forgotten.objects.order_by("first").values_list("first", "last", "checkpoint"))
    assert ranges == [(first, first + 8, 1) for first in range(0, 300, 10)]
    counts = list(ForgottenCount.objects.values_list("session", "entries"))
    assert counts == [(CASEWORK, 270)]
    assert retention.mark_of(ranges, counts) == told.reference


def test_longer_rule_of_sign_ins_comes_later(settings):
    settings.LOG_RETENTION = {"other": 84, "accounts": 90}

    assert forget() == 300
    assert found() == ("", "")


def test_nothing_is_forgotten_twice():
    forget()

    assert forget() == 0


def test_nothing_goes_before_two_years_whatever_the_settings_say(settings):
    settings.LOG_RETENTION = {"other": 0}
    before = Entry.objects.filter(at__gt=ago(years=1)).count()

    assert forget() == 320
    assert Entry.objects.filter(at__gt=ago(years=1)).exclude(action=FORGOTTEN.code).count() == before
    assert found() == ("", "")


@pytest.mark.parametrize("position", [5, 259, 310])
def test_entry_that_no_rule_removed_is_named(owner_connection, position):
    forget()
    position = {5: 9, 259: 259}.get(position, position)
    entry = Leaf.objects.get(position=position).entry
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("DELETE FROM log_entry WHERE id = %s", [entry])

    assert found() == (Fault.ENTRY_MISSING, f"entry {entry}, place {position}")


def test_invented_removal_is_named(owner_connection):
    entry = Leaf.objects.get(position=9).entry
    with walls_down(owner_connection, "log_entry", "log_forgotten") as owner:
        owner.execute("INSERT INTO log_forgotten (mark, first, last, checkpoint) VALUES ('x', 9, 9, 1)")
        owner.execute("DELETE FROM log_entry WHERE id = %s", [entry])

    assert found() == (Fault.FORGOTTEN, "places 9 to 9")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE log_forgotten SET last = last + 1 WHERE first = 0", "places 0 to 298"),
        ("UPDATE log_forgotten SET checkpoint = 3 WHERE first = 0", "places 0 to 298"),
        ("UPDATE log_forgottencount SET entries = 271", "places 0 to 298"),
    ],
)
def test_altered_removal_is_named(owner_connection, change, place):
    forget()
    with walls_down(owner_connection, "log_forgotten", "log_forgottencount") as owner:
        owner.execute(change)

    assert found() == (Fault.FORGOTTEN, place)


def test_removal_whose_rows_are_gone_is_named(owner_connection):
    forget()
    with walls_down(owner_connection, "log_forgotten") as owner:
        owner.execute("DELETE FROM log_forgotten WHERE first = 0")

    assert found() == (Fault.ENTRY_MISSING, f"entry {Leaf.objects.get(position=0).entry}, place 0")


def test_changed_leaf_of_a_removed_entry_is_found(owner_connection):
    forget()
    with walls_down(owner_connection, "log_leaf") as owner:
        owner.execute("UPDATE log_leaf SET hash = sha256(hash) WHERE position = 3")

    assert found() == (Fault.TILE, "tile 1/0, places 0 to 255")


def test_entry_dropped_beside_removed_ones_is_found(owner_connection):
    """The session has lost entries by rule; one more before it had a place still shows."""
    with transaction.atomic():
        dropped = record(FORGOTTEN, by=Actor("somebody", "caseworker", "", CASEWORK))
        record(FORGOTTEN, by=Actor("somebody", "caseworker", "", CASEWORK))
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("DELETE FROM log_entry WHERE id = %s", [dropped.id])
    forget()

    assert found() == (Fault.COUNTER, f"session {CASEWORK}")


@pytest.mark.parametrize(
    ("told", "gone"),
    [
        ({"reference": "23456789"}, 0),
        ({"reference": "98765432", "subject": SUBJECT}, 269),
        ({"start": BEGINNING, "end": BEGINNING + timedelta(minutes=100)}, 180),
    ],
    ids=["reference", "subject", "period"],
)
def test_hold_keeps_what_it_names(told, gone):
    hold(**told)

    assert forget() == gone
    assert found() == ("", "")


def test_walls_refuse_what_is_held():
    """Even from a process that does not ask for holds."""
    hold(reference="23456789")

    with pytest.raises(IntegrityError, match="not to be forgotten"):
        declare_and_remove()


def test_clock_that_jumped_is_not_believed(owner_connection):
    with walls_down(owner_connection, "log_checkpoint") as owner:
        owner.execute("UPDATE log_checkpoint SET at = at - interval '6 months' WHERE number = 3")

    assert forget() == 0


def test_two_processes_do_not_forget_at_once(owner_connection):
    with owner_connection.transaction():
        owner_connection.execute("SELECT pg_advisory_xact_lock(%s)", [retention._LOCK])
        assert forget() == 0

    assert forget() == 270


def test_removal_without_its_entry_is_refused():
    with pytest.raises(IntegrityError, match="no entry tells"):
        declare_and_remove()
    assert Entry.objects.filter(pk=Leaf.objects.get(position=0).entry).exists()


def test_young_places_cannot_be_declared_forgotten():
    with pytest.raises(IntegrityError, match="not old enough"), transaction.atomic():
        Forgotten.objects.create(mark="x" * 64, first=330, last=330, checkpoint=4)


def test_nobody_removes_more_than_was_declared(owner_connection):
    """Not the run-time role, and not the owner while the walls stand."""
    young = Entry.objects.order_by("-id").first()
    declared = "INSERT INTO log_forgotten (mark, first, last, checkpoint) VALUES ('x', 0, 0, 1)"
    removed = f"DELETE FROM log_entry WHERE id = '{young.id}'"
    with pytest.raises(psycopg.IntegrityError, match="not to be forgotten"), owner_connection.transaction():
        owner_connection.execute(f"{declared}; {removed}")
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM log_entry")


# --- The exported log ----------------------------------------------------------------------------------


def test_exported_log_is_sound_after_a_removal(tmp_path):
    forget()

    size = Leaf.objects.count()
    words = f"Sound: {size} entries (270 entries are gone by their retention, their leaves stayed), 5 checkpoints."
    assert exported(tmp_path / "out") == (0, words)


def test_exported_log_names_an_entry_that_no_rule_removed(owner_connection, tmp_path):
    forget()
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("DELETE FROM log_entry WHERE id = (SELECT entry FROM log_leaf WHERE position = 9)")

    assert exported(tmp_path / "out") == (1, "Broken: place 9: the entry is missing, and no rule removed it")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE log_forgotten SET last = last + 1 WHERE first = 0", "place 0: no entry tells of this removal"),
        ("DELETE FROM log_forgotten", "place 0: no entry tells of this removal"),
    ],
)
def test_exported_log_names_a_removal_that_was_altered(owner_connection, tmp_path, change, words):
    forget()
    with walls_down(owner_connection, "log_forgotten") as owner:
        owner.execute(change)

    assert exported(tmp_path / "out") == (1, f"Broken: {words}")


def test_hold_without_its_entry_is_refused():
    with pytest.raises(IntegrityError, match="no entry tells"), transaction.atomic():
        Hold.objects.create(by="rose", reason=Hold.Reason.COURT, start=timezone.now(), end=ago(years=-1))
