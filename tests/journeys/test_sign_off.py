"""A month of reviews is signed off: what is open is named, a checkpoint is bound to it, a privacy officer sees it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audit.log.models import Checkpoint
from audit.review.models import Item, Queue, SignOff
from audit.review.months import bounds, month_before, this_month
from audit.review.queues import put
from audit.review.sample import draw_month
from cellule import references
from tests.audit.rules_read import read_by_every_rule
from tests.audit.tree import sequence
from tests.audit.written_then import planted
from tests.journeys.test_every_page import BOTH, look_everywhere
from tests.people import acting

SIGN = "Sign this month off"


@pytest.fixture
def month(transactional_db, settings, tmp_path) -> date:
    """The month that is over: two people looked at cases; one look is in the sample, the other a signal."""
    settings.LOG_KEY_FILE, settings.LOG_WITNESSES = tmp_path / "log.json", {}
    month = month_before(this_month())
    claire, joaquin = acting("claire").actor.id, acting("joaquin").actor.id
    planted(bounds(month)[0] + timedelta(days=3, hours=9), claire)
    late = planted(bounds(month)[0] + timedelta(days=9, hours=23), joaquin, "cases.note_added")
    put(Queue.SIGNAL, str(late.pk), entries=[late.pk], actor=joaquin, at=late.at, rule="unusual_hours")
    sequence()
    draw_month(month)
    read_by_every_rule(bounds(month)[1] + timedelta(days=1))
    return month


@BOTH
def test_a_month_is_signed_off_and_seen(arrives, month):
    sampled, signal = (Item.objects.get(queue=queue) for queue in (Queue.SAMPLE, Queue.SIGNAL))
    paule, rose = arrives("paule"), arrives("rose")
    for person in (paule, rose):
        person.signs_in()

    rose.goes_to(page_of(month))
    rose.reads(rose.words("An auditor signs this month."))
    look_everywhere(rose)

    paule.goes_to(page_of(month))
    expect(paule.page.get_by_role("checkbox")).to_have_count(2)
    look_everywhere(paule)
    paule.presses(SIGN)
    paule.page.locator(".govuk-error-summary").wait_for()
    look_everywhere(paule)
    assert SignOff.objects.count() == 0

    sampled.justify(by=acting("paule"))
    paule.goes_to(page_of(month))
    paule.page.get_by_role("checkbox").check()
    paule.presses(SIGN)
    paule.is_at(page_of(month))
    newest = Checkpoint.objects.order_by("-number").first()
    paule.reads(newest.statement.root.hex(), references.shown(signal.code), acting("paule").user.name)
    look_everywhere(paule)

    paule.goes_to(page_of(month))
    paule.reads(newest.statement.root.hex(), paule.words("Signed by"))
    expect(paule.button(SIGN)).to_have_count(0)
    expect(paule.button("I have seen this month")).to_have_count(0)

    rose.goes_to(page_of(month))
    look_everywhere(rose)
    rose.presses("I have seen this month")
    rose.reads(rose.words("Seen by a privacy officer"), acting("rose").user.name)
    look_everywhere(rose)


@BOTH
def test_what_a_month_lacks_is_told(arrives, month):
    paule = arrives("paule")
    paule.signs_in()
    told = {
        this_month(): ["The month is not over yet."],
        month_before(month): [
            "The sample of this month is not drawn yet. It is drawn by itself after the month is over."
        ],
    }
    for each, sentences in told.items():
        paule.goes_to(page_of(each))
        paule.reads(*map(paule.words, ["This month cannot be signed:", *sentences]))
        expect(paule.button(SIGN)).to_have_count(0)
        look_everywhere(paule)


def page_of(month: date) -> str:
    return reverse("review:month", args=[f"{month:%Y-%m}"])
