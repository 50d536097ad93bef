"""The next release of the house, in which notes have another shape: here for tests, and as a process that is killed.

`python -m tests.vault.newer_notes E-MAIL PASSPHRASE` seals one case after the other anew and writes a line for each.
"""

import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NewerNote:
    """What was `body` is `text` now, and knows how urgent it was."""

    text: str
    recorded_at: str
    recorded_by: str
    reason: str
    urgent: bool

    @staticmethod
    def raised(schema: int, content: dict[str, Any]) -> dict[str, Any]:
        if schema != 1:
            raise ValueError("no such shape")
        return {"text": content.pop("body"), **content, "urgent": False}


def release(note: Any) -> Any:
    """Change the column as that release would; gives it."""
    field = note._meta.get_field("story")
    field.document, field.schema = NewerNote, 2
    return field


def main(email: str, passphrase: str) -> None:
    import django

    django.setup()
    from cases.models import Note
    from cellule.accounts.fiction import act_as
    from cellule.vault import reseal

    release(Note)
    reseal.BATCH = 1
    person = act_as(email, passphrase)
    for batch in reseal.reseal(person.vault, person.actor):
        print(batch.raised, batch.newest, batch.unopened, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
