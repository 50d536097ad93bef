"""Documents that changed their shape: a member seals them anew, once, under today's key, and nothing else changes."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.db import connection

from audit.log.actions import Relation
from audit.log.models import Entry
from cases.models import Case, Note
from cellule.vault import membership, rosters
from cellule.vault.actions import RESEALED
from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.reseal import Resealed, raised_contracts, reseal
from cellule.vault.sealing import record_key_version
from cellule.vault.unlocked import group_id
from tests.factories import State, case_at
from tests.vault.newer_notes import NewerNote, release
from tests.world import PEOPLE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def newer():
    """The release that changes the notes; it is taken back at the end."""
    field = Note._meta.get_field("story")
    before = field.document, field.schema
    yield lambda: release(Note)
    field.document, field.schema = before


def _told(lead, *bodies: str) -> Case:
    case = case_at(State.INTAKE, lead)
    for body in bodies:
        case.add_note(by=lead, row_id=uuid.uuid4(), body=body)
    return case


def _reseal(by) -> Resealed:
    done = Resealed()
    for batch in reseal(by.vault, by.actor):
        done.add(batch)
    return done


def _records() -> dict:
    return {note.pk: bytes(note.__dict__["story"]) for note in Note.objects.all()}


def _texts(case: Case, by) -> list[str]:
    story = [Compartment.STORY]
    opened = by.vault.open_owner(case, story, action=RESEALED, by=by.actor, relation=Relation.NONE)
    return sorted(opened.read(note, "story").text for note in case.notes.all())


@pytest.mark.django_db
def test_nothing_is_to_be_done_while_no_document_has_changed(supervisor, caseworker):
    _told(caseworker, "un")
    before = _records()

    assert (raised_contracts(), _reseal(supervisor), _records()) == ([], Resealed(), before)


@pytest.mark.django_db
def test_older_shape_is_lifted_once(newer, supervisor, caseworker):
    case = _told(caseworker, "un", "deux")
    newer()

    first, second = _reseal(supervisor), _reseal(supervisor)

    assert (first.raised, first.newest, first.unopened) == (2, 0, 0)
    assert (second.raised, second.newest, second.unopened) == (0, 2, 0)
    assert _texts(case, caseworker) == ["deux", "un"]


@pytest.mark.django_db
def test_lifted_document_no_longer_needs_the_way_up(newer, supervisor, caseworker, monkeypatch):
    case = _told(caseworker, "un")
    newer()

    def no_way_up(schema, content):
        raise AssertionError("the older shape was read")

    with monkeypatch.context() as later:
        later.setattr(NewerNote, "raised", staticmethod(no_way_up))
        with pytest.raises(AssertionError, match="older shape"):
            _texts(case, caseworker)
    _reseal(supervisor)
    monkeypatch.setattr(NewerNote, "raised", staticmethod(no_way_up))

    assert _texts(case, caseworker) == ["un"]


@pytest.mark.django_db
def test_lifted_records_lie_under_the_newest_key(newer, supervisor, caseworker):
    """Somebody has left since: what is written now is under a key that they never had."""
    case = _told(caseworker, "un")
    group = Case.objects.get(pk=case.pk).key_holder
    assert group == group_id("unit")
    membership.turn(supervisor.vault, rosters.verified(group), supervisor.actor)
    supervisor.vault.forget()
    newer()

    _reseal(supervisor)

    (record,) = _records().values()
    newest = OwnerKey.objects.filter(owner=case.pk, compartment="story").order_by("-version").first()
    assert (record_key_version(record), newest.epoch) == (newest.version, 2)


@pytest.mark.django_db
def test_log_names_the_cases_that_were_opened_and_their_versions_stay(newer, supervisor, caseworker):
    case = _told(caseworker, "un")
    versions = list(Note.objects.values_list("pk", "version"))
    newer()

    _reseal(supervisor)

    entries = Entry.objects.of_action("vault.resealed").by_actor(str(supervisor.user.pk))
    assert [case.reference in entry.shown for entry in entries] == [True]
    assert list(Note.objects.values_list("pk", "version")) == versions


@pytest.mark.django_db
def test_member_lifts_only_what_they_hold_keys_of(newer, intake_worker, caseworker, supervisor):
    """A case of the unit is beyond somebody of the intake group, whatever the command is asked."""
    _told(caseworker, "un")
    before = _records()
    newer()

    done = _reseal(intake_worker)

    assert (done.raised, _records()) == (0, before)


@pytest.mark.django_db
def test_altered_record_is_counted_and_left_alone(newer, supervisor, caseworker):
    _told(caseworker, "un", "deux")
    one, other = _records()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_note SET story = (SELECT story FROM cases_note WHERE id = %s) WHERE id = %s", [other, one]
        )
    newer()

    done = _reseal(supervisor)

    assert (done.raised, done.unopened) == (1, 1)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_killed_in_the_middle_it_goes_on_where_it_stopped(
    transactional_db, newer, supervisor, caseworker, postgres_server, settings, after
):
    """A real process, killed after so many cases: every note opens, and the next run does what is left."""
    cases = [_told(caseworker, f"note {number}") for number in range(5)]
    role, database = connection.settings_dict["USER"], connection.settings_dict["NAME"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.vault.newer_notes", PEOPLE["mireille"].email, PEOPLE["mireille"].passphrase],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cellule.settings",
            "DATABASE_URL": postgres_server.url(role, database),
            "DATA": str(settings.DATA),
            "FICTION": "1",
        },
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for _line in range(after):
            assert process.stdout.readline() != ""
        process.kill()
    newer()
    assert sorted(_texts(case, caseworker)[0] for case in cases) == [f"note {number}" for number in range(5)]

    left = _reseal(supervisor)

    assert (left.raised <= 5 - after, left.raised + left.newest, left.unopened) == (True, 5, 0)
    assert sorted(_texts(case, caseworker)[0] for case in cases) == [f"note {number}" for number in range(5)]
