"""Keys of files: under the owner's, one for each blob; a swapped or destroyed one opens nothing; the store is swept."""

import datetime
import os
import uuid
from functools import partial
from pathlib import Path

import obstore
import pytest
from django.db import connection
from django.utils import timezone

from cases.actions import FILE_VIEWED
from cases.models import Act, Case, Custody, File, FileStory
from cellule.accounts.acting import Acting
from cellule.vault.files import BrokenFile, destroy_keys_of, sealed, store, sweep
from cellule.vault.models import FileKey, OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen, VaultError
from tests.factories import inquiry, take


def added_to(case: Case, by: Acting, content: bytes) -> File:
    """A file with this content, added to a case."""
    made, row_id = sealed(case.pk, content), uuid.uuid4()
    known = {"size": made.size, "sha256": "0" * 64, "held_size": made.size, "held_sha256": "0" * 64}
    told = FileStory(
        name="a.txt",
        kind="text",
        blob=str(made.blob),
        recorded_at=timezone.now().isoformat(),
        recorded_by=str(by.user.pk),
        **known,
    )
    File.add(case, by=by, row_id=row_id, story=told, made=[made])
    return File.objects.get(pk=row_id)


def read_as(by: Acting, file: File) -> bytes:
    """What the file holds, opened with the keys that this person has of its case's story."""
    case = Case.objects.get(pk=file.case_id)
    keys = by.vault.open_owner(
        case, [Compartment.STORY], action=FILE_VIEWED, by=by.actor, relation=case.relation_to(by.user)
    )
    return file.bytes_of(keys, keys.read(file, "story"))


@pytest.fixture
def case(caseworker):
    return inquiry(caseworker)


@pytest.fixture
def add(case, caseworker):
    return partial(added_to, case, caseworker)


@pytest.fixture
def opening(caseworker):
    return partial(read_as, caseworker)


def test_each_file_opens_with_its_own_key(add, opening):
    first, second = add(b"first"), add(b"second")

    assert (opening(first), opening(second)) == (b"first", b"second")
    assert len({bytes(wrap) for wrap in FileKey.objects.values_list("wrap", flat=True)}) == 2


def test_keys_put_into_each_others_rows_open_nothing(add, opening):
    first, second = add(b"first"), add(b"second")
    one, other = FileKey.objects.get(file=first.pk), FileKey.objects.get(file=second.pk)
    FileKey.objects.filter(pk=one.pk).update(wrap=bytes(other.wrap))

    with pytest.raises(BrokenFile):
        opening(first)
    assert opening(second) == b"second"


@pytest.mark.parametrize("column", ["file", "owner"])
def test_a_key_row_that_names_another_row_opens_nothing(add, opening, column):
    file = add(b"first")
    FileKey.objects.filter(file=file.pk).update(**{column: uuid.uuid4()})

    with pytest.raises(BrokenFile):
        opening(file)


def test_a_file_whose_key_is_destroyed_stays_shut_with_every_other_key(add, opening):
    file, other = add(b"first"), add(b"second")

    FileKey.objects.filter(file=file.pk).delete()

    with pytest.raises(BrokenFile):
        opening(file)
    assert opening(other) == b"second"


def test_without_the_keys_of_its_case_no_file_opens(add, opening, case):
    file = add(b"first")
    assert opening(file) == b"first"

    OwnerKey.objects.filter(owner=case.pk, compartment=Compartment.STORY).delete()

    with pytest.raises(CannotOpen):
        opening(file)


def test_the_sweep_takes_what_no_key_opens_once_it_is_old(add, opening, case):
    kept, gone = add(b"first"), add(b"second")
    stray = sealed(case.pk, b"nobody's")
    FileKey.objects.filter(file=gone.pk).delete()
    soon = timezone.now() + datetime.timedelta(minutes=1)

    early = sweep(timezone.now() - datetime.timedelta(hours=1))
    sweep(soon)

    left = {each["path"] for batch in obstore.list(store()) for each in batch}
    (blob,) = FileKey.objects.filter(file=kept.pk).values_list("blob", flat=True)
    assert (early, str(stray.blob) in left, left >= {str(blob)}) == (0, False, True)
    assert opening(kept) == b"first"


def test_an_act_and_its_entry_stand_or_fall_together(add, caseworker):
    file = add(b"first")
    file.hand(Act.VIEWED, by=caseworker, page=1)

    assert Custody.objects.filter(file=file).count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keys.vault_filekey WHERE file = %s", [file.pk])
        assert cursor.fetchone() == (1,)


def test_a_file_goes_with_its_case_to_another_group(intake_worker, caseworker, supervisor):
    case = inquiry(intake_worker)
    take(case, "begin_intake", intake_worker)
    file = added_to(case, intake_worker, b"brought to the first call")
    before = read_as(intake_worker, file)

    take(case, "hand_to_unit", intake_worker)
    take(case, "assign", supervisor, to=caseworker.user)

    case = Case.objects.get(pk=case.pk)
    later = added_to(case, caseworker, b"brought later")
    assert (before, read_as(caseworker, file)) == (b"brought to the first call", b"brought to the first call")
    assert read_as(caseworker, later) == b"brought later"
    for each in (file, later):
        with pytest.raises(VaultError):
            read_as(intake_worker, each)


def test_all_files_die_with_their_case_and_no_others(intake_worker, caseworker):
    case, other = inquiry(caseworker), inquiry(caseworker)
    dying = [added_to(case, caseworker, content) for content in (b"first", b"second")]
    left = added_to(other, caseworker, b"of another case")
    blobs = {str(blob) for blob in FileKey.objects.filter(owner=case.pk).values_list("blob", flat=True)}
    assert [read_as(caseworker, file) for file in dying] == [b"first", b"second"]

    counts = [destroy_keys_of(case.pk, Compartment.CONTACT), destroy_keys_of(case.pk), destroy_keys_of(case.pk)]

    for file in dying:
        with pytest.raises(BrokenFile):
            read_as(caseworker, file)
    sweep(timezone.now() + datetime.timedelta(minutes=1))
    there = {each["path"] for batch in obstore.list(store()) for each in batch}
    assert (counts, blobs & there, read_as(caseworker, left)) == ([0, 2, 0], set(), b"of another case")


def test_the_sweep_takes_what_a_killed_process_left_half_written(settings):
    half = Path(settings.FILE_STORE) / f"{uuid.uuid4()}#1"
    half.write_bytes(b"half of a sealed file")
    then = timezone.now() - datetime.timedelta(hours=25)
    os.utime(half, (then.timestamp(), then.timestamp()))
    young = Path(settings.FILE_STORE) / f"{uuid.uuid4()}#1"
    young.write_bytes(b"still arriving")

    swept = sweep(timezone.now() - datetime.timedelta(hours=24))

    assert (swept, half.exists(), young.exists()) == (1, False, True)
    young.unlink()
