"""The draw of a month's sample: a share of each person's accesses, which anybody can draw again."""

import hashlib
import hmac
import math
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.log.actions import declared_actions
from audit.log.models import Checkpoint, Entry, Receipt
from audit.review import sample, tasks
from audit.review.accesses import ACCESSES
from audit.review.models import Draw, Item
from audit.review.months import bounds, month_before, this_month
from tests.audit.tree import sequence
from tests.audit.written_then import planted

pytestmark = pytest.mark.django_db(transaction=True)

BUSY, HARDLY_THERE = (str(uuid.UUID(int=number)) for number in (1, 2))


@pytest.fixture(autouse=True)
def own_log(settings, tmp_path):
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    settings.REVIEW_SAMPLE_SHARE = 0.05


@pytest.fixture
def month():
    return month_before(this_month())


@pytest.fixture
def accesses(month) -> list[Entry]:
    """Forty-one of one person and one of another, both in the month that is over, and what is no access of it."""
    start, end = bounds(month)
    made = [planted(start + timedelta(hours=hour), BUSY) for hour in range(41)]
    made.append(planted(start + timedelta(hours=50), HARDLY_THERE, "cases.searched"))
    planted(start - timedelta(microseconds=1), BUSY)
    planted(end, BUSY)
    planted(start + timedelta(hours=51), BUSY, "cases.note_added")
    planted(start + timedelta(hours=52), BUSY, outcome="refused_forbidden")
    planted(start + timedelta(hours=53), "system", actor_role="system")
    return made


def kept(number: int) -> None:
    """A witness has kept a checkpoint."""
    checkpoint = Checkpoint.objects.get(number=number)
    Receipt.objects.create(witness="file", checkpoint=number, size=checkpoint.size, at=timezone.now(), held=True)


def by_hand(entries: list[Entry], seed: str, number: int) -> set[str]:
    """What the words of the rule give, written once more."""
    key = bytes.fromhex(seed)
    ranked = sorted(entries, key=lambda entry: hmac.new(key, entry.pk.bytes, hashlib.sha256).digest())
    return {str(entry.pk) for entry in ranked[:number]}


def redrawn(month) -> str:
    said = StringIO()
    call_command("redraw_sample", f"{month:%Y-%m}", stdout=said)
    return said.getvalue()


def test_every_access_is_an_action_that_a_room_declares():
    assert set(ACCESSES) - {action.code for action in declared_actions()} == set()


def test_share_is_taken_of_each_person_and_at_least_one(accesses, month):
    sequence()

    draw = sample.draw_month(month)

    of_busy = [entry for entry in accesses if entry.actor_id == BUSY]
    assert (draw.accesses, draw.people, draw.drawn) == (42, 2, math.ceil(0.05 * 41) + 1)
    assert {item.key for item in Item.objects.filter(source="sample", actor_id=BUSY)} == by_hand(of_busy, draw.seed, 3)
    assert [item.key for item in Item.objects.filter(actor_id=HARDLY_THERE)] == [str(accesses[-1].pk)]
    assert set(Item.objects.values_list("month", flat=True)) == {month}


def test_item_says_what_its_entry_says(month):
    entry = planted(bounds(month)[0], BUSY, reference="7QK2M9XD", subject=uuid.UUID(int=7))
    sequence()

    sample.draw_month(month)

    item = Item.objects.get()
    assert (item.entries, item.actor_id, item.at) == ([str(entry.pk)], BUSY, entry.at)
    assert (item.reference, item.subject) == ("7QK2M9XD", uuid.UUID(int=7))


@pytest.mark.parametrize(("share", "number"), [(0.01, 1), (0.5, 21), (1, 41)])
def test_share_is_a_setting(accesses, month, settings, share, number):
    settings.REVIEW_SAMPLE_SHARE = share
    sequence()

    draw = sample.draw_month(month)

    assert Item.objects.filter(actor_id=BUSY).count() == number
    assert draw.share == Decimal(str(share))


def test_share_that_cannot_be_stored_is_taken_as_it_is_stored(accesses, month, settings):
    settings.REVIEW_SAMPLE_SHARE = 0.024389
    sequence()

    draw = sample.draw_month(month)

    assert (draw.share, Item.objects.filter(actor_id=BUSY).count()) == (Decimal("0.0244"), 2)
    assert "are drawn again" in redrawn(month)


def test_what_counts_as_an_access_later_changes_no_draw_of_before(accesses, month, monkeypatch):
    sequence()
    sample.draw_month(month)

    monkeypatch.setattr(sample, "ACCESSES", ("cases.case_opened", "cases.note_added"))

    assert "The same 4 of 42 accesses by 2 people" in redrawn(month)


def test_seed_is_the_root_of_the_newest_checkpoint_that_a_witness_keeps(accesses, month, write):
    sequence()
    kept(1)
    write()
    sequence()
    first, second = Checkpoint.objects.order_by("number")

    draw = sample.draw_month(month)

    assert second.statement.root != first.statement.root
    assert (draw.seed, draw.checkpoint, draw.witnessed) == (first.statement.root.hex(), 1, True)


