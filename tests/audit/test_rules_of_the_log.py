"""The rules about the log itself: silence, a clock that jumps, entries that wait, and what alarms tell."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.log.models import Receipt
from audit.review.alarms import BROKEN, SILENT, STOPPED, alarm
from audit.review.evaluating import evaluate
from audit.review.models import Item, Signal
from audit.review.rules.rule import rule_called
from cellule.jobs.ticks import database_time
from tests.audit.planted import Known, at, checkpoint, ids, opened, person, signals
from tests.audit.tree import sequence


@pytest.fixture
def begun(db):
    """The log began in the morning of that day."""
    opened(person(), at(8), Known())


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "found"), [(60, []), (180, []), (181, ["2"]), (7_200, ["2"])])
def test_long_silence_between_checkpoints_is_a_signal(begun, seconds, found):
    checkpoint(1, at(9))
    checkpoint(2, at(9) + timedelta(seconds=seconds))
    checkpoint(3, at(9) + timedelta(seconds=seconds + 60))

    assert [signal.key for signal in signals("heartbeat", days=1)] == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("microseconds", "found"), [(0, []), (4_999_999, []), (5_000_000, ["2"]), (-3_600_000_000, ["2"])]
)
def test_clock_that_jumps_is_a_signal(begun, microseconds, found):
    checkpoint(1, at(9))
    checkpoint(2, at(9, 1), clock=microseconds)

    assert [signal.key for signal in signals("clock", days=1)] == found


@pytest.mark.django_db
def test_checkpoint_is_told_of_once(begun):
    checkpoint(1, at(9))
    checkpoint(2, at(10))
    signals("heartbeat", days=1)
    checkpoint(3, at(10, 1))

    assert [signal.key for signal in signals("heartbeat", days=1)] == ["2"]


@pytest.mark.django_db
def test_entry_without_a_place_is_a_signal():
    entry = opened(person(), at(10), Known())

    (signal,) = signals("lag", days=1)

    assert signal.entries == ids(entry)
    assert (signal.actor_id, Item.objects.get(key=str(signal.pk)).rule) == ("system", "lag")


@pytest.mark.django_db(transaction=True)
def test_entry_with_its_place_is_none(settings, tmp_path):
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    opened(person(), database_time() - timedelta(minutes=5), Known())
    sequence()

    assert evaluate(rule_called("lag"), database_time()) == 0


@pytest.mark.django_db
def test_witness_that_began_anew_is_a_signal_and_one_in_step_is_none(begun):
    answer = {"witness": "file", "checkpoint": 2, "size": 9, "held": True}
    Receipt.objects.create(**answer, at=at(9))
    lost = Receipt.objects.create(**answer, at=at(10), anew=True)
    Receipt.objects.create(**answer, at=at(11))

    assert [signal.key for signal in signals("witness_anew", days=1)] == [str(lost.pk)]
    assert [signal.key for signal in signals("witness_anew", days=2)] == [str(lost.pk)]


@pytest.mark.django_db
def test_losses_of_one_witness_count_from_so_many_in_30_days(begun, settings):
    settings.REVIEW_THRESHOLDS = {"witness_anew": {"times": 2}}
    answer = {"checkpoint": 2, "size": 9, "held": True, "anew": True}
    Receipt.objects.create(**answer, witness="file", at=at(9) - timedelta(days=30))
    Receipt.objects.create(**answer, witness="file", at=at(9))
    Receipt.objects.create(**answer, witness="folder", at=at(10))
    second = Receipt.objects.create(**answer, witness="file", at=at(11))

    assert [signal.key for signal in signals("witness_anew", days=1)] == [str(second.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "code"), [(BROKEN, "log_broken"), (STOPPED, "log_stopped"), (SILENT, "witness_silent")]
)
def test_alarm_is_one_signal_a_day(kind, code):
    alarm(kind)
    alarm(kind)

    assert list(Signal.objects.values_list("rule", "key")) == [(code, str(timezone.localdate()))]
    assert Item.objects.get(rule=code).actor_id == "system"
