"""One object of a file with its place in it, and what is found wrong there."""

import datetime
import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

LONG, SHORT = 20_000, 200
# What no page shows and PostgreSQL partly refuses; line ends and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Finding:
    """A sentence on one place of the file, given as a JSON path."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


@dataclass
class Findings:
    """Problems, with which nothing is imported, and remarks on what is left out."""

    problems: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)

    def problem(self, place: str, sentence: str) -> None:
        self.problems.append(Finding(place, sentence))

    def remark(self, place: str, sentence: str) -> None:
        self.remarks.append(Finding(place, sentence))


@dataclass
class Node:
    """One object; `joined` holds what other tables of a tabular file say of it, by the name nested files use.

    `is_brief`: it comes from a list that shortens its items, so that what is not there may still be so.
    """

    data: Mapping[str, Any]
    place: str
    found: Findings
    joined: dict[str, list["Node"]] = field(default_factory=dict)
    is_brief: bool = False

    def __contains__(self, name: str) -> bool:
        return name in self.data or name in self.joined

    def silent(self, sources: Mapping[str, Sequence[str]]) -> frozenset[str]:
        """Of fields and the names they are read from: those on which this object says nothing, if it is a brief one."""
        if not self.is_brief:
            return frozenset()
        return frozenset(name for name, read in sources.items() if not any(source in self for source in read))

    def at(self, name: str) -> str:
        """The place of one of its values."""
        return f"{self.place}.{name}"

    def text(self, name: str, limit: int = LONG) -> str:
        """A text as people read it, without markup; empty when there is none. Numbers are taken as they are written."""
        value = self.data.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.found.problem(self.at(name), _("This must be a text."))
            return ""
        read = plain_text(str(value))
        if len(read) > limit:
            self.found.problem(
                self.at(name),
                _("This text has %(length)d characters; %(limit)d fit.") % {"length": len(read), "limit": limit},
            )
        return read

    def line(self, name: str, limit: int = SHORT) -> str:
        """A text of one line."""
        return " ".join(self.text(name, limit).split())

    def required(self, name: str, limit: int = SHORT) -> str:
        """A text of one line that must be there."""
        read = self.line(name, limit)
        if not read and not any(each.place == self.at(name) for each in self.found.problems[-1:]):
            self.found.problem(self.at(name), _("This is missing."))
        return read

    def identifier(self, name: str = "id") -> str:
        return self.required(name, 100).lower()

    def number(self, name: str, most: int) -> int | None:
        """A whole number from 0; None when there is none."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        try:
            number = float(str(value))
        except ValueError:
            number = -1.0
        if isinstance(value, bool) or not number.is_integer() or not 0 <= number <= most:
            self.found.problem(self.at(name), _("This must be a whole number from 0 to %(most)d.") % {"most": most})
            return None
        return int(number)

    def day(self, name: str) -> datetime.date | None:
        """A date, also out of a date and time; None when there is none."""
        written = self.line(name)
        if not written:
            return None
        try:
            return datetime.date.fromisoformat(written[:10])
        except ValueError:
            self.found.problem(self.at(name), _("This must be a date, written as 2026-03-01."))
            return None

    def many(self, name: str) -> list["Node"]:
        """The objects of a list; none when it is not there."""
        if name in self.joined:
            return self.joined[name]
        return nodes(self.data.get(name), self.at(name), self.found)

    def one(self, name: str) -> "Node | None":
        """An object inside this one."""
        if name in self.joined:
            return next(iter(self.joined[name]), None)
        value = self.data.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.found.problem(self.at(name), _("This must be an object."))
            return None
        return Node(value, self.at(name), self.found)


def nodes(value: Any, place: str, found: Findings) -> list[Node]:
    """Give the objects of a list, each with its place."""
    if value is None:
        return []
    if not isinstance(value, Sequence) or isinstance(value, str):
        found.problem(place, _("This must be a list."))
        return []
    read = []
    for number, each in enumerate(value):
        if isinstance(each, dict):
            read.append(Node(each, f"{place}[{number}]", found))
        else:
            found.problem(f"{place}[{number}]", _("This must be an object."))
    return read


def plain_text(written: str) -> str:
    """Write a text of a file as it is kept: no markup, no invisible signs, one way of writing accents."""
    if "<" in written:
        written = strip_tags(re.sub(r"(?i)<(br|/p|/li|/div)\b[^>]*>", "\n", written))
    if "&" in written:
        written = html.unescape(written)
    written = written.replace("\r\n", "\n")
    return unicodedata.normalize("NFC", _CONTROLS.sub("", written)).strip()
