"""What counts as an access of a person: openings, reveals, searches and exports, as the log's clear part tells."""

import datetime
from typing import Any

from django.db import connection

from audit.log.identifier import first_uuid7
from audit.review.months import bounds

# By the codes that stand in the log for ever: this room knows no room's models. A test compares them with what the
# rooms declare.
ACCESSES = (
    # Openings
    "cases.case_opened",
    "cases.file_opened",
    "cases.file_viewed",
    "referrals.envelope_opened",
    "referrals.agreed_opened",
    "vault.letter_opened",
    # Reveals
    "cases.identity_revealed",
    "cases.contact_revealed",
    "cases.story_revealed",
    "cases.files_revealed",
    # Searches
    "cases.searched",
    "cases.names_compared",
    "log.searched",
    # Exports
    "cases.file_printed",
    "cases.file_downloaded",
    "cases.original_downloaded",
    "cases.access_list_made",
    "log.exported",
    "log.list_exported",
)

# Neither the house itself nor visitors are people.
CONDITION = (
    "e.id >= %(since)s AND e.id < %(until)s AND e.action = ANY (%(accesses)s) AND e.outcome = 'done'"
    " AND e.actor_id NOT IN ('system', 'anonymous')"
)


def given(month: datetime.date) -> dict[str, Any]:
    """What `CONDITION` takes for one month."""
    start, end = bounds(month)
    return {"since": first_uuid7(start), "until": first_uuid7(end), "accesses": list(ACCESSES)}


def count(month: datetime.date) -> int:
    """How many accesses there were in a month."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM log_entry e WHERE {CONDITION}", given(month))
        (number,) = cursor.fetchone()
    return number
