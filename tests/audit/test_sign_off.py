"""Signing a month off: who may, when it may not be, what it is bound to, and its page."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from audit.log.models import Checkpoint, Entry
from audit.review import sign_off as signing
from audit.review.models import Evaluation, Item, Queue, SignOff
from audit.review.months import bounds, month_after, month_before, this_month
from audit.review.queues import put
from audit.review.sample import draw_month
from audit.review.sign_off import items_of, missing, sign_off
from cellule.steps import TooLate
from tests.audit.rules_read import read_by_every_rule
from tests.audit.tree import sequence
from tests.audit.written_then import planted
from tests.people import said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_log(settings, tmp_path, transactional_db):
    settings.LOG_KEY_FILE, settings.LOG_WITNESSES = tmp_path / "log.json", {}
    # These tests may be of the first days of a month, before the rules have read the last.
    read_by_every_rule(timezone.now() + timedelta(days=2))


@pytest.fixture
def month():
    return month_before(this_month())


@pytest.fixture
def item(month, caseworker) -> Item:
    """What the sample of the month that is over has given."""
    planted(bounds(month)[0] + timedelta(hours=9), caseworker.actor.id)
    sequence()
    draw_month(month)
    return Item.objects.get()


@pytest.fixture
def judged(item, auditor) -> Item:
    item.justify(by=auditor)
    return item


def path(month) -> str:
    return f"/audit/revue/mois/{month:%Y-%m}/"


def put_late(month, actor: str, queue: Queue = Queue.SIGNAL) -> Item:
    entry = planted(bounds(month)[0] + timedelta(hours=10), actor)
    return put(queue, str(entry.pk), entries=[entry.pk], actor=actor, at=entry.at)


def test_month_is_signed_with_its_counts_and_the_newest_checkpoint(judged, month, auditor):
    signed = sign_off(month, carried=[], by=auditor)

    newest = Checkpoint.objects.order_by("-number").first()
    assert (signed.month, signed.reviewed, signed.left_open, signed.carried) == (month, 1, 0, [])
    assert (signed.checkpoint, signed.root) == (newest.number, newest.statement.root.hex())
    assert signed.signer == str(auditor.user.pk)
    told = Entry.objects.of_action("review.signed_off").get()
    assert (told.actor_id, told.reference) == (auditor.actor.id, signed.code)


@pytest.mark.parametrize("named", ["nothing", "another", "too much"])
def test_what_is_open_is_named_or_the_month_is_not_signed(item, month, auditor, named):
    carried = {"nothing": [], "another": ["22222223"], "too much": [item.code, "22222223"]}[named]

    with pytest.raises(TooLate):
        sign_off(month, carried=carried, by=auditor)

    assert SignOff.objects.count() == 0


def test_what_is_named_is_carried_over(item, judged_other, month, auditor):
    signed = sign_off(month, carried=[item.code], by=auditor)

    assert (signed.reviewed, signed.left_open, signed.carried) == (1, 1, [item.code])


@pytest.fixture
def judged_other(item, month, auditor, other_caseworker) -> Item:
    other = put_late(month, other_caseworker.actor.id)
    other.justify(by=auditor)
    return other


def test_acts_of_auditors_are_not_the_auditors_to_sign(judged, month, auditor):
    put_late(month, auditor.actor.id)

    assert sign_off(month, carried=[], by=auditor).reviewed == 1


def test_month_with_too_much_left_is_not_signed(judged, month, auditor, other_caseworker, monkeypatch):
    monkeypatch.setattr(signing, "MOST_CARRIED", 1)
    left = [put_late(month, other_caseworker.actor.id).code for _ in range(2)]

    with pytest.raises(TooLate):
        sign_off(month, carried=left, by=auditor)

    assert SignOff.objects.count() == 0


@pytest.mark.parametrize("when", ["now", "later", "not drawn", "signed"])
def test_month_is_signed_once_when_it_is_over_and_drawn(judged, month, auditor, when):
    months = {"now": this_month(), "later": month_after(this_month()), "not drawn": month_before(month)}
    if when == "signed":
        sign_off(month, carried=[], by=auditor)
    before = SignOff.objects.count()

    with pytest.raises(TooLate) as refusal:
        sign_off(months.get(when, month), carried=[], by=auditor)

    assert len(refusal.value.reasons) == 1
    assert SignOff.objects.count() == before


def test_month_waits_for_a_checkpoint_of_after_its_end(judged, month, auditor, owner_connection):
    with owner_connection.transaction():
        owner_connection.execute("ALTER TABLE log_checkpoint DISABLE TRIGGER USER")
        owner_connection.execute("UPDATE log_checkpoint SET at = %s", [bounds(month)[1] - timedelta(seconds=1)])
        owner_connection.execute("ALTER TABLE log_checkpoint ENABLE TRIGGER USER")

    with pytest.raises(TooLate):
        sign_off(month, carried=[], by=auditor)

    assert SignOff.objects.count() == 0


@pytest.mark.parametrize(("read_until", "number"), [(timedelta(days=1), 0), (timedelta(hours=23), 1), (None, 1)])
def test_month_waits_until_every_rule_has_read_it(judged, month, read_until, number):
    mark = Evaluation.objects.filter(rule="no_relationship")
    if read_until is None:
        mark.delete()
    else:
        mark.update(until=bounds(month)[1] + read_until)

    assert len(missing(month)) == number


def test_what_is_open_of_an_earlier_month_is_named_again_until_somebody_judges_it(item, month, auditor, caseworker):
    early = put_late(month_before(month), caseworker.actor.id)
    item.justify(by=auditor)

    with pytest.raises(TooLate):
        sign_off(month, carried=[], by=auditor)
    signed = sign_off(month, carried=[early.code], by=auditor)
    early.justify(by=auditor)

    assert (signed.reviewed, signed.left_open, signed.carried) == (1, 1, [early.code])
    assert [items_of(each).undecided().count() for each in (month_before(month), month, this_month())] == [0, 0, 0]


def test_what_comes_up_after_the_signature_is_of_the_next_month_s(judged, month, auditor, other_caseworker):
    sign_off(month, carried=[], by=auditor)
    late = put_late(month, other_caseworker.actor.id)

    assert list(items_of(this_month())) == [late]


def test_proposal_that_was_sent_back_is_open_again(item, month, auditor, privacy_officer):
    item.propose_incident(by=auditor, text="")
    item.send_back(by=privacy_officer, text="")

    with pytest.raises(TooLate):
        sign_off(month, carried=[], by=auditor)

    assert sign_off(month, carried=[item.code], by=auditor).left_open == 1


@pytest.mark.parametrize("name", ["caseworker", "supervisor", "privacy_officer", "administrator", "coordinator"])
def test_nobody_but_an_auditor_signs(request, judged, month, name):
    with pytest.raises(PermissionDenied):
        sign_off(month, carried=[], by=request.getfixturevalue(name))

    assert SignOff.objects.count() == 0


def test_nobody_signs_past_the_log(month):
    told = {"month": month, "checkpoint": 1, "root": "", "reviewed": 0, "left_open": 0, "signer": "x"}

    with pytest.raises(IntegrityError, match="begins with its log entry"):
        # The database asks at the commit.
        SignOff.objects.create(**told)


def test_page_signs_once_and_then_shows_the_signature(judged, month, as_):
    paule = as_("paule")

    before, signing_, again = paule.get(path(month)), paule.post(path(month)), paule.post(path(month))
    after = paule.get(path(month))

    assert (before.status_code, signing_.status_code, signing_.url, again.status_code) == (200, 302, path(month), 409)
    assert SignOff.objects.get().month == month
    assert [said("Signed by") in page.content.decode() for page in (before, after)] == [False, True]


def test_page_asks_to_name_each_open_access(item, month, as_):
    paule = as_("paule")

    refused = paule.post(path(month))
    other = paule.post(path(month), {"carried": ["22222223"]})
    taken = paule.post(path(month), {"carried": [item.code]})

    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["carried"])
    assert (other.status_code, list(other.context["form"].errors)) == (422, ["carried"])
    assert taken.status_code == 302
    assert SignOff.objects.get().carried == [item.code]


def test_privacy_officer_sees_and_does_not_sign(judged, month, as_):
    paule, rose = as_("paule"), as_("rose")

    early = rose.post(f"{path(month)}vu/")
    refused = rose.post(path(month))
    paule.post(path(month))
    own = paule.post(f"{path(month)}vu/")
    seen = rose.post(f"{path(month)}vu/")
    twice = rose.post(f"{path(month)}vu/")

    assert [each.status_code for each in (early, refused, own, seen, twice)] == [404, 403, 403, 302, 409]
    signed = SignOff.objects.get()
    assert signed.state == "seen"
    assert signed.seen_by not in ("", signed.signer)


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1999-12", "2200-01", "novembre", "2026-011"])
@pytest.mark.parametrize("way", ["", "vu/"])
def test_what_is_no_month_has_no_page(as_, month, way):
    assert as_("paule").post(f"/audit/revue/mois/{month}/{way}").status_code == 404


def test_each_look_at_a_month_is_recorded(item, month, as_, owner_connection):
    as_("paule").get(path(month))

    assert Entry.objects.of_action("review.sign_off_viewed").get().purpose == f"{month:%Y-%m}"
