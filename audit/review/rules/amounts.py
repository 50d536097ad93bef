"""How much: more cases than this person and this role ever open, more files taken out than work takes."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil
from statistics import fmean

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome
from audit.log.models import Entry
from audit.log.models.entry import EntryQuerySet
from audit.review.rules.acts import TAKEN_OUT, light, opened_in, openings, together
from audit.review.rules.rule import Hit, Limits, Span, rule


@rule(
    "volume",
    name=_("More cases than usual"),
    means=_(
        "Somebody opened far more cases in a day than they do, and more than nearly everybody of their role. Look at the"
        " day: a replacement for a colleague, a count for a report, or a walk through the files."
    ),
    limits={
        "cases": _("Cases in a day, below which it never counts"),
        "times": _("Times the person’s own average"),
        "days": _("Days with which the day is compared"),
    },
    by_day=True,
)
def volume(span: Span, limits: Limits) -> Iterator[Hit]:
    busy = [(who, role, number) for who, role, _day, number in _counted(opened_in(span)) if number >= limits["cases"]]
    if not busy:
        # On most days nobody has opened so many, and nothing needs to be compared.
        return
    before = openings(Entry.objects.between(span.days_before(limits["days"]), span.start))
    compared = Q(actor_id__in=[who for who, *_rest in busy]) | Q(actor_role__in=[role for _who, role, _number in busy])
    own: dict[str, list[int]] = {}
    of_role: dict[str, list[int]] = {}
    for who, role, _day, number in _counted(before.filter(compared)):
        own.setdefault(who, []).append(number)
        of_role.setdefault(role, []).append(number)
    for who, role, number in busy:
        if number > limits["times"] * fmean(own.get(who, [0])) and number > _most(of_role.get(role, [])):
            opened = list(light(opened_in(span).by_actor(who).by_role(role)))
            yield Hit.of(f"{who}:{span.day}", opened, reference="", subject=None)


def _counted(entries: EntryQuerySet) -> QuerySet:
    """How many cases each person opened in each role on each day."""
    days = entries.annotate(day=TruncDate("at")).order_by().values_list("actor_id", "actor_role", "day")
    return days.annotate(cases=Count("subject", distinct=True))


def _most(counts: list[int]) -> int:
    """The 99th percentile (nearest rank); 0 of nothing."""
    return sorted(counts)[ceil(len(counts) * 0.99) - 1] if counts else 0


@rule(
    "taken_out",
    name=_("Many files printed or downloaded"),
    means=_(
        "Somebody took many files out of the house within a short time. Paper and copies leave no further trace here."
        " Look at what for, and where they are now."
    ),
    limits={"files": _("Files printed, downloaded or exported"), "minutes": _("Minutes in which they were taken")},
)
def taken_out(span: Span, limits: Limits) -> Iterator[Hit]:
    pause = timedelta(minutes=limits["minutes"])
    taken = span.around(before=pause).of_action(*TAKEN_OUT).with_outcome(Outcome.DONE)
    for actor, found in together(light(taken), lambda entry: entry.actor_id).items():
        told: set[date] = set()
        for first, last in zip(found, found[limits["files"] - 1 :], strict=False):
            day = timezone.localdate(last.at)
            if last.at - first.at <= pause and last.at >= span.start and day not in told:
                told.add(day)
                burst = [entry for entry in found if first.at <= entry.at <= first.at + pause]
                yield Hit.of(f"{actor}:{day}", burst, reference="", subject=None)
