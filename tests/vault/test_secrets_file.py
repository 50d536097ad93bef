"""The server's secrets are read once, and again as soon as the file is another one."""

import os

import pytest

from cellule.vault import secrets_file


@pytest.fixture
def path(settings, tmp_path):
    settings.SECRETS_FILE = tmp_path / "secrets" / "house.json"
    secrets_file.make()
    return settings.SECRETS_FILE


def test_unchanged_file_is_parsed_once(path):
    assert secrets_file.read() is secrets_file.read()


def test_pinned_root_is_seen_at_once(path):
    before = secrets_file.read()

    secrets_file.pin("ab" * 32)

    assert (before.pin, secrets_file.read().pin) == ("", "ab" * 32)


def test_restored_file_of_the_same_size_and_time_is_read(path):
    """A backup is put back as it was, its time included."""
    secrets_file.pin("ab" * 32)
    before, seen = secrets_file.read(), path.stat()
    beside = path.with_suffix(".backup")
    beside.write_text(path.read_text(encoding="utf-8").replace("ab" * 32, "cd" * 32), encoding="utf-8")
    os.utime(beside, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    beside.replace(path)

    after = secrets_file.read()

    assert (path.stat().st_size, path.stat().st_mtime_ns) == (seen.st_size, seen.st_mtime_ns)
    assert (before.pin, after.pin) == ("ab" * 32, "cd" * 32)


def test_missing_file_is_not_founded_whatever_was_read_before(path):
    secrets_file.read()
    path.unlink()

    with pytest.raises(secrets_file.NotFounded):
        secrets_file.read()


def test_server_keys_follow_the_file(path):
    one = secrets_file.server_key("sign-in sessions")
    assert secrets_file.server_key("sign-in sessions") == one
    assert secrets_file.server_key("invitations") != one

    path.unlink()
    secrets_file.make()

    assert secrets_file.server_key("sign-in sessions") != one
