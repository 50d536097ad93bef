"""What a search has found, as its page shows it: with what people are called, never with a legal name or a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

from cases.languages import language_name
from cases.models import Case, Person
from cases.people import Profile
from cellule.vault.unlocked import OpenedOwner

PAGE = 20


@dataclass(frozen=True)
class Line:
    """One case: what its client is called, and everybody else who has a name in it."""

    case: Case
    name: str
    others: tuple[str, ...]
    language: Promise | str


def lines_of(cases: Sequence[Case], opened: Mapping[UUID, OpenedOwner]) -> list[Line]:
    """Give the lines of opened cases in their order; one query."""
    people: dict[UUID, list[Profile]] = {case.pk: [] for case in cases}
    for row in Person.objects.filter(case__in=cases).in_order():
        people[row.case_id].append(Profile(row, opened[row.case_id].read(row, "ordinary")))
    return [_line(case, people[case.pk], opened[case.pk]) for case in cases]


def _line(case: Case, people: Sequence[Profile], opened: OpenedOwner) -> Line:
    client = next((profile.name for profile in people if profile.person.is_client), "")
    others = tuple(profile.name for profile in people if not profile.person.is_client)
    return Line(case, client, others, language_name(opened.read(case, "ordinary").language))
