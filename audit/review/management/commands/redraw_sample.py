"""`manage.py redraw_sample 2026-10`: proves that a month's sample was drawn and not chosen."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.log.models import Checkpoint
from audit.log.note import NotSigned
from audit.review.models import Draw, Item, Queue
from audit.review.months import parsed
from audit.review.sample import drawn


class Command(BaseCommand):
    """Draws again from the stored seed, and compares with the checkpoint, the counts and what was put up for review."""

    help = "Draw a month's sample again from its seed, and compare it with what the auditors were given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="for example 2026-10")

    def handle(self, *args: Any, month: str, **options: Any) -> None:
        day = parsed(month)
        if day is None:
            raise CommandError("Write the month as 2026-10.")
        draw = Draw.objects.filter(month=day).first()
        if draw is None:
            raise CommandError("No sample of this month was drawn yet.")
        witnessed = "a witness keeps it" if draw.witnessed else "no witness had answered"
        self.stdout.write(f"Seed: {draw.seed}, the root of checkpoint {draw.checkpoint} ({witnessed}).")
        if faults := list(_faults(draw)):
            raise CommandError("\n".join(faults))
        self.stdout.write(
            f"The same {draw.drawn} of {draw.accesses} accesses by {draw.people} people are drawn again,"
            " and all of them are up for review."
        )


def _faults(draw: Draw) -> list[str]:
    found = drawn(draw)
    given = {
        entry
        for entries in Item.objects.filter(source=Queue.SAMPLE, month=draw.month).values_list("entries", flat=True)
        for entry in entries
    }
    again = {str(entry) for entry in found.entries}
    faults = [] if _root(draw.checkpoint) == draw.seed else ["The seed is not the root of its checkpoint."]
    if (found.accesses, len(found.by_person), len(again)) != (draw.accesses, draw.people, draw.drawn):
        faults.append(
            f"The log gives {len(again)} of {found.accesses} accesses by {len(found.by_person)} people;"
            f" drawn were {draw.drawn} of {draw.accesses} by {draw.people}."
        )
    faults += [f"Drawn, but not up for review: {entry}" for entry in sorted(again - given)]
    return faults + [f"Up for review, but not drawn: {entry}" for entry in sorted(given - again)]


def _root(number: int) -> str:
    checkpoint = Checkpoint.objects.filter(number=number).first()
    try:
        return checkpoint.statement.root.hex() if checkpoint else ""
    except NotSigned:
        return ""
