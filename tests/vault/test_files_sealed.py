"""Sealed files: each cut is found, no piece opens elsewhere, sizes tell little, and keys decide."""

import os
import uuid

import obstore
import pytest
from cryptography.cobblestone import Cobblestone256Decryptor

from cellule.vault import files
from cellule.vault.files import BrokenFile, FileSealer, SealedFile, StoreAway, discard, opened, padded, sealed, store

OWNER = uuid.uuid4()
# How the format begins, what one chunk of it holds, and what is added to that.
HEADER, CHUNK, TAG = 56, 16 * 1024, 16


@pytest.fixture
def content() -> bytes:
    return os.urandom(100_000)


@pytest.fixture
def made(content) -> SealedFile:
    return sealed(OWNER, content)


def bytes_in_store(made: SealedFile) -> bytes:
    return obstore.get(store(), str(made.blob)).bytes().to_bytes()


def put(made: SealedFile, content: bytes) -> None:
    obstore.put(store(), str(made.blob), content)


def read(made: SealedFile) -> bytes:
    return b"".join(opened(made))


def test_a_file_opens_as_it_was_and_lies_otherwise(made, content):
    assert read(made) == content
    assert content[:64] not in bytes_in_store(made)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 65_536, 65_537, 3_000_001])
def test_every_size_comes_back(size):
    content = os.urandom(size)

    assert read(sealed(OWNER, content)) == content


def test_every_cut_is_found(made):
    """At each boundary of a chunk, and one byte to either side of it."""
    whole = bytes_in_store(made)
    boundaries = [0, *range(HEADER, len(whole), CHUNK + TAG), len(whole)]
    cuts = sorted({place + near for place in boundaries for near in (-1, 0, 1)} & set(range(len(whole))))

    assert len(boundaries) == 2 + -(-padded(made.size) // CHUNK)
    for cut in cuts:
        put(made, whole[:cut])
        with pytest.raises(BrokenFile):
            read(made)
    put(made, whole)
    assert len(read(made)) == made.size


def test_chunks_in_another_order_are_found(made):
    whole = bytes_in_store(made)
    start = len(whole) - 2 * (CHUNK + TAG)
    first, second = whole[start : start + CHUNK + TAG], whole[start + CHUNK + TAG :]

    for altered in (whole[:start] + second + first, whole[:start] + second, whole + second):
        put(made, altered)
        with pytest.raises(BrokenFile):
            read(made)


def test_every_altered_chunk_is_found(made):
    whole = bytes_in_store(made)
    for place in (0, *range(HEADER, len(whole), CHUNK + TAG)):
        put(made, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BrokenFile):
            read(made)


def test_a_blob_opens_only_under_its_own_name_and_owner(made, content):
    other = SealedFile(uuid.uuid4(), made.owner, made.key, made.size)
    put(other, bytes_in_store(made))

    for moved in (other, SealedFile(made.blob, uuid.uuid4(), made.key, made.size)):
        with pytest.raises(BrokenFile):
            read(moved)
    assert read(made) == content


def test_a_record_that_claims_more_than_there_is_is_found(made):
    with pytest.raises(BrokenFile):
        read(SealedFile(made.blob, made.owner, made.key, padded(made.size) + 1))


def test_what_is_lost_is_broken(made):
    discard(made.blob)
    discard(made.blob)

    with pytest.raises(BrokenFile):
        read(made)


def test_what_was_not_finished_is_not_in_the_store():
    sealing = FileSealer(OWNER)
    sealing.write(os.urandom(15_000_000))
    sealing.abandon()
    blob = str(sealing.blob)
    del sealing

    assert [each["path"] for batch in obstore.list(store()) for each in batch if each["path"].startswith(blob)] == []


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 100_000, 1_000_000, 20_000_001, 2**30])
def test_sizes_are_filled_up_to_few_values(size):
    filled = padded(size)

    assert size <= filled <= max(size * 1.12, files.SMALLEST)
    assert padded(filled) == filled


def test_files_of_like_sizes_look_alike_in_the_store():
    sizes = {len(bytes_in_store(sealed(OWNER, bytes(size)))) for size in (0, 10, 1000, 60_000)}

    assert len(sizes) == 1


def test_the_format_is_the_one_of_the_library(made, content):
    opening = Cobblestone256Decryptor(made.key, files._context(made.owner, made.blob))
    plain = opening.update(bytes_in_store(made)) + opening.finalize()

    assert plain == content.ljust(padded(len(content)), b"\0")


def test_a_store_that_takes_nothing_says_so_without_an_address(settings, tmp_path):
    # In the place of the folder there is a file.
    (tmp_path / "files").write_bytes(b"")
    settings.FILE_STORE = str(tmp_path / "files" / "below")

    with pytest.raises(StoreAway) as fault:
        sealed(OWNER, b"content")

    assert str(fault.value) == ""
