"""What the tests of the tree share: a database of entries, sequenced and witnessed, and an owner who tampers."""

from contextlib import contextmanager

from django.db import connection

from audit.log import verifying
from audit.log.models import Checkpoint, Entry, Leaf, Verification
from audit.log.sequencer import Sequencer


def sequence() -> int:
    """Give places to everything that waits, as one process would; gives how many entries were taken."""
    sequencer = Sequencer()
    try:
        return sequencer.work()
    finally:
        sequencer.close()


def verify() -> Verification:
    return verifying.verify(verifying.beginning())


def found() -> tuple[str, str]:
    """Verify from the first entry; give the fault and the place."""
    result = verify()
    return result.fault, result.place


def placed(entry: Entry) -> Entry:
    """The entry as it is read again, after it got its place."""
    Leaf.objects.create(position=Leaf.objects.count(), entry=entry.pk, hash=entry.leaf)
    return Entry.objects.get(pk=entry.pk)


def fits(entry: Entry) -> bool | None:
    """Whether the entry says what its place holds; None without one."""
    return entry.fits(Leaf.objects.filter(entry=entry.pk).first())


@contextmanager
def walls_down(owner, *tables: str):
    """Let the owner of the tables do what nobody may, in one transaction."""
    with owner.transaction():
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield owner
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    connection.close()


def notes() -> list[str]:
    """Every checkpoint as it was signed, in their order."""
    return list(Checkpoint.objects.order_by("number").values_list("note", flat=True))
