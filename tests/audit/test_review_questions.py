"""What somebody is asked about their own acts: the question, the notice, the answer, the reminder."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.log.models import Entry
from audit.review.models import Item, Reason
from audit.review.tasks import remind
from cellule.notices.models import Notice
from cellule.vault.models import Letter
from tests.audit.reviewed import SAID, asked, explained, looked, proposed
from tests.people import said


@pytest.fixture
def claire(as_):
    return as_("claire")


def page(item: Item) -> str:
    return reverse("review:question", args=[item.code])


def kinds(who) -> list[str]:
    return sorted(Notice.objects.unread(who.user).filter(kind__startswith="review.").values_list("kind", flat=True))


# --- By when ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "day", "last"),
    [
        (5, "2026-11-23", "2026-11-30"),
        (5, "2026-11-22", "2026-11-27"),
        (5, "2026-12-24", "2027-01-04"),
        (5, "2026-06-23", "2026-07-02"),
        (1, "2026-11-27", "2026-11-30"),
    ],
)
def test_answer_is_due_after_business_days_of_quebec(settings, caseworker, auditor, time_machine, days, day, last):
    settings.REVIEW_ANSWER_DAYS = days
    item = looked(caseworker)
    noon = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12))
    time_machine.move_to(timezone.make_aware(noon), tick=False)

    asked(item, auditor)

    assert Item.objects.get(pk=item.pk).due_on.isoformat() == last


# --- Question and answer ----------------------------------------------------------------------------


def test_question_tells_the_act_and_what_is_asked_and_nothing_of_the_reviewers(claire, auditor, caseworker):
    item = asked(looked(caseworker, "7QK2M9XD"), auditor)
    assert kinds(caseworker) == ["review.asked"]

    response = claire.get(page(item))

    assert "7QK2-M9XD" in response.text
    assert response.context["questions"] == [Reason.DUTY.label, Reason.RELATION.label]
    assert auditor.user.name not in response.text
    assert kinds(caseworker) == []
    (look,) = Entry.objects.by_actor(caseworker.actor.id).of_action("review.question_viewed")
    assert look.reference == item.code


def test_answer_is_sealed_to_both_groups_and_who_asked_is_told(claire, auditor, caseworker):
    item = asked(looked(caseworker), auditor)

    response = claire.post(page(item), {"text": SAID})

    item = Item.objects.get(pk=item.pk)
    assert (response.status_code, response["Location"], item.state) == (302, page(item), "answered")
    assert Letter.objects.filter(row__in=item.answer, purpose="review.words").count() == 2
    assert kinds(auditor) == ["review.answered"]
    assert SAID not in claire.get(page(item)).text


def test_answer_sent_twice_counts_once(claire, auditor, caseworker):
    item = asked(looked(caseworker), auditor)

    answers = [claire.post(page(item), {"text": SAID}) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [page(item)] * 2
    assert said("Your explanation was sent before. It counts once.") in claire.get(page(item)).text
    assert Letter.objects.filter(purpose="review.words").count() == 2


@pytest.mark.parametrize("text", ["", "   ", "x" * 4_001, "a\x00b"])
def test_answer_that_cannot_be_taken_stays_on_the_page(claire, auditor, caseworker, text):
    item = asked(looked(caseworker), auditor)

    response = claire.post(page(item), {"text": text})

    assert (response.status_code, response.context["form"]["text"].value()) == (422, text)
    assert Item.objects.get(pk=item.pk).state == "asked"


def test_answer_after_the_verdict_is_too_late_and_stays_on_the_page(claire, auditor, caseworker):
    item = asked(looked(caseworker), auditor)
    item.justify(by=auditor)

    response = claire.post(page(item), {"text": SAID})

    assert (response.status_code, response.context["form"]["text"].value()) == (409, SAID)
    assert Letter.objects.filter(purpose="review.words").count() == 0


def test_answer_after_the_last_day_is_taken_while_nobody_has_judged(claire, auditor, caseworker, time_machine):
    item = asked(looked(caseworker), auditor)
    later = timezone.now() + datetime.timedelta(days=15)
    time_machine.move_to(later)
    item = Item.objects.get(pk=item.pk)
    assert item.is_overdue

    item.explain(by=caseworker, text=SAID)

    assert (item.state, item.is_overdue) == ("answered", False)


def test_nobody_else_sees_the_question(as_, auditor, caseworker):
    item = asked(looked(caseworker), auditor)
    never_asked = looked(caseworker)

    refused = {name: as_(name).get(page(item)).status_code for name in ("joaquin", "mireille", "paule", "rose", "noor")}

    assert refused == dict.fromkeys(refused, 404)
    assert as_("claire").get(page(never_asked)).status_code == 404


def test_list_holds_ones_own_questions(claire, auditor, caseworker, other_caseworker):
    mine, other = asked(looked(caseworker), auditor), asked(looked(other_caseworker), auditor)
    looked(caseworker)

    response = claire.get(reverse("review:questions"))

    assert [line.item.code for line in response.context["lines"]] == [mine.code]
    assert other.code not in response.text
    (look,) = Entry.objects.by_actor(caseworker.actor.id).of_action("review.questions_viewed")
    assert look.shown == [mine.code]


def test_verdict_is_not_told_on_the_page_of_the_question(claire, auditor, caseworker):
    item = explained(looked(caseworker), auditor, caseworker)
    item.not_justify(by=auditor)

    text = claire.get(page(item)).text

    assert said("Not justified") not in text
    assert said("You have answered. Those who review read it; you need to do nothing more.") in text


def test_auditor_answers_for_their_own_acts(as_, auditor, privacy_officer):
    item = looked(auditor)
    item.ask(by=privacy_officer, reasons=[Reason.PURPOSE])

    assert as_("paule").post(page(item), {"text": SAID}).status_code == 302

    item = Item.objects.get(pk=item.pk)
    assert (item.state, len(item.answer)) == ("answered", 1)


# --- Second signature ---------------------------------------------------------------------------------


def test_second_signature_is_asked_of_who_may_give_it(auditor, privacy_officer, caseworker):
    proposed(looked(caseworker), auditor)
    assert (kinds(privacy_officer), kinds(auditor)) == (["review.second"], [])

    proposed(looked(caseworker), privacy_officer)

    assert (kinds(privacy_officer), kinds(auditor)) == (["review.second"], ["review.second"])


# --- Reminder ---------------------------------------------------------------------------------------


def test_person_is_reminded_on_the_last_day_and_once(auditor, caseworker, time_machine):
    item = asked(looked(caseworker), auditor)
    answered = explained(looked(caseworker), auditor, caseworker)
    last_day = datetime.datetime.combine(item.due_on, datetime.time(9), timezone.get_current_timezone())
    time_machine.move_to(last_day - datetime.timedelta(days=1), tick=False)
    remind(None)
    assert "review.reminded" not in kinds(caseworker)

    time_machine.move_to(last_day, tick=False)
    remind(None)
    remind(None)

    assert kinds(caseworker).count("review.reminded") == 1
    (told,) = Entry.objects.of_action("review.reminded")
    assert (told.reference, told.actor_id) == (item.code, "system")
    assert not Item.objects.get(pk=answered.pk).reminded


def test_who_has_no_account_any_more_is_not_reminded_and_stops_nobody(auditor, caseworker, other_caseworker):
    gone, here = asked(looked(caseworker), auditor), asked(looked(other_caseworker), auditor)
    Item.objects.update(due_on=timezone.localdate())
    caseworker.user.is_active = False
    caseworker.user.save()

    remind(None)

    assert {item.pk: item.reminded for item in Item.objects.all()} == {gone.pk: False, here.pk: True}
