"""Searching the directory: what a list of services is narrowed to, in its address, in words, page by page."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.boroughs import BOROUGHS
from cases.languages import language_choices
from cases.models.codes import NeedKind
from cellule import references
from referrals.models import AgencyKind, Agreement, AsksPapers, Service, ServiceQuerySet
from referrals.words import words_in

PAGE = 25
LONGEST = 100
OLDEST = 120

type Narrow = Callable[[ServiceQuerySet, str], ServiceQuerySet]


@dataclass(frozen=True)
class Facet:
    """One question. `answers` by code, or `read` for what is typed: what is usable of it, or nothing."""

    name: str
    parameter: str
    label: Promise
    narrow: Narrow
    answers: Mapping[str, Promise | str] | None = None
    read: Callable[[str], str] = str
    is_said_alone: bool = True

    def usable(self, given: str) -> str:
        if self.answers is None:
            return self.read(given)
        return given if given in self.answers else ""

    def said(self, answer: str) -> str:
        """An answer as a chip says it."""
        text = str(self.answers[answer]) if self.answers else answer
        return text if self.is_said_alone else _("%(question)s: %(answer)s") % {"question": self.label, "answer": text}


@dataclass(frozen=True)
class Asked:
    """What a list was asked for: usable answers by parameter."""

    facets: tuple[Facet, ...]
    answers: Mapping[str, str]

    def narrow(self, services: ServiceQuerySet) -> ServiceQuerySet:
        """Keep what fits every answer."""
        for facet in self.facets:
            if answer := self.answers.get(facet.parameter, ""):
                services = facet.narrow(services, answer)
        return services

    @property
    def query(self) -> str:
        """The answers as they stand in an address, after the question mark."""
        return urlencode(self.answers)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each answer as people read it, and the address (from its question mark on) without it."""
        return [
            (facet.said(self.answers[facet.parameter]), f"?{urlencode(self._without(facet))}")
            for facet in self.facets
            if facet.parameter in self.answers
        ]

    def _without(self, facet: Facet) -> dict[str, str]:
        return {name: answer for name, answer in self.answers.items() if name != facet.parameter}


@dataclass(frozen=True)
class Page:
    """Services of one page; `newer` and `older` are references from which the neighbouring pages go on, or empty."""

    services: list[Service]
    newer: str = ""
    older: str = ""


def facets() -> tuple[Facet, ...]:
    """The questions of the directory, in the reader's language; they narrow what `offered` gives."""
    return (
        Facet(
            "text",
            "texte",
            gettext_lazy("Words"),
            lambda services, answer: services.filter(search__holds=answer),
            read=lambda typed: typed.strip()[:LONGEST] if words_in(typed) else "",
            is_said_alone=False,
        ),
        Facet(
            "need",
            "besoin",
            gettext_lazy("Helps with"),
            lambda services, answer: services.filter(categories__contains=[answer]),
            dict(NeedKind.choices),
        ),
        Facet(
            "language",
            "langue",
            gettext_lazy("Language"),
            lambda services, answer: services.filter(languages__contains=[answer]),
            dict(language_choices()),
        ),
        Facet(
            "sector",
            "secteur",
            gettext_lazy("Borough"),
            # Where no limit is known, the whole city is served.
            lambda services, answer: services.filter(Q(sectors__contains=[answer]) | Q(sectors=[])),
            {code: name for code, name in BOROUGHS if code.isdigit()},
        ),
        Facet(
            "kind",
            "organisme",
            gettext_lazy("Kind of agency"),
            lambda services, answer: services.filter(agency__kind=answer),
            dict(AgencyKind.choices),
        ),
        Facet(
            "papers",
            "papiers",
            gettext_lazy("Papers"),
            lambda services, answer: services.filter(asks_papers=answer),
            dict(AsksPapers.choices),
        ),
        Facet(
            "age",
            "age",
            gettext_lazy("Age of the person"),
            lambda services, answer: services.filter(
                Q(min_age=None) | Q(min_age__lte=int(answer)), Q(max_age=None) | Q(max_age__gte=int(answer))
            ),
            read=_age,
            is_said_alone=False,
        ),
        Facet(
            "free",
            "gratuit",
            gettext_lazy("Fees"),
            lambda services, answer: services.filter(free=True),
            {"oui": gettext_lazy("Free of charge")},
        ),
        Facet(
            "agreement",
            "entente",
            gettext_lazy("Agreement"),
            lambda services, answer: services.filter(Q(agreed=True)),
            {"oui": gettext_lazy("Only with an agreement in force")},
        ),
    )


def asked(questions: tuple[Facet, ...], given: QueryDict) -> Asked:
    """Read answers from an address; what is not offered, or cannot be used, is left out."""
    usable = {facet.parameter: facet.usable(given.get(facet.parameter, "")) for facet in questions}
    return Asked(questions, {name: answer for name, answer in usable.items() if answer})


def offered(services: ServiceQuerySet, on: datetime.date) -> ServiceQuerySet:
    """Services that are offered now, each knowing whether something may be sent to its agency (`agreed`)."""
    in_force = Agreement.objects.in_force(on).filter(agency=OuterRef("agency"))
    # The words are for the search alone, and long.
    lean = services.active().select_related("agency").defer("words", "search", "agency__description")
    return lean.annotate(agreed=Exists(in_force))


def page_of(services: ServiceQuerySet, *, after: str = "", before: str = "") -> Page:
    """Give one page in the alphabet; a reference that leads nowhere gives the first page."""
    mark = _mark(before or after)
    if mark is None:
        found = list(services.by_name()[: PAGE + 1])
        return Page(found[:PAGE], older=found[PAGE - 1].reference if len(found) > PAGE else "")
    if before:
        found = list(services.filter(_side("lt", mark)).by_name().reverse()[: PAGE + 1])
        page = found[:PAGE][::-1]
        newer = page[0].reference if len(found) > PAGE else ""
        return Page(page, newer=newer, older=page[-1].reference if page else "")
    found = list(services.filter(_side("gt", mark)).by_name()[: PAGE + 1])
    page = found[:PAGE]
    older = page[-1].reference if len(found) > PAGE else ""
    return Page(page, newer=page[0].reference if page else "", older=older)


def _side(side: str, mark: Service) -> models.Q:
    """What comes after (gt) or before (lt) a service in the alphabet."""
    return Q(**{f"sort_key__{side}": mark.sort_key}) | Q(**{"sort_key": mark.sort_key, f"pk__{side}": mark.pk})


def _mark(reference: str) -> Service | None:
    try:
        return Service.objects.only("sort_key").filter(reference=references.parse(reference)).first()
    except ValueError:
        return None


def _age(typed: str) -> str:
    digits = typed.strip()
    return str(int(digits)) if digits.isascii() and digits.isdigit() and int(digits) <= OLDEST else ""
