"""The nouns of the log: one file each."""

from audit.log.models.entry import Entry
from audit.log.models.session_counter import SessionCounter

__all__ = ["Entry", "SessionCounter"]
