"""A witness by mail: once a day the newest checkpoint lies in somebody's letter box."""

from collections.abc import Iterator, Sequence
from smtplib import SMTPException

from django.core.mail import EmailMessage

from audit.log.models import Checkpoint, Receipt
from audit.log.witnesses.witness import Away, Copy


class Mail:
    """Somebody who gets a letter a day: the note, which holds numbers and hashes alone."""

    every = 86_400.0
    newest_only = True

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = name, address

    def keep(self, checkpoints: Sequence[Checkpoint], after: Receipt | None = None) -> str:
        newest = checkpoints[-1]
        letter = EmailMessage(
            subject=f"Checkpoint {newest.number}",
            body=newest.note,
            to=[self.address],
            headers={"Auto-Submitted": "auto-generated"},
        )
        try:
            letter.send(using="default")
        except (OSError, SMTPException) as error:
            raise Away from error
        return ""

    def copies(self) -> Iterator[Copy]:
        return iter(())
