"""Entries of another day, as honest as the log's own: the key is of their time."""

import uuid
from datetime import datetime
from typing import Any

from audit.log.identifier import uuid7
from audit.log.models import Entry


def planted(at: datetime, actor: str = "", action: str = "cases.case_opened", **told: Any) -> Entry:
    """Insert one entry at a moment, in a session of its own; what is not said is empty."""
    said = {
        "id": uuid7(at),
        "at": at,
        "session": uuid.uuid4(),
        "counter": 1,
        "request": uuid.uuid4(),
        "actor_id": actor or str(uuid.uuid4()),
        "actor_role": "caseworker",
        "actor_organisation": "",
        "action": action,
        "subject_type": "",
        "reference": "",
        "shown": None,
        "subject": None,
        "relation": "none",
        "purpose": "",
        "outcome": "done",
        "detail_commitment": None,
    } | told
    return Entry.objects.create(**said)
