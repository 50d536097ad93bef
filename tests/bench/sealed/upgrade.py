"""Cases with notes whose shape changes again and again, as in so many releases."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from cases.models import Case, Channel, Interpreter, Note
from cellule.accounts.acting import Acting
from cellule.accounts.fiction import act_as
from cellule.vault.reseal import reseal

_kept: dict[str, Acting] = {}


@dataclass(frozen=True)
class NextNote:
    """The shape of every later release: the same fields."""

    body: str
    recorded_at: str
    recorded_by: str
    reason: str = ""

    @staticmethod
    def raised(schema: int, content: dict[str, Any]) -> dict[str, Any]:
        return content


def prepare(email: str, passphrase: str, cases: int, notes: int) -> int:
    """Tell so many cases with so many notes each; gives how many values there are."""
    by = _kept["member"] = act_as(email, passphrase)
    for _ in range(cases):
        case = Case.open_inquiry(by=by, row_id=uuid.uuid4(), channel=Channel.PHONE, interpreter=Interpreter.YES)
        for number in range(notes):
            case.add_note(by=by, row_id=uuid.uuid4(), body=f"Elle a rappelé. {number}")
    return cases * notes


def rises() -> float:
    """Values a second of one release."""
    by, field = _kept["member"], Note._meta.get_field("story")
    field.document, field.schema = NextNote, field.schema + 1
    start = time.perf_counter()
    raised = sum(batch.raised for batch in reseal(by.vault, by.actor))
    return raised / (time.perf_counter() - start)
