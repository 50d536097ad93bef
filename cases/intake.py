"""The intake as a list of tasks: how far each is, computed from what is written down and never stored."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import orjson
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Case,
    CaseOrdinary,
    ContactRules,
    Incident,
    IncidentStory,
    IntakeStory,
    Interpreter,
    LimitsStory,
    Need,
    NeedStory,
    Person,
    PersonOrdinary,
    RiskStory,
    SafeContact,
    State,
)
from cases.people import answers_of
from cellule.accounts.acting import Acting
from cellule.forms import Unknown
from cellule.forms.unknown import from_json, to_json
from cellule.vault.unlocked import OpenedOwner

# Why content is opened, as the log keeps it.
INTAKE = "intake"
# Pages that belong to other parts of a case come back here when they are opened with this.
COMES_BACK = "suite=accueil"


class Progress(StrEnum):
    """How far a task of the intake is."""

    CANNOT_START = "cannot_start"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    LATER = "later"
    DONE = "done"

    @property
    def label(self) -> Promise:
        """The words of the task list."""
        return _LABELS[self]

    @property
    def colour(self) -> str:
        """The colour of its tag; what asks for nothing more is plain text."""
        return _COLOURS.get(self, "")


_LABELS = {
    Progress.CANNOT_START: _("Cannot start yet"),
    Progress.NOT_STARTED: _("Not started"),
    Progress.IN_PROGRESS: _("In progress"),
    Progress.LATER: _("To ask later"),
    Progress.DONE: _("Done"),
}
_COLOURS = {Progress.NOT_STARTED: "blue", Progress.IN_PROGRESS: "teal", Progress.LATER: "yellow"}


class Known:
    """What an opened case tells of its intake; each kind of row is read once, when it is asked for."""

    def __init__(self, case: Case, opened: OpenedOwner) -> None:
        self.case, self.opened = case, opened

    @cached_property
    def ordinary(self) -> CaseOrdinary:
        return self.opened.read(self.case, "ordinary")

    @cached_property
    def limits(self) -> LimitsStory | None:
        return self.opened.read(self.case, "limits")

    @cached_property
    def intake(self) -> IntakeStory:
        return self.opened.read(self.case, "intake") or IntakeStory()

    @cached_property
    def client(self) -> Person | None:
        """Whom the case is about; cases from before people were written down have nobody yet."""
        return self.case.people.filter(is_client=True).first()

    @cached_property
    def person(self) -> PersonOrdinary:
        return self.opened.read(self.client, "ordinary") if self.client else PersonOrdinary()

    @cached_property
    def contact(self) -> SafeContact | None:
        return SafeContact.objects.filter(case=self.case).first()

    @cached_property
    def rules(self) -> ContactRules | None:
        return self.opened.read(self.contact, "story") if self.contact else None

    @property
    def has_details(self) -> bool:
        """Whether number, address or code word are written down; they stay sealed."""
        return self.contact is not None and self.contact.contact is not None

    @cached_property
    def incidents(self) -> list[tuple[Incident, IncidentStory]]:
        """The first written down first."""
        rows = [(row, self.opened.read(row, "story")) for row in self.case.incidents.all()]
        return sorted(rows, key=lambda row: row[1].recorded_at)

    @cached_property
    def needs(self) -> list[tuple[Need, NeedStory]]:
        """The first written down first."""
        rows = [(row, self.opened.read(row, "story")) for row in self.case.needs.all()]
        return sorted(rows, key=lambda row: row[1].recorded_at)

    @cached_property
    def risk(self) -> RiskStory | None:
        """The last look at the danger."""
        stories = [self.opened.read(row, "story") for row in self.case.risks.all()]
        return max(stories, key=lambda story: story.recorded_at, default=None)


# --- Tasks -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """One task: `slug` is its part of an address here, or `elsewhere` the URL name of its page in another part."""

    slug: str
    title: Promise
    hint: Promise
    progress_of: Callable[[Known], Progress]
    elsewhere: str = ""

    def href(self, case: Case) -> str:
        """The address of its page, from which the person comes back to the list."""
        if self.elsewhere:
            return f"{reverse(self.elsewhere, args=[case.reference])}?{COMES_BACK}"
        return reverse("cases:intake_task", args=[case.reference, self.slug])


def progress(task: Task, known: Known) -> Progress:
    """How far a task is; none but the first can start before the limits of confidentiality are explained."""
    if known.case.intake_week is None and task is not TASKS[0]:
        return Progress.CANNOT_START
    return task.progress_of(known)


def progress_of_answers(answers: list[Any]) -> Progress:
    """How far a group of answers is, each a value, an `Unknown`, or empty when nobody has asked yet."""
    if not any(answers):
        return Progress.NOT_STARTED
    if not all(answers):
        return Progress.IN_PROGRESS
    return Progress.LATER if Unknown.LATER in answers else Progress.DONE


def _limits(known: Known) -> Progress:
    return Progress.NOT_STARTED if known.case.intake_week is None else Progress.DONE


def _client(known: Known) -> Progress:
    return progress_of_answers(list(client_answers(known).values()))


def _language(known: Known) -> Progress:
    answers = language_answers(known)
    wanted = answers["interpreter"]
    asked = [answers["spoken"], "" if wanted == Interpreter.UNKNOWN else wanted]
    if wanted == Interpreter.YES:
        asked.append(answers["gender"])
    return progress_of_answers(asked)


def _contact(known: Known) -> Progress:
    if known.rules is None:
        return Progress.NOT_STARTED
    return _told(list(vars(known.rules).values()))


def _happened(known: Known) -> Progress:
    return Progress.DONE if known.incidents else progress_of_answers([happened_answers(known)["happened"]])


def _needs(known: Known) -> Progress:
    return Progress.DONE if known.needs else progress_of_answers([needs_answers(known)["needs"]])


def _risk(known: Known) -> Progress:
    return Progress.NOT_STARTED if known.risk is None else _told(list(known.risk.flags.values()))


def _told(stored: list[Any]) -> Progress:
    """How far a page is that was saved as a whole: something in it may wait to be asked."""
    return Progress.LATER if Unknown.LATER in map(from_json, stored) else Progress.DONE


LIMITS = "limites"
CLIENT = "personne"
LANGUAGE = "langue"
HAPPENED = "evenements"
NEEDS = "besoins"
TASKS = (
    Task(LIMITS, _("Explain the limits of confidentiality"), _("Before any other question."), _limits),
    Task(CLIENT, _("What to call the person"), _("Any name, or none."), _client),
    Task(LANGUAGE, _("Language and interpreter"), _("Who may interpret, and who must not."), _language),
    Task(
        "contact", _("Safe contact"), _("How and when to reach the person without danger."), _contact, "cases:contact"
    ),
    Task(HAPPENED, _("What happened"), _("In the person’s own words, as short as they like."), _happened),
    Task(NEEDS, _("Immediate needs"), _("A place to sleep, care, food, children."), _needs),
    Task("risk", _("First look at the danger"), _("Eight questions and a level."), _risk, "cases:risk"),
)


@dataclass(frozen=True)
class TaskLine:
    """A task as the list shows it to one case; without address as long as it cannot start."""

    task: Task
    progress: Progress
    href: str


def lines_of(known: Known) -> list[TaskLine]:
    """Give the task list."""
    lines = []
    for task in TASKS:
        how_far = progress(task, known)
        lines.append(TaskLine(task, how_far, "" if how_far == Progress.CANNOT_START else task.href(known.case)))
    return lines


# --- Answers ---------------------------------------------------------------------------------------
# By the name of the form's field, as `initial` takes them.


def client_answers(known: Known) -> dict[str, Any]:
    return answers_of(known.person)


def language_answers(known: Known) -> dict[str, Any]:
    """`spoken` and `interpreter` are the case's own; who may interpret is said of the person."""
    ordinary, person = known.ordinary, known.person
    return {
        "spoken": ordinary.language,
        "interpreter": ordinary.interpreter,
        "gender": from_json(person.interpreter),
        "avoid": from_json(person.avoid),
    }


