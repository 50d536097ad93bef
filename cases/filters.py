"""What a list of cases is narrowed to: a few questions with codes as answers, in its address, on its page, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import models
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import CaseQuerySet, Scope, State
from cases.models.codes import OPEN
from cases.models.moments import this_week
from cellule.accounts.models import User
from cellule.accounts.roles import ROLES, Permission

NOBODY = "personne"

type Narrow = Callable[[CaseQuerySet, Sequence[str]], CaseQuerySet]


class Since(models.TextChoices):
    """How long ago a case was opened, at most; whole weeks, for nothing finer lies in clear."""

    FOUR_WEEKS = "4", gettext_lazy("The last four weeks")
    THREE_MONTHS = "13", gettext_lazy("The last three months")
    ONE_YEAR = "52", gettext_lazy("The last year")


@dataclass(frozen=True)
class Filter:
    """One question: its `parameter` in an address, its answers by code, and what each leaves of a list."""

    name: str
    parameter: str
    label: Promise | str
    answers: Mapping[str, Promise | str]
    narrow: Narrow
    many: bool = False


@dataclass(frozen=True)
class Chosen:
    """The answers that are chosen on one list; by parameter, in the order in which they are offered."""

    filters: tuple[Filter, ...]
    codes: Mapping[str, tuple[str, ...]]

    def narrow(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Keep what fits every answer; where no stage is asked for, what is open."""
        for each in self.filters:
            if codes := self.codes.get(each.parameter, ()):
                cases = each.narrow(cases, codes)
            elif each.name == "stage":
                cases = cases.open()
        return cases

    @property
    def query(self) -> str:
        """The answers as they stand in an address, after the question mark; empty for none."""
        return urlencode(self.codes, doseq=True)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each answer as people read it, and the address (from its question mark on) without it."""
        return [
            (self._said(each, code), f"?{urlencode(self._without(each.parameter, code), doseq=True)}")
            for each in self.filters
            for code in self.codes.get(each.parameter, ())
        ]

    @property
    def name(self) -> str:
        """What a saved view of these answers is called."""
        return ", ".join(text for text, _address in self.words)

    def as_json(self) -> dict[str, list[str]]:
        """The answers as a saved view keeps them: codes only, always in the same order."""
        return {parameter: list(codes) for parameter, codes in self.codes.items()}

    def _said(self, each: Filter, code: str) -> str:
        answer = str(each.answers[code])
        if each.name not in _SAID_WITH_QUESTION:
            return answer
        return _("%(question)s: %(answer)s") % {"question": each.label, "answer": answer}

    def _without(self, parameter: str, code: str) -> dict[str, list[str]]:
        left = {
            name: [each for each in codes if (name, each) != (parameter, code)] for name, codes in self.codes.items()
        }
        return {name: codes for name, codes in left.items() if codes}


# Whose answers say too little by themselves.
_SAID_WITH_QUESTION = ("lead", "since")


def filters_of(scope: Scope, user: User) -> tuple[Filter, ...]:
    """The questions that make sense on one list, for the person who reads it."""
    offered = {each.name: each for each in (_stage(scope), _lead(scope), _since(), _decision(), _shared(user))}
    return tuple(offered[name] for name in _OFFERED[scope])


def chosen(filters: Sequence[Filter], asked: QueryDict | Mapping[str, Sequence[str]]) -> Chosen:
    """Read answers from an address or a saved view; what is not offered (any more) is left out."""
    codes = {}
    for each in filters:
        given = asked.getlist(each.parameter) if isinstance(asked, QueryDict) else asked.get(each.parameter, ())
        if found := tuple(code for code in each.answers if code in given):
            codes[each.parameter] = found if each.many else found[:1]
    return Chosen(tuple(filters), codes)


_OFFERED = {
    Scope.MINE: ("stage", "since", "decision", "shared"),
    Scope.UNIT: ("stage", "lead", "since", "decision"),
    Scope.UNASSIGNED: ("stage", "since"),
}


def _stage(scope: Scope) -> Filter:
    stages = OPEN if scope == Scope.UNASSIGNED else tuple(State)
    return Filter(
        "stage",
        "etape",
        gettext_lazy("Stage"),
        {stage.value: stage.label for stage in stages},
        lambda cases, codes: cases.filter(state__in=codes),
        many=True,
    )


def _lead(scope: Scope) -> Filter:
    """Everybody who leads cases or did: whose account is closed may still stand as a lead."""
    working = [role.code for role in ROLES if Permission.WORK_CASES in role.permissions]
    people = User.objects.filter(role__in=working).values_list("pk", "name") if scope == Scope.UNIT else ()
    return Filter(
        "lead",
        "responsable",
        gettext_lazy("Lead"),
        {NOBODY: gettext_lazy("Nobody yet"), **{str(pk): name for pk, name in people}},
        lambda cases, codes: cases.awaiting_lead() if NOBODY in codes else cases.under(UUID(codes[0])),
    )


def _since() -> Filter:
    return Filter(
        "since",
        "depuis",
        gettext_lazy("Opened"),
        dict(Since.choices),
        lambda cases, codes: cases.filter(opened_week__gte=this_week() - timedelta(weeks=int(codes[0]))),
    )


def _decision() -> Filter:
    return Filter(
        "decision",
        "decision",
        gettext_lazy("Decision"),
        {"fermeture": gettext_lazy("Closing is proposed")},
        lambda cases, codes: cases.awaiting_decision(),
        many=True,
    )


def _shared(user: User) -> Filter:
    return Filter(
        "shared",
        "partage",
        gettext_lazy("Sharing"),
        {"moi": gettext_lazy("Shared with me")},
        lambda cases, codes: cases.shared_with(user),
        many=True,
    )
