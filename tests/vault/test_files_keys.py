"""Keys of files: under the owner's, one for each blob; a swapped or destroyed one opens nothing; the store is swept."""

import datetime
import uuid

import obstore
import pytest
from django.db import connection
from django.utils import timezone

from cases.actions import FILE_VIEWED
from cases.models import Act, Case, Channel, Custody, File, FileStory, Interpreter
from cellule.vault.files import BrokenFile, sealed, store, sweep
from cellule.vault.models import FileKey, OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen


@pytest.fixture
def case(caseworker):
    return Case.open_inquiry(
        by=caseworker, row_id=uuid.uuid4(), channel=Channel.PHONE, language="", interpreter=Interpreter.NO
    )


@pytest.fixture
def add(case, caseworker):
    """Add a file with this content to the case."""

    def added(content: bytes, row_id: uuid.UUID | None = None) -> File:
        made, row_id = sealed(case.pk, content), row_id or uuid.uuid4()
        known = {"size": made.size, "sha256": "0" * 64, "held_size": made.size, "held_sha256": "0" * 64}
        told = FileStory(
            name="a.txt",
            kind="text",
            blob=str(made.blob),
            recorded_at=timezone.now().isoformat(),
            recorded_by=str(caseworker.user.pk),
            **known,
        )
        File.add(case, by=caseworker, row_id=row_id, story=told, made=[made])
        return File.objects.get(pk=row_id)

    return added


@pytest.fixture
def opening(case, caseworker):
    """The keys of the case's story, and what a file holds with them."""

    def read(file: File) -> bytes:
        relation = case.relation_to(caseworker.user)
        keys = caseworker.vault.open_owner(
            case, [Compartment.STORY], action=FILE_VIEWED, by=caseworker.actor, relation=relation
        )
        return file.bytes_of(keys, keys.read(file, "story"))

    return read


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
