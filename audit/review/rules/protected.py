"""Cases that are kept closer than others, and what opens somebody's life: each look at them is looked at."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome
from audit.log.models import Entry
from audit.log.models.entry import EntryQuerySet
from audit.review.rules.acts import AT_WORK, WORK, by_same_person, light, of_person_and_case, opened_in, together
from audit.review.rules.rule import Hit, Limits, Span, rule
from cases import actions as cases

_TEAM = _("The case’s own team too (1: yes, 0: no)")
_OPENINGS = _("Openings in a day, from which on it counts")


def _after(opened: EntryQuerySet, *actions: str) -> Iterator[tuple[Entry, Entry]]:
    """Each opening of a case in which one of these was done before, with the last of them; one query for all cases."""
    looks = list(light(opened.exclude(reference="")))
    told = Entry.objects.filter(reference__in={look.reference for look in looks}, outcome=Outcome.DONE)
    moves = together(light(told.of_action(*actions)), lambda move: move.reference)
    for look in looks:
        before = [move for move in moves.get(look.reference, ()) if move.pk < look.pk]
        if before:
            yield look, before[-1]


def _these(looks: Iterable[Entry]) -> EntryQuerySet:
    return Entry.objects.filter(pk__in=[look.pk for look in looks])


def _every_look(opened: EntryQuerySet, span: Span, limits: Limits) -> Iterator[Hit]:
    looks = opened if limits["team"] else opened.exclude(relation__in=AT_WORK)
    return of_person_and_case(looks, span, least=limits["openings"])


@rule(
    "circle_opened",
    name=_("A case in a circle was opened"),
    means=_(
        "Only a named few open a case in a circle; every day on which one of them did is shown here. Look at whether the"
        " person was named for the work they did."
    ),
    limits={"openings": _OPENINGS, "team": _TEAM},
    by_day=True,
)
def circle_opened(span: Span, limits: Limits) -> Iterator[Hit]:
    moved = _after(opened_in(span), cases.CIRCLE_MADE.code, cases.CIRCLE_LIFTED.code)
    inside = _these(look for look, last in moved if last.action == cases.CIRCLE_MADE.code)
    return _every_look(inside, span, limits)


@rule(
    "high_risk_opened",
    name=_("A case of great danger was opened"),
    means=_(
        "A second person had confirmed great danger in this case, and somebody opened it who does not work on it. Whoever"
        " looks for the person may have asked them to. Look at the reason given."
    ),
    limits={"openings": _OPENINGS, "team": _TEAM},
    by_day=True,
)
def high_risk_opened(span: Span, limits: Limits) -> Iterator[Hit]:
    # The level itself is sealed; that a second person had to confirm it stands in the log.
    confirmed = _after(opened_in(span), cases.ASSESSMENT_COUNTERSIGNED.code)
    return _every_look(_these(look for look, _last in confirmed), span, limits)


@rule(
    "revealed_without_work",
    name=_("A name or a number revealed, and nothing done"),
    means=_(
        "Somebody revealed who a person is on paper or how they are reached, and neither before nor after did anything in"
        " the case. Look at the reason given: a call that nobody answered leaves a note too."
    ),
    limits={"hours": _("Hours before and after in which work on the case counts")},
    by_day=True,
    waits=lambda limits: timedelta(hours=limits["hours"]),
)
def revealed_without_work(span: Span, limits: Limits) -> Iterator[Hit]:
    pause = timedelta(hours=limits["hours"])
    work = by_same_person(
        span.around(pause, pause).of_action(*WORK),
        outcome=Outcome.DONE,
        at__gte=OuterRef("at") - pause,
        at__lt=OuterRef("at") + pause,
    )
    revealed = opened_in(span).of_action(cases.IDENTITY_REVEALED.code, cases.CONTACT_REVEALED.code)
    return of_person_and_case(revealed.exclude(Exists(work)), span)


@rule(
    "closed_case",
    name=_("A closed case was opened"),
    means=_(
        "Somebody opened a case some days after it was closed, and did not reopen it. Look at what it was needed for: a"
        " new call by the person, a statistic, or curiosity."
    ),
    limits={"days": _("Days after the closing in which openings are usual")},
    by_day=True,
    waits=lambda limits: timedelta(days=1),
)
def closed_case(span: Span, limits: Limits) -> Iterator[Hit]:
    closings = (cases.CASE_CLOSED.code, cases.INQUIRY_CLOSED.code)
    day = timedelta(days=1)
    reopened = by_same_person(
        span.around(after=day).of_action(cases.CASE_REOPENED.code),
        outcome=Outcome.DONE,
        id__gt=OuterRef("id"),
        at__lt=OuterRef("at") + day,
    )
    moved = _after(opened_in(span), *closings, cases.CASE_REOPENED.code)
    usual = timedelta(days=limits["days"])
    late = _these(look for look, last in moved if last.action in closings and last.at < look.at - usual)
    return of_person_and_case(late.exclude(Exists(reopened)), span)
