"""Entries as people read them. Names behind their opaque ids are looked up when the log is read, never kept in it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.models import Entry
from audit.review.reasons import reason_of
from cases.access import colleagues_in
from cellule.accounts import roles
from cellule.accounts.models import Organisation, User
from cellule.references import LENGTH, SYMBOLS, shown

_NOBODY = {
    "system": _("The site itself"),
    "anonymous": _("Somebody who had not signed in"),
}

# Also one whose check symbol is wrong: it stands in the entry of a refusal.
_REFERENCE = re.compile(f"[{SYMBOLS}]{{{LENGTH}}}")


@dataclass(frozen=True)
class Line:
    """An entry as a person reads it."""

    entry: Entry
    who: str | Promise
    role: str | Promise
    organisation: str
    # To whom the act gave the case, or from whom it took it.
    colleagues: Sequence[str | Promise] = ()

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
        """What kind of record the act was about, as its room calls it; a code that none knows stands as it is."""
        code = self.entry.subject_type
        try:
            return str(apps.get_model(code)._meta.verbose_name)
        except (LookupError, ValueError):
            return code

    @property
    def listed(self) -> list[str]:
        """The records that stood in a list, written in the same way."""
        # What somebody altered may be anything.
        return [as_read(str(reference)) for reference in self.entry.shown]


def names_of(ids: set[str]) -> dict[str, str | Promise]:
    """Give the name behind each opaque id of an actor, by one query."""
    known = _by_id(User, ids)
    return {each: known.get(each) or _NOBODY.get(each) or _("Somebody whose account is gone") for each in ids}


def lines(entries: Iterable[Entry]) -> list[Line]:
    """Give the entries with the names of their actors and organisations, by one query for each of the two."""
    entries = list(entries)
    people = names_of({who for entry in entries for who in (entry.actor_id, *colleagues_in(entry))})
    organisations = _by_id(Organisation, {entry.actor_organisation for entry in entries})
    return [
        Line(
            entry,
            people[entry.actor_id],
            _role_name(entry.actor_role),
            organisations.get(entry.actor_organisation, ""),
            [people[who] for who in colleagues_in(entry)],
        )
        for entry in entries
    ]


def find(words: str) -> list[str]:
    """Give the ids of everybody whose name and work e-mail hold all these words, whatever their case and accents."""
    wanted = _folded(words).split()
    people = User.objects.values_list("pk", "name", "email")
    return [str(pk) for pk, name, email in people if all(word in _folded(f"{name} {email}") for word in wanted)]


def _by_id(model: type[User] | type[Organisation], ids: set[str]) -> dict[str, str]:
    keys = {key for key in map(_uuid, ids) if key is not None}
    return {str(pk): name for pk, name in model.objects.filter(pk__in=keys).values_list("pk", "name")}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def as_read(reference: str) -> str:
    """Write a reference of a case as people read and say it, anything else as it stands."""
    return shown(reference) if _REFERENCE.fullmatch(reference) else reference


def _role_name(code: str) -> str | Promise:
    try:
        return roles.by_code(code).name
    except KeyError:
        # The house and visitors have no role, and a role may have been given up since.
        return "" if code in _NOBODY else code


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
