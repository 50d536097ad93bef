"""The answers of an intake in words, for the page on which they are checked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import TextChoices
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cases.contact import rules_in_words
from cases.incident_types import incident_type_name
from cases.intake import (
    CLIENT,
    HAPPENED,
    LANGUAGE,
    LIMITS,
    NEEDS,
    TASKS,
    Known,
    Progress,
    client_answers,
    happened_answers,
    language_answers,
    needs_answers,
    progress,
)
from cases.languages import language_name
from cases.models import Interpreter, Need
from cases.models.codes import AgeBand, FlagAnswer, InterpreterGender, NeedKind
from cases.risk import risk_in_words
from cellule.forms import Unknown
from cellule.forms.unknown import shown
from cellule.templatetags.typography import fuzzy_date, moment

type Line = tuple[Promise | str, str]


@dataclass(frozen=True)
class Section:
    """What was answered in one task; `progress` says whether something is still to be asked."""

    title: Promise
    href: str
    progress: Progress
    lines: list[Line]

    @property
    def is_open(self) -> bool:
        """Whether something here is still to be asked."""
        return self.progress != Progress.DONE

    @property
    def action(self) -> str:
        """The link that leads back to the questions, which says to screen readers to which; none for the limits."""
        if self.href.endswith(f"/{LIMITS}/"):
            return ""
        return format_html('{}<span class="govuk-visually-hidden"> ({})</span>', _("Change"), self.title)


def sections(known: Known) -> list[Section]:
    """Give every task of the intake with its answers in words."""
    told = {
        LIMITS: _limits,
        CLIENT: _client,
        LANGUAGE: _language,
        "contact": _contact,
        HAPPENED: _happened,
        NEEDS: _needs,
        "risk": _risk,
    }
    return [
        Section(task.title, task.href(known.case), progress(task, known), [*_in_words(told[task.slug](known))])
        for task in TASKS
    ]


def limits_in_words(known: Known) -> list[Line]:
    """Give when the limits were explained, by whom, in which language, and how; nothing before."""
    return [*_in_words(_limits(known))]


def incidents_in_words(known: Known) -> list[Line]:
    """Give what happened, by kind and date, without the story."""
    return [(incident_type_name(story.kind), fuzzy_date(story.happened_on)) for _row, story in known.incidents]


def needs_in_words(known: Known) -> list[Line]:
    """Give every need with how it stands."""
    return [(NeedKind(story.kind).label, _standing(row)) for row, story in known.needs]


def _standing(need: Need) -> str:
    how = str(need.get_state_display())
    return _("%(state)s, urgent") % {"state": how} if need.urgent else how


def _in_words(lines: Iterable[tuple[Promise | str, Any]]) -> Iterator[Line]:
    """Say of every question without an answer that nobody has asked it."""
    for question, answer in lines:
        yield question, str(answer) or _("Not asked yet")


def _limits(known: Known) -> Iterator[tuple[str, Any]]:
    if known.limits is None:
        return
    by = get_user_model()._default_manager.filter(pk=known.limits.by).values_list("name", flat=True).first()
    yield _("Explained"), moment(parse_datetime(known.limits.at))
    yield _("By"), by or ""
    yield _("Language"), language_name(known.limits.in_tongue)
    yield _("With an interpreter"), _named(known.limits.with_interpreter, FlagAnswer)


def _client(known: Known) -> Iterator[tuple[str, Any]]:
    answers = client_answers(known)
    yield _("Called"), shown(answers["called"])
    yield _("Pronouns"), shown(answers["pronouns"])
    yield _("Age"), _named(answers["age_band"], AgeBand)


def _language(known: Known) -> Iterator[tuple[str, Any]]:
    answers = language_answers(known)
    yield _("Language spoken"), language_name(answers["spoken"])
    yield _("Interpreter"), _named(answers["interpreter"], Interpreter)
    if answers["interpreter"] == Interpreter.YES:
        yield _("Who may interpret"), _named(answers["gender"], InterpreterGender)
        yield _("Whom to avoid"), shown(answers["avoid"])


def _contact(known: Known) -> Iterator[tuple[Promise | str, Any]]:
    if known.rules is None:
        yield _("How to reach the person"), ""
        return
    yield from rules_in_words(known.rules)
    details = _("Written down, sealed") if known.has_details else _("Not written down")
    yield _("Number, address and code word"), details


def _happened(known: Known) -> Iterable[tuple[Promise | str, Any]]:
    left = _left_open(happened_answers(known)["happened"], _("There is nothing to tell"))
    return incidents_in_words(known) or [(_("What happened"), left)]


def _needs(known: Known) -> Iterable[tuple[Promise | str, Any]]:
    left = _left_open(needs_answers(known)["needs"], _("Nothing is needed now"))
    return needs_in_words(known) or [(_("Immediate needs"), left)]


def _named(answer: Any, codes: type[TextChoices]) -> str:
    """The words of a code, or why there is none."""
    return shown(answer) if isinstance(answer, Unknown) or not answer else str(codes(answer).label)


def _left_open(answer: Any, none: str) -> Any:
    return answer.label if isinstance(answer, Unknown) else none if answer else ""


def _risk(known: Known) -> Iterable[tuple[Promise | str, Any]]:
    return risk_in_words(known.risk) if known.risk else [(_("Risk level"), "")]
