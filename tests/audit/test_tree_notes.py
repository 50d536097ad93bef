"""Signed notes against the published example, and what makes a note worthless."""

from datetime import UTC, datetime

import pytest

from audit.log import verify_bundle
from audit.log.merkle import EMPTY_ROOT
from audit.log.note import NotSigned, SignerKey, VerifierKey, open_note, sign
from audit.log.statement import Statement

# The example of the documentation of golang.org/x/mod/sumdb/note, from which C2SP signed-note was written.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = f"{TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
AT = datetime(2026, 11, 22, 11, tzinfo=UTC)


def a_statement(**told) -> Statement:
    return Statement(**({"origin": "house/log", "size": 0, "root": EMPTY_ROOT, "number": 1, "at": AT} | told))


def test_published_note_opens():
    assert open_note(NOTE, VerifierKey.parse(KEY)) == TEXT


def test_published_key_is_written_as_it_was_read():
    assert str(VerifierKey.parse(KEY)) == KEY


def test_every_changed_byte_of_a_note_shows():
    signer = SignerKey.make("house/log")
    note = sign("house/log\n0\n", signer).encode()

    for place in range(len(note)):
        changed = note[:place] + bytes([note[place] ^ 1]) + note[place + 1 :]
        with pytest.raises((NotSigned, UnicodeDecodeError)):
            open_note(changed.decode(), signer.verifier)


def test_same_signature_in_other_letters_is_refused():
    """The last letter before the padding holds two bits that no byte uses."""
    signer = SignerKey.make("house/log")
    note = sign("house/log\n0\n", signer)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = letters[letters.index(note[-3]) + 1]

    assert note.endswith("=\n")
    with pytest.raises(NotSigned):
        open_note(f"{note[:-3]}{last}=\n", signer.verifier)
    assert verify_bundle.opened(note, str(signer.verifier)) == ["house/log", "0"]
    with pytest.raises(verify_bundle.Bad):
        verify_bundle.opened(f"{note[:-3]}{last}=\n", str(signer.verifier))


@pytest.mark.parametrize("key", ["", "name", "na me+c74f20a3+AQ==", KEY[:-1] + "A", KEY.replace("c74f", "c74e")])
def test_malformed_key_is_refused(key):
    with pytest.raises(NotSigned):
        VerifierKey.parse(key)


def test_cosignature_is_made_and_read():
    witness = SignerKey.make("witness.example", witness=True)
    note = sign("house/log\n0\n", SignerKey.make("house/log"))

    assert open_note(note + witness.cosignature("house/log\n0\n", 1_763_809_403), witness.verifier) == "house/log\n0\n"
    with pytest.raises(NotSigned):
        open_note(note + witness.cosignature("house/log\n1\n", 1_763_809_403), witness.verifier)


@pytest.mark.parametrize("told", [{}, {"clock": -5}, {"clock": 7}, {"size": 12, "number": 4}])
def test_statement_is_read_as_it_was_written(told):
    statement = a_statement(**told)

    assert Statement.parse(statement.signed(SignerKey.make("house/log"))) == statement


def test_change_of_keys_needs_both():
    old, new = SignerKey.make("house/log"), SignerKey.make("house/log")
    change = a_statement(key=str(old.verifier), next_key=str(new.verifier))

    assert change.key_after(change.signed(old, new), old.verifier) == new.verifier
    for signers in ([old], [new]):
        with pytest.raises(NotSigned):
            change.key_after(change.signed(*signers), old.verifier)


def test_checkpoint_of_another_log_is_refused():
    signer = SignerKey.make("house/log")
    other = a_statement(origin="other/log")

    with pytest.raises(NotSigned):
        other.key_after(other.signed(signer), signer.verifier)
