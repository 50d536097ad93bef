"""The rules as reviewers see them: what each means, its thresholds, how often it hits and how often it is right."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from audit.log.record import record
from audit.review.actions import RULES_VIEWED
from audit.review.models import Evaluation, Feedback, ItemState, Signal
from audit.review.rules.rule import Rule, all_rules
from audit.review.tabs import tabs_of
from cellule.accounts.roles import Permission

MONTH, QUARTER = timedelta(days=30), timedelta(days=90)


@dataclass(frozen=True)
class Line:
    """One rule and its figures. `judged`: signals with a verdict; `right`: those of them that were not justified."""

    rule: Rule
    month: int
    quarter: int
    judged: int
    right: int
    evaluated_at: datetime | None

    @property
    def limits(self) -> Iterator[tuple[Promise, int]]:
        thresholds = self.rule.thresholds
        return ((label, thresholds[name]) for name, label in self.rule.limits.items())

    @property
    def precision(self) -> int | None:
        """How many of a hundred judged hits were no false alarm; None while nothing is judged."""
        return round(100 * self.right / self.judged) if self.judged else None

    @property
    def is_told(self) -> bool:
        """Whether the rule is not asked, but told of by an alarm."""
        return self.rule.find is None


def lines() -> list[Line]:
    """Every rule with its figures, by three queries."""
    now = timezone.now()
    hits = _by_rule(
        Signal.objects.filter(found_at__gte=now - QUARTER)
        .values_list("rule")
        .annotate(month=Count("pk", filter=Q(found_at__gte=now - MONTH)), quarter=Count("pk"))
    )
    verdicts = _by_rule(
        Feedback.objects.values_list("rule").annotate(
            judged=Count("pk"), right=Count("pk", filter=~Q(verdict=ItemState.JUSTIFIED))
        )
    )
    evaluated = dict(Evaluation.objects.values_list("rule", "evaluated_at"))
    return [
        Line(
            rule,
            *hits.get(rule.code, (0, 0)),
            *verdicts.get(rule.code, (0, 0)),
            evaluated_at=evaluated.get(rule.code),
        )
        for rule in all_rules()
    ]


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule; looking is an act like any other."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    with transaction.atomic():
        record(RULES_VIEWED, by=request.acting.actor)
    tabs = tabs_of(request.user, "review:rules")
    return render(request, "review/rules.html", {"lines": lines(), "tabs": tabs})


def _by_rule(rows: Iterable[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    return {rule: (first, second) for rule, first, second in rows}
