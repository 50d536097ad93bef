"""Fills the clear tables with what the house holds sealed."""

from datetime import datetime
from typing import Any

from tests.bench.plain.models import Case, Incident, Note, User


def fill(world: dict[str, Any]) -> None:
    """Make the same people, cases, incidents and notes."""
    for key, name in world["people"]:
        User.objects.create(pk=key, username=key, name=name, password="!")
    for told in world["cases"]:
        ordinary = dict(told["ordinary"])
        case = Case.objects.create(
            reference=told["reference"],
            lead_id=told["lead"],
            opened_at=datetime.fromisoformat(ordinary.pop("opened_at")),
            **ordinary,
        )
        Incident.objects.bulk_create(Incident(case=case, **_recorded(row)) for row in told["incidents"])
        Note.objects.bulk_create(Note(case=case, **_recorded(row)) for row in told["notes"])


def _recorded(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of an incident or a note."""
    clear = dict(row)
    clear["recorded_by_id"] = clear.pop("recorded_by")
    return clear | {"recorded_at": datetime.fromisoformat(row["recorded_at"])}
