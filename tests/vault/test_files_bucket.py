"""Sealed files in a bucket that speaks the S3 protocol, by one setting."""

import os
import uuid

import pytest

from cellule.vault.files import BrokenFile, StoreAway, discard, opened, sealed
from tests.vault.bucket import bucket

OWNER = uuid.uuid4()


@pytest.fixture
def objects(settings):
    """What lies in the bucket, by name."""
    with bucket() as served:
        settings.FILE_STORE = "s3://bucket/house"
        settings.FILE_STORE_OPTIONS = {
            "endpoint": served.address,
            "region": "ca-central-1",
            "access_key_id": "key",
            "secret_access_key": "secret",
        }
        yield served.objects


@pytest.mark.parametrize("size", [10, 25_000_000])
def test_a_file_lies_sealed_in_the_bucket_and_comes_back(objects, size):
    content = os.urandom(size)

    made = sealed(OWNER, content)

    assert list(objects) == [f"house/{made.blob}"]
    assert content not in objects[f"house/{made.blob}"]
    assert b"".join(opened(made)) == content


def test_a_cut_in_the_bucket_is_found(objects):
    made = sealed(OWNER, os.urandom(100_000))
    name = f"house/{made.blob}"
    objects[name] = objects[name][:-1]

    with pytest.raises(BrokenFile):
        list(opened(made))


def test_what_was_discarded_is_gone(objects):
    made = sealed(OWNER, b"content")

    discard(made.blob)

    assert objects == {}
    with pytest.raises(BrokenFile):
        list(opened(made))


def test_a_bucket_that_refuses_says_so_without_its_address(settings):
    settings.FILE_STORE = "s3://bucket/nowhere"
    options = {"endpoint": "http://127.0.0.1:9", "region": "x", "access_key_id": "k", "secret_access_key": "s"}
    settings.FILE_STORE_OPTIONS = options

    with pytest.raises(StoreAway) as fault:
        sealed(OWNER, b"content")

    assert str(fault.value) == ""
