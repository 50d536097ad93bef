"""Who works when: a month's entries by person and hour of the day (Montréal), as a table of numbers."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from audit.log.identifier import first_uuid7
from audit.log.record import record
from audit.review.actions import HOURS_VIEWED
from audit.review.months import bounds, months_back, parsed, this_month
from audit.review.tabs import tabs_of
from cellule.accounts.actors import names_of
from cellule.accounts.roles import Permission

MONTHS = 13
SHADES = 4
_COUNT = """
SELECT actor_id, extract(hour FROM at AT TIME ZONE %(zone)s)::int AS hour, count(*)
FROM log_entry
WHERE id >= %(since)s AND id < %(until)s AND actor_id NOT IN ('system', 'anonymous')
    AND extract(isodow FROM at AT TIME ZONE %(zone)s)::int = ANY (%(days)s::int[])
GROUP BY 1, 2
"""


class Days(models.TextChoices):
    """Which days of the week are counted."""

    ALL = "tous", _("All days")
    WEEKDAYS = "semaine", _("Monday to Friday")
    WEEKEND = "fin-de-semaine", _("Saturday and Sunday")

    @property
    def numbers(self) -> list[int]:
        """Their numbers, Monday as 1."""
        return {Days.ALL: [*range(1, 8)], Days.WEEKDAYS: [*range(1, 6)], Days.WEEKEND: [6, 7]}[self]


@dataclass(frozen=True)
class Cell:
    """One hour of one person; `shade` from 0 (nothing) to 4 (as much as the busiest hour of the table)."""

    number: int
    shade: int


@dataclass(frozen=True)
class Row:
    name: str
    cells: list[Cell]
    total: int


def table(month: datetime.date, days: Days) -> list[Row]:
    """Give a row for each person who acted, those with the most entries first."""
    start, end = bounds(month)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jit', 'off', true)")
        given = {"since": first_uuid7(start), "until": first_uuid7(end), "days": days.numbers}
        given["zone"] = settings.TIME_ZONE
        cursor.execute(_COUNT, given)
        counted = cursor.fetchall()
    numbers: dict[str, list[int]] = {}
    for actor, hour, number in counted:
        numbers.setdefault(actor, [0] * 24)[hour] = number
    most = max((number for hours in numbers.values() for number in hours), default=0)
    names = names_of(set(numbers))
    rows = [
        Row(
            str(names[actor]),
            [Cell(number, -(-SHADES * number // most)) for number in hours],
            sum(hours),
        )
        for actor, hours in numbers.items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.name))


@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """The table of a month. Looking is recorded; no name stands in the address."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    month = parsed(request.GET["mois"]) if "mois" in request.GET else this_month()
    if month not in months_back(MONTHS) or request.GET.get("jours", Days.ALL) not in Days.values:
        raise Http404
    days = Days(request.GET.get("jours", Days.ALL))
    with transaction.atomic():
        record(HOURS_VIEWED, by=request.acting.actor, purpose=f"{month:%Y-%m}")
    context = {
        "tabs": tabs_of(request.user, "review:hours"),
        "month": month,
        "months": months_back(MONTHS),
        "days": days,
        "choices": [(each.label, f"?mois={month:%Y-%m}&jours={each.value}", each == days, 0) for each in Days],
        "hours": range(24),
        "rows": table(month, days),
    }
    return render(request, "review/hours.html", context)
