"""The mail about a notice: the same few words for everybody, whatever it is about."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from cellule.celery import app
from cellule.jobs import relay, work
from cellule.jobs.ledger import enqueue
from cellule.jobs.models import Job
from cellule.notices.kinds import NoticeKind
from cellule.notices.letters import Letter, letter
from cellule.notices.notify import notify

MARKER = "Testoumi"
SHARED = NoticeKind("tests.shared", gettext_lazy("There is something new"))
DRAFT: list[Letter | None] = []


@letter("tests.letter")
def drafted(*ids: str) -> Letter | None:
    """Write whatever the test prepared."""
    return DRAFT[-1]


@pytest.fixture(autouse=True)
def _place(settings):
    settings.SITE_ADDRESS = "https://acces.example.org"
    settings.DEFAULT_FROM_EMAIL = "ne-pas-repondre@example.org"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_mail_says_the_same_to_everybody_in_their_language(person, deliver, language: str):
    notify(person("Rosa Exemple", language=language).pk, SHARED, "7K3M9QXB", by="")

    deliver()

    (sent,) = mail.outbox
    with translation.override(language):
        words = gettext("There is something new"), gettext("There is something new. Sign in to read it.")
    assert (sent.to, sent.from_email, sent.subject, sent.body) == (
        ["rosa@example.org"],
        "ne-pas-repondre@example.org",
        words[0],
        f"{words[1]}\n\nhttps://acces.example.org\n",
    )


@pytest.mark.django_db
def test_mail_about_different_matters_differs_only_in_its_identity(person, deliver):
    reader = person("Rosa Exemple")
    other_kind = NoticeKind("tests.withdrawn", gettext_lazy("There is something new"))
    notify(reader.pk, SHARED, "7K3M9QXB", by="")
    notify(reader.pk, other_kind, by=reader.pk)

    deliver()

    written = []
    for sent in mail.outbox:
        message = sent.message()
        written.append([(name, value) for name, value in message.items() if name not in {"Message-ID", "Date"}])
    assert (len(written), written[0], mail.outbox[0].body) == (2, written[1], mail.outbox[1].body)


@pytest.mark.django_db
def test_the_mail_is_plain_text_without_anything_to_fetch(person, deliver):
    notify(person("Rosa Exemple").pk, SHARED, by="")

    deliver()

    message = mail.outbox[0].message()
    assert (message.get_content_type(), message.is_multipart(), message["Auto-Submitted"]) == (
        "text/plain",
        False,
        "auto-generated",
    )


@pytest.mark.django_db
def test_no_name_reaches_the_ledger_the_queue_or_the_mail(person, deliver, settings, tmp_path: Path):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }
    writer = person(f"Amina {MARKER}")
    notify(writer.pk, SHARED, "7K3M9QXB", by=writer.pk)

    with (
        app.connection_for_write(transport_options={"folder": str(tmp_path / "broker")}) as broker,
        app.amqp.Producer(broker, auto_declare=False) as producer,
    ):
        relay.send_due(lambda job_id: relay.send(producer, job_id))
    deliver()

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(jobs_job::text, ' ') FROM jobs_job")
        ledger = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(notices_notice::text, ' ') FROM notices_notice")
        notices = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(accounts_user::text, ' ') FROM accounts_user")
        people = cursor.fetchone()[0]
    queue, letters = (
        " ".join(path.read_text(encoding="utf-8") for path in (tmp_path / folder).iterdir())
        for folder in ("broker", "mail")
    )
    found = [MARKER in text for text in (people, ledger, notices, queue, letters)]
    assert (found, "amina@example.org" in letters) == ([True, False, False, False, False], True)


@pytest.mark.django_db
def test_the_mail_folder_is_its_owner_s_only(person, deliver, settings, tmp_path: Path):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }
    notify(person("Rosa Exemple").pk, SHARED, by="")

    deliver()

    (written,) = (tmp_path / "mail").iterdir()
    message = message_from_bytes(written.read_bytes(), policy=policy.default)
    assert ((tmp_path / "mail").stat().st_mode & 0o777, message["To"]) == (0o700, "rosa@example.org")


@pytest.mark.django_db
def test_a_repeated_mail_keeps_its_identity(person):
    notify(person("Rosa Exemple").pk, SHARED, by="")
    job = Job.objects.get(kind="notices.deliver")

    work.run(job.pk)
    # As after a crash between the mail and its mark.
    Job.objects.filter(pk=job.pk).update(done_at=None)
    work.run(job.pk)

    identities = [sent.message()["Message-ID"] for sent in mail.outbox]
    assert identities == [f"<{job.pk}@acces.example.org>"] * 2


@pytest.mark.django_db
def test_nobody_is_written_to_about_what_they_have_read(person, deliver):
    notice = notify(person("Rosa Exemple").pk, SHARED, by="")
    type(notice).objects.filter(pk=notice.pk).mark_read()

    deliver()

    assert (mail.outbox, Job.objects.get(kind="notices.deliver").done_at is not None) == ([], True)


@pytest.mark.django_db
def test_nobody_is_written_to_who_left_between_act_and_delivery(person, deliver):
    reader = person("Rosa Exemple")
    notify(reader.pk, SHARED, by="")
    type(reader).objects.filter(pk=reader.pk).update(is_active=False)

    deliver()

    assert mail.outbox == []


@pytest.mark.django_db
def test_a_letter_is_put_into_its_language_when_it_leaves(deliver):
    DRAFT.append(Letter("rosa@example.org", gettext_lazy("Yes"), gettext_lazy("No"), "fr"))
    with translation.override("en"):
        enqueue("tests.letter", 1)
        deliver()

    (sent,) = mail.outbox
    with translation.override("fr"):
        assert (sent.subject, sent.body, sent.extra_headers["Content-Language"]) == (
            gettext("Yes"),
            gettext("No"),
            "fr",
        )


@pytest.mark.django_db
def test_a_line_break_cannot_smuggle_a_header(deliver):
    DRAFT.append(Letter("rosa@example.org\nBcc: persecutor@example.org", "s", "b", "fr"))
    job = enqueue("tests.letter", 1)
    deliver()

    job.refresh_from_db()
    assert (mail.outbox, job.done_at, job.error) == ([], None, "ValueError")
