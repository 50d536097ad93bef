"""Holding our checkpoints against what the witnesses keep: an old backup or a fork shows here and nowhere else."""

from collections.abc import Sequence
from itertools import batched

from audit.log.models import Checkpoint, Fault, Receipt
from audit.log.note import VerifierKey
from audit.log.statement import Lost, Statement
from audit.log.verification import Broken
from audit.log.witnesses.web import Web, vouches
from audit.log.witnesses.witness import Copy, Witness

_AT_ONCE = 1000


def compare(witnesses: Sequence[Witness]) -> None:
    """Compare every copy that can be read back with the checkpoint of its number. Raises Broken."""
    lost = _all_lost()
    for witness in witnesses:
        newest = Receipt.objects.filter(witness=witness.name).order_by("-id").first()
        if newest is not None and not newest.held:
            raise Broken(Fault.WITNESS, f"witness {witness.name}, checkpoint {newest.checkpoint}")
        _compare_copies(witness, lost)
        if newest is not None and isinstance(witness, Web):
            _check_words(newest, witness.key)


def _compare_copies(witness: Witness, lost: list[tuple[int, Lost]]) -> None:
    for copies in batched(witness.copies(), _AT_ONCE, strict=False):
        ours = dict(
            Checkpoint.objects.filter(number__in=[copy.number for copy in copies]).values_list("number", "note")
        )
        for copy in copies:
            if ours.get(copy.number) != copy.note and not _is_lost(copy, lost):
                raise Broken(Fault.WITNESS, f"witness {witness.name}, checkpoint {copy.number}")


def _all_lost() -> list[tuple[int, Lost]]:
    """What backups have lost that were put back: after which checkpoint, and up to which."""
    found = []
    for restart in Checkpoint.objects.filter(note__contains="\nrestart ").order_by("number"):
        before = Checkpoint.objects.filter(number__lt=restart.number).order_by("-number").first()
        if lost := restart.statement.lost:
            found.append((before.number if before else 0, lost))
    return found


def _is_lost(copy: Copy, lost: list[tuple[int, Lost]]) -> bool:
    """Whether a copy is of a checkpoint that is known to be lost; of the last one its tree is known too."""
    for after, last in lost:
        if after < copy.number < last.number:
            return True
        if copy.number == last.number:
            stated = Statement.parse(copy.note)
            return (stated.size, stated.root) == (last.size, last.root)
    return False


def _check_words(receipt: Receipt, key: VerifierKey) -> None:
    checkpoint = Checkpoint.objects.filter(number=receipt.checkpoint).first()
    if checkpoint is None or not vouches(key, checkpoint, receipt.words):
        raise Broken(Fault.WITNESS, f"witness {receipt.witness}, checkpoint {receipt.checkpoint}")
