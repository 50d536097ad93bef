"""Who opened a case, when and as what: the log's entries about it, for who answers for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.models import Entry
from audit.log.models.entry import EntryQuerySet
from cases.actions import GRANTS, SHARING_ENDED
from cases.doors import CASEWORK
from cases.models import Case
from cases.models.codes import EmergencyReason, RevealReason
from cellule.accounts.actors import accounts_of, names_of, organisations_of, role_name

PAGE = 50
_TELL_WHOM = {action.code for action in (*GRANTS, SHARING_ENDED)}
# Reasons in words, by the code that stands in an entry; what no room declares is told by the act itself.
_REASONS: dict[str, Promise | str] = {}


def reason(code: str, label: Promise | str) -> None:
    """Declare in words why something of a case was opened."""
    _REASONS[code] = label


def reasons() -> dict[str, Promise | str]:
    """Give every declared reason in words, by its code."""
    return dict(_REASONS)


@dataclass(frozen=True)
class Line:
    """One act about a case as people read it."""

    entry: Entry
    who: Promise | str
    role: Promise | str
    organisation: str
    # To whom the act gave the case, or from whom it took it.
    colleagues: Sequence[Promise | str] = ()

    @property
    def tie(self) -> Promise | str:
        """What tied the person to the case at that moment; nothing for the house itself, and for a list."""
        return "" if self.entry.shown and not self.entry.reference else self.entry.get_relation_display()

    @property
    def reason(self) -> Promise | str:
        """Why, in words; empty where the act says it all."""
        return _REASONS.get(self.entry.purpose, "")


@dataclass(frozen=True)
class Page:
    """One page of the entries; `older` is the entry from which the next one goes on, or nothing."""

    lines: list[Line]
    older: UUID | None


def entries_of(case: Case) -> EntryQuerySet:
    """Give everything in the log about a case: itself, its referrals on both sides, and the lists that showed it."""
    return Entry.objects.about_the_case_of(case.reference)


def page_of(entries: EntryQuerySet, *, before: UUID | None = None) -> Page:
    """Give one page, the newest first, from an entry on."""
    found = list((entries.before(before) if before else entries).newest_first()[: PAGE + 1])
    return Page(lines(found[:PAGE], Line), found[PAGE - 1].pk if len(found) > PAGE else None)


def people_of(entries: EntryQuerySet) -> list[tuple[str, str]]:
    """Give the people who stand in these entries, by opaque id and name."""
    actors = set(entries.order_by().values_list("actor_id", flat=True).distinct())
    return sorted(accounts_of(actors).items(), key=lambda each: each[1].casefold())


def lines[L: Line](entries: Iterable[Entry], kind: type[L]) -> list[L]:
    """Give the entries with the names of people and organisations, by one query for each of the two."""
    entries = list(entries)
    people = names_of({who for entry in entries for who in (entry.actor_id, *colleagues_in(entry))})
    organisations = organisations_of({entry.actor_organisation for entry in entries})
    return [
        kind(
            entry,
            people[entry.actor_id],
            role_name(entry.actor_role),
            organisations.get(entry.actor_organisation, ""),
            [people[who] for who in colleagues_in(entry)],
        )
        for entry in entries
    ]


def colleagues_in(entry: Entry) -> list[str]:
    """Give the opaque ids of whom this act gave the case to or took it from; nobody for any other act."""
    # What somebody altered may be anything.
    return [str(who) for who in entry.shown or ()] if entry.action in _TELL_WHOM else []


reason(CASEWORK, _("Work on the case"))
reason("intake", _("To look for the same person at the intake"))
reason("contact_rules", _("To read the contact rules first"))
for _each in (*RevealReason, *EmergencyReason):
    reason(_each.value, _each.label)
