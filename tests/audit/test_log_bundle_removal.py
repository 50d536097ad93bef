"""A removal is told of by an entry like any other: the exported log waits until that is signed."""

import threading
import uuid
import zipfile
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.log import bundle
from audit.review.retention import forget_past
from tests.audit.tree import sequence
from tests.audit.years import Past, ago
from tests.people import said

PROOF = "/audit/journal/preuve/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def removed(settings, tmp_path) -> None:
    """A log out of which an entry of nine years ago went just now."""
    settings.LOG_KEY_FILE, settings.LOG_WITNESSES = tmp_path / "log.json", {}
    past = Past()
    past.write(ago(years=9), session=uuid.uuid4())
    past.sign(ago(years=8.9))
    past.sign(ago(days=45))
    past.end()
    sequence()
    assert forget_past() == 1


def test_export_waits_for_the_signature_under_a_removal():
    def late() -> None:
        sequence()
        connection.close()

    timer = threading.Timer(0.5, late)
    timer.start()
    target = BytesIO()

    bundle.export(target)

    timer.join()
    told = zipfile.ZipFile(target).read("forgotten.jsonl").decode().splitlines()
    assert len(told) == 1


def test_file_of_a_log_that_does_not_sign_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "_PATIENCE_SECONDS", 0)

    with pytest.raises(CommandError, match="the log has not signed since"):
        call_command("export_audit", tmp_path / "log.zip", stdout=StringIO())

    assert list(tmp_path.glob("*.zip")) == []


def test_page_says_that_the_log_has_not_signed_yet(paule, looks, monkeypatch):
    monkeypatch.setattr(bundle, "_PATIENCE_SECONDS", 0)

    response = paule.post(PROOF, {"purpose": "review"})

    sentence = "Entries were removed a moment ago, and the log has not signed since. Try again in a minute."
    assert (response.status_code, said(sentence) in response.text) == (409, True)
    assert [entry.action for entry in looks("paule")] == ["log.proof_viewed"]
