"""An entry as a collector outside gets it: one line of JSON, or one message of syslog (RFC 5424), without content.

What a list showed is only counted, and the log reference that ties entries to a case stays here: it can be destroyed,
a copy elsewhere cannot. `id` tells a repeated line from a new one.
"""

import os
import re
import socket

import orjson

from audit.log.actions import Outcome
from audit.log.models import Entry, Leaf

# "Log audit" of RFC 5424 (6.2.1), and how loudly an entry speaks.
_FACILITY, _WARNING, _INFORMATIONAL = 13, 4, 6
_NOT_PRINTABLE = re.compile(r"[^!-~]")


def line(place: Leaf, entry: Entry) -> bytes:
    """Write an entry as one line of JSON in plain ASCII, without its end; `place`: where it stands in the tree, from 0."""
    told = {
        "position": place.position,
        "id": str(entry.pk),
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "role": entry.actor_role,
        "organisation": entry.actor_organisation,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "reference": entry.reference,
        "shown": len(entry.shown or ()),
        "relation": entry.relation,
        "purpose": entry.purpose,
        "outcome": entry.outcome,
        "session": str(entry.session),
        "counter": entry.counter,
        "request": str(entry.request),
        "leaf": bytes(place.hash).hex(),
    }
    return orjson.dumps(told)


def message(place: Leaf, entry: Entry) -> bytes:
    """Write an entry as one message of syslog; its text is the line of JSON."""
    severity = _INFORMATIONAL if entry.outcome == Outcome.DONE else _WARNING
    head = [
        f"<{_FACILITY * 8 + severity}>1",
        entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        _word(socket.gethostname(), 255),
        "cellule",
        str(os.getpid()),
        _word(entry.action, 32),
        "-",
    ]
    return " ".join(head).encode() + b" " + line(place, entry)


def _word(text: str, most: int) -> str:
    return _NOT_PRINTABLE.sub("", text)[:most] or "-"
