"""The fictional house's reviews: a past in the log, judged by the true rules, drawn from by the true draw."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.utils import timezone

from audit.log.models import Entry, Hold
from audit.review import sample
from audit.review.models import Draw, Item, Queue
from audit.review.months import midnight, month_before, this_month
from audit.review.rules.rule import rule_called
from tests.audit.tree import found, sequence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_log(settings, tmp_path):
    settings.LOG_KEY_FILE, settings.LOG_WITNESSES = tmp_path / "log.json", {}


def test_fictional_past_fills_every_queue_and_is_told_once():
    call_command("fiction")
    told = _numbers()
    call_command("fiction")

    signals = Item.objects.filter(source=Queue.SIGNAL)
    assert Counter(signals.values_list("rule", "state")) == Counter(
        {
            ("unusual_hours", "asked"): 1,
            ("no_relationship", "proposed"): 1,
            ("search_without_follow_up", "answered"): 1,
            ("taken_out", "open"): 1,
            ("own_right", "justified"): 1,
            ("former_tie", "open"): 1,
            ("revealed_without_work", "open"): 1,
            ("closed_case", "open"): 1,
        }
    )
    assert all(rule_called(code) for code in signals.values_list("rule", flat=True))
    assert list(Item.objects.filter(queue=Queue.GLASS).values_list("state", flat=True)) == ["open"]
    assert Hold.objects.in_force().count() == 1
    assert _numbers() == told

    sequence()
    sample.draw_due()

    draw = Draw.objects.get()
    assert (draw.month, draw.people) == (month_before(this_month()), 7)
    assert draw.drawn == Item.objects.filter(source=Queue.SAMPLE).count() >= draw.people
    assert Item.objects.filter(queue=Queue.OF_AUDITORS).exists()
    assert found() == ("", "")


def _numbers() -> tuple[int, int, int]:
    """How many items there are, and entries and sessions of before today."""
    before = Entry.objects.filter(at__lt=midnight(timezone.localdate()))
    return Item.objects.count(), before.count(), before.values("session").distinct().count()
