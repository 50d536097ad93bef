"""Entries as auditors read them, and people found by what is known of their names."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from audit.log.models import Entry
from audit.review.kinds import kind_of
from audit.review.reasons import reason_of
from cases import access
from cellule.accounts.models import User
from cellule.references import LENGTH, SYMBOLS, shown

# Also one whose check symbol is wrong: it stands in the entry of a refusal.
_REFERENCE = re.compile(f"[{SYMBOLS}]{{{LENGTH}}}")


@dataclass(frozen=True)
class Line(access.Line):
    """An entry as an auditor reads it."""

    @property
    def reference(self) -> str:
        """What the act was about: a case as people read and say it, anything else as it stands."""
        return as_read(self.entry.reference)

    @property
    def reason(self) -> str | Promise:
        """The reason that the person gave, in words."""
        return reason_of(self.entry)

    @property
    def kind(self) -> str:
        """What kind of record the act was about, in words."""
        return kind_of(self.entry.subject_type)

    @property
    def listed(self) -> list[str]:
        """The records that stood in a list, written in the same way."""
        # What somebody altered may be anything.
        return [as_read(str(reference)) for reference in self.entry.shown]


def lines(entries: Iterable[Entry]) -> list[Line]:
    """Give the entries with the names of their actors and organisations, by one query for each of the two."""
    return access.lines(entries, Line)


def find(words: str) -> list[str]:
    """Give the ids of everybody whose name and work e-mail hold all these words, whatever their case and accents."""
    wanted = _folded(words).split()
    people = User.objects.values_list("pk", "name", "email")
    return [str(pk) for pk, name, email in people if all(word in _folded(f"{name} {email}") for word in wanted)]


def as_read(reference: str) -> str:
    """Write a reference of a case as people read and say it, anything else as it stands."""
    return shown(reference) if _REFERENCE.fullmatch(reference) else reference


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