def happened_answers(known: Known) -> dict[str, Any]:
    return {"happened": from_json(known.intake.happened)}


def needs_answers(known: Known) -> dict[str, Any]:
    return {"needs": from_json(known.intake.needs)}


def edition(answers: Mapping[str, Any]) -> int:
    """The number by which a form says from which answers it was made.

    Not the row's version: a note that somebody adds meanwhile is no other answer to these questions.
    """
    written = orjson.dumps({name: to_json(value) for name, value in answers.items()}, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(written, digest_size=6).digest())


def is_under_way(case: Case) -> bool:
    """Whether the intake goes on: begun, and not finished."""
    return case.state == State.INTAKE


# --- Writing ---------------------------------------------------------------------------------------
# Inside a transaction in which `held` has locked the case, so that what was read is what is written over.


def held(case: Case) -> Case:
    """Lock the case to the end of the transaction and read it anew."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def write_client(known: Known, answers: Mapping[str, Any], by: Acting) -> None:
    """Write down what to call the person. Raises PermissionDenied."""
    _write_person(known, by, **answers)


def write_language(known: Known, answers: Mapping[str, Any], by: Acting) -> None:
    """Write down how to talk with the person: on the case what lists show, on the person who may interpret.

    Raises PermissionDenied.
    """
    case, ordinary = known.case, known.ordinary
    spoken = replace(ordinary, language=answers["spoken"], interpreter=answers["interpreter"])
    if spoken != ordinary:
        case.write_intake(by=by, version=case.version, ordinary=spoken)
    _write_person(known, by, interpreter=answers["gender"], avoid=answers["avoid"])


def write_left_open(known: Known, answers: Mapping[str, Any], by: Acting) -> None:
    """Write down why nothing is told of what happened (`happened`) or of needs (`needs`). Raises PermissionDenied."""
    left = replace(known.intake, **{name: to_json(value) for name, value in answers.items()})
    known.case.write_intake(by=by, version=known.case.version, intake=left)


def _write_person(known: Known, by: Acting, **answers: Any) -> None:
    person = replace(known.person, **{name: to_json(value) for name, value in answers.items()})
    if known.client is None:
        known.case.add_person(by=by, row_id=uuid.uuid4(), known=person, is_client=True)
    elif person != known.person:
        known.case.correct_person(known.client, by=by, known=person, version=known.client.version)
