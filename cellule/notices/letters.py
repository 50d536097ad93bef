"""Letters: mail whose words are made in the worker, at the moment it leaves, from ids alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.functional import Promise

from cellule.jobs.kinds import job
from cellule.jobs.models import Job


@dataclass(frozen=True)
class Letter:
    """One mail in plain text; lazy texts are put into `language` (a code of LANGUAGES) when it leaves."""

    to: str
    subject: str | Promise
    body: str | Promise
    language: str


Author = Callable[..., Letter | None]


def letter(code: str) -> Callable[[Author], Author]:
    """Declare what writes the letters of a kind: a function from ids (as text) to a Letter, or None when none is due.

    `enqueue(code, *ids, by=…)` sends one. The function is called again when an attempt failed, so it asks whether
    the letter is still wanted; the mail keeps its Message-ID.
    """

    def declare(author: Author) -> Author:
        @wraps(author)
        def deliver(work: Job, *ids: str) -> None:
            written = author(*ids)
            if written is not None:
                send(written, message_id(work.pk))

        job(code, outside=True)(deliver)
        return author

    return declare


def send(written: Letter, identity: str) -> None:
    """Hand one letter to the mailer, with `identity` as its Message-ID; no tracking, no attachment, no HTML."""
    _keep_private()
    with translation.override(written.language):
        EmailMessage(
            subject=str(written.subject),
            body=str(written.body),
            to=[written.to],
            headers={
                "Message-ID": identity,
                "Auto-Submitted": "auto-generated",
                "Content-Language": written.language,
            },
        ).send(using="default")


def message_id(job_id: UUID) -> str:
    """Name the mail of a job: the same for every attempt, so that a repetition can be told (RFC 5322, 3.6.4)."""
    return f"<{job_id}@{urlsplit(settings.SITE_ADDRESS).hostname}>"


def _keep_private() -> None:
    """Make the folder that stands in for a mail server readable to its owner only: letters hold links."""
    mailer: dict = settings.MAILERS["default"]
    folder = mailer.get("OPTIONS", {}).get("file_path")
    if folder:
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
