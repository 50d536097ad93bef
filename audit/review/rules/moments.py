"""When: at night, on a holiday, in the last days before leaving, after having left."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import holidays
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome
from audit.log.models import Entry
from audit.log.models.entry import EntryQuerySet
from audit.review.rules.acts import REVEALED, TAKEN_OUT, light, of_person, opened_in, openings, together
from audit.review.rules.rule import Hit, Limits, Span, rule
from cellule.accounts.actions import ADMITTED, REMOVED, SECOND_FACTOR_FAILED, SIGN_IN_FAILED


@rule(
    "unusual_hours",
    name=_("Opened at night"),
    means=_(
        "Somebody who rarely works at night opened cases at night. Danger keeps no hours, so ask first whether there was a"
        " call; then look at which cases they were."
    ),
    limits={
        "from": _("Night begins at (hour)"),
        "to": _("Night ends at (hour)"),
        "nights": _("Nights of work from which on it is usual for the person"),
        "days": _("Days in which these nights are counted"),
    },
    by_day=True,
    waits=lambda limits: timedelta(hours=limits["to"]),
)
def unusual_hours(span: Span, limits: Limits) -> Iterator[Hit]:
    hits = list(of_person(openings(_night(span.day, limits)), span))
    usual = _nights(span, limits, {hit.actor for hit in hits}) if hits else {}
    for hit in hits:
        if len(usual.get(hit.actor, ())) < limits["nights"]:
            yield hit


def _night(day: date, limits: Limits) -> EntryQuerySet:
    """What was done in the night that began on this day, before midnight or after: it is one night and one signal."""
    ends = day + timedelta(days=limits["from"] > limits["to"])
    return Entry.objects.between(_o_clock(day, limits["from"]), _o_clock(ends, limits["to"]))


def _nights(span: Span, limits: Limits, people: set[str]) -> dict[str, set[date]]:
    """The nights in which these people opened cases before; a night bears the date of the day on which it began."""
    before = Entry.objects.between(span.days_before(limits["days"]), _o_clock(span.day, limits["from"]))
    late, early = Q(hour__gte=limits["from"]), Q(hour__lt=limits["to"])
    crosses = limits["from"] > limits["to"]
    opened = openings(before).by_actor(*people).annotate(hour=ExtractHour("at"), date=TruncDate("at"))
    found: dict[str, set[date]] = {}
    for actor, hour, day in (
        opened.filter(late | early if crosses else late & early)
        .order_by()
        .values_list("actor_id", "hour", "date")
        .distinct()
    ):
        found.setdefault(actor, set()).add(day - timedelta(days=crosses and hour < limits["to"]))
    return found


def _o_clock(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


@rule(
    "holiday",
    name=_("Opened on a holiday"),
    means=_(
        "Somebody opened cases on a public holiday of Québec, when the unit is closed but for those on call. Look at"
        " whether they were on call."
    ),
    limits={"openings": _("Openings on that day, from which on it counts")},
    by_day=True,
)
def holiday(span: Span, limits: Limits) -> Iterator[Hit]:
    if span.day not in holidays.country_holidays("CA", subdiv="QC", years=span.day.year):
        return iter(())
    return of_person(opened_in(span), span, least=limits["openings"])


@rule(
    "last_days",
    name=_("Before leaving"),
    means=_(
        "Somebody who was then taken out of the team had opened stories, names or numbers, or had taken files out, in"
        " their last days. Look at whether they handed their cases over with it."
    ),
    limits={"days": _("Days before they left"), "acts": _("Reveals, prints and downloads, from which on it counts")},
)
def last_days(span: Span, limits: Limits) -> Iterator[Hit]:
    for removal in light(span.entries.of_action(REMOVED.code).with_outcome(Outcome.DONE)):
        before = Entry.objects.between(removal.at - timedelta(days=limits["days"]), removal.at)
        acts = before.of_action(*REVEALED, *TAKEN_OUT).with_outcome(Outcome.DONE).by_actor(removal.reference)
        found = list(light(acts))
        if len(found) >= limits["acts"]:
            yield Hit.of(str(removal.pk), found, reference="", subject=None, at=removal.at)


@rule(
    "gone_account",
    name=_("Sign-in with an account that was closed"),
    means=_(
        "Somebody tried to sign in as a person who was taken out of the team. It may be they, or somebody who has their"
        " passphrase. Nothing opened; look at whether other accounts were tried."
    ),
    limits={"tries": _("Tries in a day, from which on it counts")},
    by_day=True,
)
def gone_account(span: Span, limits: Limits) -> Iterator[Hit]:
    told = Entry.objects.filter(reference=OuterRef("reference"), id__lt=OuterRef("id"), outcome=Outcome.DONE)
    back = Entry.objects.filter(
        reference=OuterRef("reference"),
        action=ADMITTED.code,
        id__gt=OuterRef("id"),
        id__lt=OuterRef(OuterRef("id")),
    )
    removed = told.of_action(REMOVED.code).filter(~Exists(back))
    tries = span.entries.of_action(SIGN_IN_FAILED.code, SECOND_FACTOR_FAILED.code).exclude(reference="")
    for account, found in together(light(tries.filter(Exists(removed))), lambda entry: entry.reference).items():
        if len(found) >= limits["tries"]:
            yield Hit.of(f"{account}:{timezone.localdate(found[0].at)}", found)