def test_draw_waits_some_days_for_a_witness_and_then_says_that_none_has_answered(
    accesses, month, settings, tmp_path, owner_connection
):
    settings.LOG_WITNESSES = {"file": f"file://{tmp_path / 'checkpoints.jsonl'}"}
    sequence()
    _, end = bounds(month)

    signed_at(owner_connection, end + timedelta(days=2, hours=23))
    with pytest.raises(sample.NotYet):
        sample.draw_month(month)
    signed_at(owner_connection, end + timedelta(days=3))
    draw = sample.draw_month(month)

    assert (draw.checkpoint, draw.witnessed) == (1, False)


def signed_at(owner, at: datetime) -> None:
    with owner.transaction():
        owner.execute("ALTER TABLE log_checkpoint DISABLE TRIGGER USER")
        owner.execute("UPDATE log_checkpoint SET at = %s", [at])
        owner.execute("ALTER TABLE log_checkpoint ENABLE TRIGGER USER")


def test_checkpoint_from_before_the_end_of_the_month_draws_nothing(accesses, month, owner_connection):
    sequence()
    kept(1)
    signed_at(owner_connection, bounds(month)[1] - timedelta(microseconds=1))

    with pytest.raises(sample.NotYet):
        sample.draw_month(month)

    assert (Draw.objects.count(), Item.objects.count()) == (0, 0)


@pytest.mark.parametrize("signed", [False, True])
def test_month_that_is_not_over_is_not_drawn(accesses, signed):
    if signed:
        sequence()

    with pytest.raises(sample.NotYet):
        sample.draw_month(this_month())


def test_month_is_drawn_once(accesses, month, write):
    sequence()
    first = sample.draw_month(month)
    items = set(Item.objects.values_list("pk", flat=True))
    write()
    sequence()

    assert sample.draw_month(month) == first
    assert set(Item.objects.values_list("pk", flat=True)) == items
    assert Entry.objects.of_action("review.sample_drawn").count() == 1


def test_job_draws_the_month_that_is_over_and_waits_while_it_cannot(accesses, month):
    tasks.draw_sample(None)
    before = Draw.objects.count()
    sequence()
    tasks.draw_sample(None)
    tasks.draw_sample(None)

    assert before == 0
    # The last microsecond of the month before is an access, too.
    assert list(Draw.objects.order_by("month").values_list("month", flat=True)) == [month_before(month), month]


def test_month_that_passed_while_nothing_worked_is_drawn_too(accesses, month):
    first = month_before(month)
    planted(bounds(first)[0], BUSY)
    sample.draw_due()
    before = Draw.objects.count()
    sequence()

    for _ in range(2):
        sample.draw_due()

    assert before == 0
    assert list(Draw.objects.order_by("month").values_list("month", "drawn")) == [(first, 1), (month, 4)]


def test_month_without_accesses_is_drawn_empty(month, write):
    write()
    sequence()

    draw = sample.draw_month(month)

    assert (draw.accesses, draw.people, draw.drawn) == (0, 0, 0)
    assert "0 of 0" in redrawn(month)


def test_anybody_draws_the_same_again(accesses, month, write):
    sequence()
    draw = sample.draw_month(month)
    # What came into the tree after the seed is not part of it.
    planted(bounds(month)[0] + timedelta(hours=60), BUSY)
    write()
    sequence()

    again = sample.drawn(draw)

    assert {str(entry) for entry in again.entries} == set(Item.objects.values_list("key", flat=True))
    assert "The same 4 of 42 accesses by 2 people" in redrawn(month)


def test_other_seed_draws_others(accesses, month):
    sequence()
    size = Checkpoint.objects.get().size
    drawn = {sample.chosen(month, bytes([number]) * 32, size, Decimal("0.05")).entries for number in range(10)}

    assert len(drawn) > 5
    assert {len(entries) for entries in drawn} == {4}


def test_redrawing_names_what_was_chosen_by_hand(accesses, month, owner_connection):
    sequence()
    sample.draw_month(month)
    given = Item.objects.filter(actor_id=BUSY).first()
    other = next(entry for entry in accesses if not Item.objects.filter(key=str(entry.pk)).exists())

    owner_connection.execute("UPDATE review_item SET entries = %s::jsonb WHERE id = %s", [f'["{other.pk}"]', given.pk])

    with pytest.raises(CommandError) as refusal:
        redrawn(month)
    assert str(refusal.value).splitlines() == [
        f"Drawn, but not up for review: {given.key}",
        f"Up for review, but not drawn: {other.pk}",
    ]


@pytest.mark.parametrize("column", ["seed", "accesses"])
def test_redrawing_finds_a_changed_draw(accesses, month, owner_connection, column):
    sequence()
    sample.draw_month(month)

    with owner_connection.transaction():
        owner_connection.execute("ALTER TABLE review_draw DISABLE TRIGGER USER")
        value = "repeat('ab', 32)" if column == "seed" else "accesses + 1"
        owner_connection.execute(f"UPDATE review_draw SET {column} = {value}")

    with pytest.raises(CommandError, match="not the root" if column == "seed" else "drawn were 4 of 43"):
        redrawn(month)


@pytest.mark.parametrize(("month", "said"), [("2026-1x", "Write the month"), ("2019-01", "No sample")])
def test_redrawing_needs_a_month_that_was_drawn(month, said):
    with pytest.raises(CommandError, match=said):
        call_command("redraw_sample", month)


def test_draw_is_never_changed(accesses, month, owner_connection):
    sequence()
    sample.draw_month(month)

    with pytest.raises(psycopg.errors.RestrictViolation):
        owner_connection.execute("UPDATE review_draw SET drawn = drawn")
