"""Telling somebody: a row and a job with the act, and no content in either."""

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cellule.jobs.ledger import NotInTransaction
from cellule.jobs.models import Job
from cellule.notices.kinds import NoticeKind, UnusableKind, text_of
from cellule.notices.models import Notice
from cellule.notices.notify import notify

ANSWERED = NoticeKind("tests.answered", gettext_lazy("There is something new"))


@pytest.mark.django_db
def test_a_notice_and_its_job_are_written_together(person):
    reader, writer = person("Rosa Exemple"), person("Lin Exemple")

    notice = notify(reader.pk, ANSWERED, "7K3M9QXB", by=writer.pk)

    job = Job.objects.get(kind="notices.deliver", subject=[str(notice.pk)])
    assert (notice.recipient, notice.kind, notice.reference, notice.made_on, notice.read_on, job.by) == (
        reader,
        "tests.answered",
        "7K3M9QXB",
        timezone.localdate(),
        None,
        str(writer.pk),
    )


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_tells_nobody(person):
    reader = person("Rosa Exemple")

    with transaction.atomic():
        notify(reader.pk, ANSWERED, by="")
        transaction.set_rollback(True)

    assert (Notice.objects.filter(recipient=reader).count(), Job.objects.filter(kind="notices.deliver").count()) == (
        0,
        0,
    )


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_an_error(person):
    reader = person("Rosa Exemple")

    with pytest.raises(NotInTransaction):
        notify(reader.pk, ANSWERED, by="")

    assert Notice.objects.filter(recipient=reader).count() == 0


@pytest.mark.django_db
def test_a_name_is_refused_as_reference(person):
    with pytest.raises(ValueError, match="never content"):
        notify(person("Rosa Exemple").pk, ANSWERED, "Amina Testoumi", by="")


@pytest.mark.django_db
def test_unread_notices_are_one_s_own_until_they_are_read(person):
    reader, other = person("Rosa Exemple"), person("Lin Exemple")
    mine = [notify(reader.pk, ANSWERED, by="") for _number in range(2)]
    theirs = notify(other.pk, ANSWERED, by="")
    unread = set(Notice.objects.unread(reader))

    read = Notice.objects.unread(reader).mark_read()

    assert (unread, read, list(Notice.objects.unread(reader)), list(Notice.objects.unread(other))) == (
        set(mine),
        2,
        [],
        [theirs],
    )


def test_the_text_of_a_notice_comes_from_its_kind():
    texts = (str(Notice(kind="tests.answered").text), str(text_of("tests.from_yesterday")))

    assert texts == (str(ANSWERED.text), "tests.from_yesterday")


def test_a_kind_is_declared_once():
    with pytest.raises(UnusableKind):
        NoticeKind("tests.answered", gettext_lazy("There is something new"))
