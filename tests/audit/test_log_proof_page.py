"""The state of the log: what reviewers see of it, its download as a recorded act, and who is told when it is broken."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import transaction
from django.utils import timezone

from audit.log.models import Checkpoint, Entry, Fault, Receipt, Verification
from audit.review import tasks
from audit.review.alarms import BROKEN, SILENT, STOPPED, on_alarm
from cellule.accounts.models import User
from cellule.jobs.models import Job
from cellule.notices.models import Notice
from tests.audit.tree import sequence, walls_down
from tests.people import said

PROOF = "/audit/journal/preuve/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_key(settings, tmp_path):
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {"file": f"file://{tmp_path / 'checkpoints.jsonl'}"}


@pytest.fixture
def log(own_key, write):
    write()
    sequence()


def receipt(**told) -> Receipt:
    return Receipt.objects.create(
        **({"witness": "file", "checkpoint": 1, "size": 1, "at": timezone.now(), "held": True} | told)
    )


def told(kind) -> set[str]:
    """Who has a notice of this kind."""
    return {notice.recipient.email.partition("@")[0] for notice in Notice.objects.filter(kind=kind.code)}


def test_page_shows_the_newest_checkpoint(log, paule, looks):
    response = paule.get(PROOF)

    assert response.status_code == 200
    assert Checkpoint.objects.get().statement.root.hex() in response.content.decode()
    assert [entry.action for entry in looks("paule")] == ["log.proof_viewed"]


def test_page_says_that_nothing_is_signed(rose):
    response = rose.get(PROOF)

    assert said("Nothing is signed yet") in response.content.decode()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Silent"),
        ({}, "In step"),
        ({"held": False}, "Holds another log"),
        ({"at": timezone.now() - timedelta(hours=2)}, "Silent"),
    ],
)
def test_page_shows_how_it_stands_with_a_witness(log, paule, answer, words):
    if answer is not None:
        receipt(**answer)

    assert f">{said(words)}" in "".join(paule.get(PROOF).content.decode().split("\n")).replace("> ", ">")


def test_page_tells_of_a_witness_that_began_anew(log, paule):
    words = said("Had lost what it kept, and was given everything again:")
    receipt()
    before = paule.get(PROOF).content.decode()
    receipt(anew=True)
    receipt()

    assert (words in before, words in paule.get(PROOF).content.decode()) == (False, True)


def test_page_shows_a_fault(log, rose):
    now = timezone.now()
    Verification.objects.create(
        started_at=now, ended_at=now, checkpoint=1, first=0, size=1, fault=Fault.BODY, place="entry 7, place 3"
    )

    assert "entry 7, place 3" in rose.get(PROOF).content.decode()


def test_download_is_a_recorded_act_with_a_purpose(log, paule, looks):
    response = paule.post(PROOF, {"purpose": "authority"})
    bundle = zipfile.ZipFile(BytesIO(b"".join(response.streaming_content)))
    response.close()

    assert bundle.read("checkpoint").decode() == Checkpoint.objects.get().note
    (entry,) = looks("paule")
    assert (entry.action, entry.purpose) == ("log.exported", "authority")


@pytest.mark.parametrize("purpose", ["", "curiosity"])
def test_download_without_a_purpose_is_refused(log, paule, looks, purpose):
    response = paule.post(PROOF, {"purpose": purpose})

    assert response.status_code == 422
    assert [entry.action for entry in looks("paule")] == ["log.proof_viewed"]


def test_download_waits_for_the_first_checkpoint(paule):
    assert paule.post(PROOF, {"purpose": "review"}).status_code == 422


def test_daily_verification_keeps_its_result(log):
    tasks.verify_newest(Job())
    tasks.verify_newest(Job())

    assert list(Verification.objects.values_list("checkpoint", "fault")) == [(1, ""), (1, "")]
    assert told(BROKEN) == set()


def test_daily_verification_asks_for_its_work(log):
    with transaction.atomic():
        tasks.verify_daily(Job())

    assert Job.objects.filter(kind="review.verify_newest").count() == 1


def test_reviewers_are_told_once_of_a_broken_log(log, owner_connection):
    heard = []
    on_alarm(heard.append)
    entry = Entry.objects.order_by("id").first()
    with walls_down(owner_connection, "log_entry") as owner:
        owner.execute("UPDATE log_entry SET outcome = 'failed' WHERE id = %s", [entry.id])

    tasks.verify_newest(Job())
    tasks.verify_newest(Job())

    reviewers = User.objects.filter(role__in=["auditor", "privacy_officer"], is_active=True)
    assert told(BROKEN) == {user.email.partition("@")[0] for user in reviewers}
    assert Notice.objects.filter(kind=BROKEN.code).count() == reviewers.count()
    assert heard == [BROKEN, BROKEN]


def test_pulse_tells_of_a_log_that_has_stopped():
    tasks.feel_pulse(Job())

    assert told(STOPPED) != set()


def test_pulse_tells_of_a_silent_witness_and_not_of_one_in_step(log):
    receipt()
    tasks.feel_pulse(Job())
    assert told(SILENT) == set()

    receipt(at=timezone.now() - timedelta(minutes=61))
    tasks.feel_pulse(Job())
    assert told(SILENT) != set()
