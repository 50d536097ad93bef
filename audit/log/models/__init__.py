"""The nouns of the log: one file each."""

from audit.log.models.checkpoint import Checkpoint
from audit.log.models.entry import Entry
from audit.log.models.forgotten import Forgotten, ForgottenCount
from audit.log.models.hold import Hold, HoldLifted
from audit.log.models.leaf import Leaf
from audit.log.models.receipt import Receipt
from audit.log.models.session_counter import SessionCounter
from audit.log.models.stream_position import StreamPosition
from audit.log.models.tile import Tile
from audit.log.models.verification import Fault, Verification

__all__ = [
    "Checkpoint",
    "Entry",
    "Fault",
    "Forgotten",
    "ForgottenCount",
    "Hold",
    "HoldLifted",
    "Leaf",
    "Receipt",
    "SessionCounter",
    "StreamPosition",
    "Tile",
    "Verification",
]
