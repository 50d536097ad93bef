"""What of the log is kept longer: who may say so, that it is an entry, and that forgetting asks for it."""

import uuid
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from audit.log.models import Entry, Hold, HoldLifted, Leaf
from audit.review import tasks
from audit.review.retention import forget_past
from cellule.jobs.models import Job
from cellule.references import new_reference, shown
from cellule.vault.details import PURPOSE
from cellule.vault.letters import commitment, new_salt, write_letter
from cellule.vault.models import KeyGroup, Letter, LetterKey
from tests.audit.tree import found, sequence
from tests.audit.years import Past, ago
from tests.people import said

HOLDS = "/audit/revue/conservation/"
REFERENCE = new_reference()

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post(rose):
    """Set a hold through its page."""

    def posted(**told):
        once = rose.get(HOLDS).context["form"]["once"].value()
        return rose.post(HOLDS, {"once": once, "reason": "court", **told})

    return posted


@pytest.fixture
def old(settings, tmp_path) -> Entry:
    """An entry of nine years ago with a sealed detail, in a log that is signed up to now."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    past, detail, salt = Past(), {"words": "fictif"}, new_salt()
    bound = commitment(detail, salt)
    entry = past.write(ago(years=9), session=uuid.uuid4(), reference=REFERENCE, detail_commitment=bound)
    past.sign(ago(years=8.9))
    past.sign(ago(days=45))
    past.end()
    with transaction.atomic():
        write_letter(KeyGroup.Kind.PRIVACY, PURPOSE, entry.pk, detail, salt)
    sequence()
    return entry


# --- The page ------------------------------------------------------------------------------------------


def test_case_is_kept_with_what_the_log_knows_of_it(post, rose, write, looks, privacy_officer):
    subject = uuid.uuid4()
    write(reference=REFERENCE, subject=subject)

    answer = post(reference=shown(REFERENCE).lower())

    hold = Hold.objects.get()
    assert (answer.status_code, hold.reference, hold.subject, hold.reason) == (302, REFERENCE, subject, "court")
    assert (hold.start, hold.end, hold.by) == (None, None, str(privacy_officer.user.pk))
    told = [(entry.action, entry.purpose, entry.reference) for entry in looks("rose")]
    assert told == [("log.holds_viewed", "", ""), ("log.hold_set", "court", str(hold.pk))]
    assert shown(REFERENCE) in rose.get(HOLDS).text


def test_period_is_kept_with_its_last_day(post, rose):
    post(start="2026-03-01", end="2026-03-31")

    hold = Hold.objects.get()
    local = [timezone.localtime(moment) for moment in (hold.start, hold.last_day, hold.end)]
    assert [each.date() for each in local] == [date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert said("Keep it no longer") in rose.get(HOLDS).text


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "reference"),
        ({"start": "2026-03-01"}, "reference"),
        ({"reference": "1234"}, "reference"),
        ({"reference": REFERENCE, "start": "2026-03-01"}, "start"),
        ({"start": "2026-03-02", "end": "2026-03-01"}, "end"),
        ({"start": "9999-12-31", "end": "9999-12-31"}, "start"),
        ({"start": "0001-01-01", "end": "2026-03-01"}, "start"),
        ({"reference": REFERENCE, "reason": ""}, "reason"),
        ({"reference": REFERENCE, "once": "x"}, "once"),
    ],
)
def test_what_does_not_hold_is_asked_again(post, told, field):
    answer = post(**told)

    assert (answer.status_code, next(iter(answer.context["form"].errors)), Hold.objects.count()) == (422, field, 0)


def test_form_sent_twice_sets_one_hold(rose):
    once = rose.get(HOLDS).context["form"]["once"].value()
    for _ in range(2):
        assert rose.post(HOLDS, {"once": once, "reason": "inquiry", "reference": REFERENCE}).status_code == 302

    assert Hold.objects.count() == 1
    assert Entry.objects.filter(action="log.hold_set").count() == 1


def test_hold_is_lifted_once_and_leaves_the_page(post, rose):
    post(reference=REFERENCE)
    hold = Hold.objects.get()

    for _ in range(2):
        assert rose.post(f"{HOLDS}{hold.pk}/lever/").status_code == 302

    assert HoldLifted.objects.get().hold == hold.pk
    assert Entry.objects.filter(action="log.hold_lifted", reference=str(hold.pk)).count() == 1
    text = rose.get(HOLDS).text
    assert said("Nothing is kept longer now.") in text
    assert said("Kept no longer. Was it a mistake? Keep them again today: nothing goes before the night.") in text


def test_auditor_holds_nothing(paule):
    assert [paule.get(HOLDS).status_code, paule.post(HOLDS, {}).status_code] == [403, 403]


# --- What it is for ------------------------------------------------------------------------------------


def test_detail_goes_with_its_entry(old):
    assert (Letter.objects.filter(row=old.pk).count(), LetterKey.objects.count()) == (1, 1)

    assert forget_past() == 1

    assert (Letter.objects.count(), LetterKey.objects.count()) == (0, 0)
    assert Entry.objects.filter(pk=old.pk).exists() is False
    assert Leaf.objects.filter(entry=old.pk).exists() is True


def test_hold_keeps_entry_and_detail_until_it_is_lifted(old, post, rose):
    post(reference=REFERENCE)
    assert forget_past() == 0
    assert Letter.objects.filter(row=old.pk).exists() is True

    rose.post(f"{HOLDS}{Hold.objects.get().pk}/lever/")

    assert forget_past() == 1
    sequence()
    assert found() == ("", "")


def test_command_says_how_many_went(old):
    said_ = StringIO()

    call_command("forget_entries", stdout=said_)

    assert said_.getvalue() == "1 entries were removed; verify_audit knows which.\n"


def test_every_night_asks_for_it(old):
    with transaction.atomic():
        tasks.forget_nightly(Job())
    assert Job.objects.filter(kind="review.forget_past").count() == 1

    tasks.remove_past(Job())
    assert Entry.objects.filter(pk=old.pk).exists() is False
