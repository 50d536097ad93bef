"""Who has to do with a case: openings without any work on it, after it was over, by many, by whoever let themselves in."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome, Relation
from audit.log.models import Entry
from audit.review.rules.acts import (
    AT_WORK,
    OPENED,
    REFUSED,
    WITHOUT_OWN_WORK,
    WORK,
    by_same_person,
    light,
    of_person_and_case,
    opened_in,
    openings,
    together,
)
from audit.review.rules.rule import Hit, Limits, Span, rule
from cases import actions as cases
from cellule.accounts import actions as accounts

_GRANTS = tuple(action.code for action in cases.GRANTS)
_ENDS = (*_GRANTS, cases.HANDED_TO_UNIT.code, cases.SHARING_ENDED.code, cases.CIRCLE_LIFTED.code)
_OWN_RIGHTS = (accounts.ROLE_CHANGED.code, accounts.ROLE_PROPOSED.code, accounts.ADMITTED.code)


@rule(
    "no_relationship",
    name=_("Opening without a tie"),
    means=_(
        "Somebody opened what is known of a person without working on the case: no assignment, no referral, and no step"
        " of theirs before it or on the day after. Look at the reason given, and at what else they opened that day."
    ),
    limits={"days": _("Days back in which an assignment or a step counts as a tie")},
    by_day=True,
    waits=lambda limits: timedelta(days=1),
)
def no_relationship(span: Span, limits: Limits) -> Iterator[Hit]:
    before, after = timedelta(days=limits["days"]), timedelta(days=1)
    tied = by_same_person(
        span.around(before, after).filter(Q(relation__in=AT_WORK) | Q(action__in=WORK)),
        outcome=Outcome.DONE,
        at__gte=OuterRef("at") - before,
        at__lt=OuterRef("at") + after,
    )
    return of_person_and_case(opened_in(span).filter(WITHOUT_OWN_WORK).exclude(Exists(tied)), span)


@rule(
    "former_tie",
    name=_("Opening after the case was given away"),
    means=_(
        "Somebody who had worked on a case opened it, or tried to, after it was handed over, assigned to somebody else"
        " or unshared. Once may be an old bookmark. Look at whether they still had something to finish."
    ),
    limits={"acts": _("Openings and refused tries in a day, from which on it counts")},
    by_day=True,
)
def former_tie(span: Span, limits: Limits) -> Iterator[Hit]:
    opened = Q(WITHOUT_OWN_WORK, action__in=OPENED, outcome=Outcome.DONE)
    acts = span.entries.filter(opened | Q(outcome=Outcome.REFUSED_UNKNOWN)).exclude(reference="")
    groups = together(light(acts), lambda entry: (entry.actor_id, entry.reference))
    given_away = _given_away(groups.keys())
    for (actor, reference), found in groups.items():
        late = [entry for entry in found if given_away(entry)]
        if len(late) >= limits["acts"]:
            yield Hit.of(f"{actor}:{reference}:{span.day}", late)


def _given_away(pairs: Collection[tuple[str, str]]) -> Callable[[Entry], bool]:
    """Whether the case of an act had been its person's and was given away since; `pairs`: all that will be asked about.

    By the history of these cases, which is short, and not of these people, which is long.
    """
    move = Q(action__in=_ENDS, outcome=Outcome.DONE)
    tie = Q(relation=Relation.ASSIGNED, actor_id__in={actor for actor, _reference in pairs})
    history = Entry.objects.filter(move | tie, reference__in={reference for _actor, reference in pairs})
    moves: dict[str, list[UUID]] = {}
    ties: dict[tuple[str, str], list[UUID]] = {}
    told = history.order_by("id").values_list("id", "actor_id", "reference", "relation", "action", "outcome")
    for key, actor, reference, relation, action, outcome in told:
        if action in _ENDS and outcome == Outcome.DONE:
            moves.setdefault(reference, []).append(key)
        if relation == Relation.ASSIGNED:
            ties.setdefault((actor, reference), []).append(key)

    def given_away(act: Entry) -> bool:
        mine = [key for key in ties.get((act.actor_id, act.reference), ()) if key < act.pk]
        return bool(mine) and any(mine[-1] <= key < act.pk for key in moves.get(act.reference, ()))

    return given_away


@rule(
    "many_people",
    name=_("Many people on one case"),
    means=_(
        "Several people who do not work on a case opened it within a short time. Gossip looks like this, and so does a"
        " night of danger. Look at what happened in the case in these days."
    ),
    limits={"people": _("People who do not work on the case"), "days": _("Days in which they opened it")},
    by_day=True,
)
def many_people(span: Span, limits: Limits) -> Iterator[Hit]:
    looked = opened_in(span).exclude(relation__in=AT_WORK).values("subject")
    window = openings(Entry.objects.between(span.days_before(limits["days"] - 1), span.end))
    apart = window.filter(subject__in=looked).exclude(relation__in=AT_WORK)
    crowded = apart.values("subject").annotate(people=Count("actor_id", distinct=True))
    asked = list(crowded.filter(people__gte=limits["people"]).values_list("subject", flat=True))
    groups = together(light(apart.filter(subject__in=asked)), lambda entry: entry.subject)
    for subject, found in groups.items():
        last = found[-1]
        yield Hit.of(f"{subject}:{span.week}", found, actor=last.actor_id, role=last.actor_role, at=last.at)


@rule(
    "own_right",
    name=_("A right given to oneself"),
    means=_(
        "Somebody assigned a case to themselves or let themselves into it, or changed their own role. Where there are few"
        " people it is often right; somebody else should know why."
    ),
    limits={"acts": _("Such acts of one person within 24 hours, from which on each counts")},
)
def own_right(span: Span, limits: Limits) -> Iterator[Hit]:
    back = timedelta(days=1)
    near = span.around(before=back)
    given = light(near.of_action(*_GRANTS).with_outcome(Outcome.DONE).exclude(relation__in=AT_WORK))
    own_role = light(near.of_action(*_OWN_RIGHTS).filter(reference=F("actor_id")))
    own = [*(entry for entry in given if entry.actor_id in (entry.shown or ())), *own_role]
    for found in together(own, lambda entry: entry.actor_id).values():
        for entry in found:
            acts = [each for each in found if entry.at - back < each.at <= entry.at]
            if span.start <= entry.at < span.end and len(acts) >= limits["acts"]:
                yield Hit.of(str(entry.pk), [entry])


@rule(
    "refused_then_opened",
    name=_("Refused, then opened"),
    means=_(
        "Somebody was refused a case, and opened it soon after, without having been able to before. Look at who let them"
        " in between, and whether the two know of each other’s reason."
    ),
    limits={"hours": _("Hours between the refusal and the opening")},
)
def refused_then_opened(span: Span, limits: Limits) -> Iterator[Hit]:
    back = timedelta(hours=limits["hours"])
    refusals = span.around(before=back).with_outcome(*REFUSED).exclude(reference="")
    refused = together(light(refusals), lambda entry: (entry.actor_id, entry.reference))
    # Who asked for an emergency access was refused before by its nature, and each of those is reviewed.
    opened = opened_in(span).filter(reference__in={reference for _actor, reference in refused})
    followed: dict[Entry, list[Entry]] = {}
    first = _first_done(refused.keys())
    for entry in light(opened.exclude(relation=Relation.BREAK_GLASS)):
        pair = entry.actor_id, entry.reference
        for refusal in reversed(refused.get(pair, [])):
            if entry.at - back <= refusal.at < min(entry.at, first[pair]):
                followed.setdefault(refusal, []).append(entry)
                break
    for refusal, found in followed.items():
        # One for each refusal that was followed, on whichever days it is asked about: the first opening counts.
        yield Hit.of(f"{refusal.actor_id}:{refusal.pk}", found)


def _first_done(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    """When each of these people first did anything with each of these references."""
    done = Entry.objects.filter(
        actor_id__in={actor for actor, _reference in pairs},
        reference__in={reference for _actor, reference in pairs},
        outcome=Outcome.DONE,
    )
    times = done.order_by().values_list("actor_id", "reference").annotate(first=Min("at"))
    return {(actor, reference): first for actor, reference, first in times}
