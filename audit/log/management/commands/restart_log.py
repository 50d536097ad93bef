"""Begins the log anew under another name, after a backup of the database was put back."""

from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit.log import key
from audit.log.models import Checkpoint
from audit.log.note import NotSigned, VerifierKey, open_note
from audit.log.sequencer import NotAlone, Sequencer
from audit.log.statement import Lost, Statement
from audit.log.witnesses.publishing import configured


class Command(BaseCommand):
    help = (
        "After a backup was put back: go on under a new name of the log, whose first entry commits to the last checkpoint"
        " that a witness holds. Stop the sequencer first; afterwards give the witnesses the new key."
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--origin", default="", help="The new name; by default the old one with the next number.")
        parser.add_argument("--held", type=Path, nargs="*", default=[], help="Checkpoints that a witness sent by mail.")

    def handle(self, *, origin: str, held: list[Path], **options) -> None:
        try:
            known, sequencer = key.read(), Sequencer()
        except key.NoKey:
            raise CommandError("The log has no key here: put the secrets file back first.") from None
        except NotAlone:
            raise CommandError("A sequencer is at work. Stop it, and run this again.") from None
        try:
            known = key.prepare_restart(origin or _next_name(known.present.name))
            checkpoint = sequencer.begin_anew(self._last(known.present.verifier, held))
        finally:
            sequencer.close()
        lost = checkpoint.statement.lost
        self.stdout.write(
            f"The log goes on as {checkpoint.statement.next_key}, from checkpoint {checkpoint.number}. "
            f"It had signed {lost.size} entries; {checkpoint.size - 1} of them are in this backup."
        )

    def _last(self, signer: VerifierKey, held: list[Path]) -> Lost:
        """The newest checkpoint of the present name that anybody holds."""
        ours = dict(Checkpoint.objects.values_list("number", "note"))
        if not ours:
            raise CommandError("This database has no checkpoint: there is nothing to go on from.")
        newest = Statement.parse(ours[max(ours)])
        try:
            open_note(ours[newest.number], signer)
        except NotSigned:
            raise CommandError("The key was changed after this backup: take a newer backup.") from None
        for note in _notes(held):
            try:
                told = Statement.parse(open_note(note, signer) and note)
            except NotSigned:
                # Of an earlier name or key.
                continue
            if ours.get(told.number, note) != note:
                raise CommandError(
                    f"A witness holds another checkpoint {told.number}: this is not a backup of this log."
                )
            newest = max(newest, told, key=lambda each: each.number)
        return Lost(newest.number, newest.size, newest.root)


def _notes(held: list[Path]) -> Iterator[str]:
    for witness in configured():
        yield from (copy.note for copy in witness.copies())
    for path in held:
        yield path.read_text(encoding="utf-8")


def _next_name(name: str) -> str:
    head, _slash, number = name.rpartition("/")
    return f"{head}/{int(number) + 1}" if head and number.isdigit() else f"{name}/2"
