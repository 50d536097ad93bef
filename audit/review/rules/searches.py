"""Searching: many searches that lead nowhere, and the same case found again and again."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, Func, IntegerField, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Relation
from audit.log.models import Entry
from audit.log.models.entry import EntryQuerySet
from audit.review.rules.acts import light, openings, together
from audit.review.rules.rule import Hit, Limits, Span, rule
from cases.actions import CASES_LISTED, FOUND_SHOWN, SEARCHED

# What was found is listed in the same request, so few entries of the session lie between.
_NEAR = 20
_LENGTH = Func("shown", function="jsonb_array_length", output_field=IntegerField())


@rule(
    "search_without_follow_up",
    name=_("Searches without follow-up"),
    means=_(
        "Somebody searched many times in a day and opened nothing of what was found. Trying names looks like this; so does"
        " a telephone call with a bad line. The words they typed are sealed for the privacy officer."
    ),
    limits={
        "searches": _("Searches in a day that led to no opened case"),
        "minutes": _("Minutes in which a case is opened after a search"),
    },
    by_day=True,
    waits=lambda limits: timedelta(minutes=limits["minutes"]),
)
def search_without_follow_up(span: Span, limits: Limits) -> Iterator[Hit]:
    pause = timedelta(minutes=limits["minutes"])
    opened: dict[str, list[datetime]] = {}
    for actor, at in openings(span.around(after=pause)).order_by("id").values_list("actor_id", "at"):
        opened.setdefault(actor, []).append(at)
    groups = together(light(span.entries.of_action(SEARCHED.code)), lambda entry: entry.actor_id)
    for actor, searched in groups.items():
        found = [entry for entry in searched if not _is_followed(entry.at, opened.get(actor, []), pause)]
        if len(found) >= limits["searches"]:
            yield Hit.of(f"{actor}:{span.day}", found, reference="", subject=None)


def _is_followed(searched: datetime, opened: list[datetime], pause: timedelta) -> bool:
    """Whether the first opening after a search came before the pause was over."""
    after = bisect_right(opened, searched)
    return after < len(opened) and opened[after] < searched + pause


@rule(
    "repeated_search",
    name=_("The same case searched for again and again"),
    means=_(
        "Several searches of one person found the same case, on which they do not work. Look at whether they opened it,"
        " and whether anybody asked them to find it."
    ),
    limits={
        "searches": _("Searches that found the case"),
        "days": _("Days in which they were made"),
        "among": _("Most cases found together; a longer list is not about one person"),
    },
    by_day=True,
)
def repeated_search(span: Span, limits: Limits) -> Iterator[Hit]:
    for actor in _lists(span.entries, limits).order_by().values_list("actor_id", flat=True).distinct():
        window = Entry.objects.between(span.days_before(limits["days"] - 1), span.end).by_actor(actor)
        lists = list(_lists(window, limits).order_by("id"))
        assigned = window.filter(relation=Relation.ASSIGNED).order_by()
        own = set(assigned.values_list("reference", flat=True).distinct())
        shown = together(
            ((reference, entry) for entry in lists for reference in entry.shown if reference not in own),
            lambda pair: pair[0],
        )
        for reference, pairs in shown.items():
            found = [entry for _reference, entry in pairs]
            searches = {entry.search for entry in found}
            if len(searches) >= limits["searches"] and found[-1].at >= span.start:
                last = found[-1]
                yield Hit.of(f"{actor}:{reference}:{span.week}", found, reference=reference, subject=None, at=last.at)


def _lists(entries: EntryQuerySet, limits: Limits) -> EntryQuerySet:
    """Short lists of what a search has found, each with its `search`; looked at again, it is the same search."""
    near = Entry.objects.filter(session=OuterRef("session"), counter__lt=OuterRef("counter"))
    shown = near.filter(action=FOUND_SHOWN.code, request=OuterRef("request"), counter__gte=OuterRef("counter") - _NEAR)
    searched = near.filter(action=SEARCHED.code).order_by("-counter").values("id")[:1]
    listed = entries.of_action(CASES_LISTED.code).filter(Exists(shown), shown__isnull=False)
    return listed.annotate(length=_LENGTH, search=Subquery(searched)).filter(length__lte=limits["among"])
