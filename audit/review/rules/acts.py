"""Which acts the rules speak of, and how the entries of one person about one case become one hit."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, Q

from audit.log.actions import Action, Outcome, Relation
from audit.log.models.entry import EntryQuerySet
from audit.review import actions as review
from audit.review.rules.rule import Hit, Span
from cases import actions as cases
from referrals import actions as referrals

# What shows more of a case than that it exists and how it stands.
REVEALED = (
    cases.STORY_REVEALED.code,
    cases.IDENTITY_REVEALED.code,
    cases.CONTACT_REVEALED.code,
    cases.FILES_REVEALED.code,
    cases.FILE_VIEWED.code,
)
OPENED = (cases.CASE_OPENED.code, cases.FILES_LISTED.code, cases.FILE_OPENED.code, *REVEALED)
# What leaves the house on paper or as a copy: of cases, and of the log.
TAKEN_OUT = (
    cases.FILE_PRINTED.code,
    cases.FILE_DOWNLOADED.code,
    cases.ORIGINAL_DOWNLOADED.code,
    cases.ACCESS_LIST_MADE.code,
    review.EXPORTED.code,
    review.LIST_EXPORTED.code,
)
_LOOKS = {
    *OPENED,
    *TAKEN_OUT,
    *(
        action.code
        for action in (
            cases.CASES_LISTED,
            cases.SEARCHED,
            cases.FOUND_SHOWN,
            cases.NAMES_COMPARED,
            cases.DESK_SHOWN,
            cases.OWN_NAME_SEEN,
            cases.EMERGENCY_ASKED,
            cases.EMERGENCY_TOO_MANY,
            cases.EMERGENCY_SHOWN,
            cases.EMERGENCY_BEGUN,
            cases.EMERGENCY_SECRET_ASKED,
            cases.EMERGENCY_ENDED,
            cases.ACCESS_VIEWED,
            cases.FILE_BROKEN,
            referrals.ENVELOPE_OPENED,
            referrals.AGREED_OPENED,
            referrals.PACKET_FORGED,
            referrals.REFERRALS_LISTED,
        )
    ),
}
# What moves a case, adds to it or corrects it, referrals included.
WORK = tuple(
    sorted(
        {action.code for room in (cases, referrals) for action in vars(room).values() if isinstance(action, Action)}
        - _LOOKS
    )
)
REFUSED = (Outcome.REFUSED_FORBIDDEN, Outcome.REFUSED_UNKNOWN)
# What ties a person to a case by their work, not by answering for all of them.
AT_WORK = (Relation.ASSIGNED, Relation.REFERRAL)


def openings(entries: EntryQuerySet) -> EntryQuerySet:
    """Keep what was opened of cases."""
    return entries.of_action(*OPENED).with_outcome(Outcome.DONE).filter(subject__isnull=False)


def opened_in(span: Span) -> EntryQuerySet:
    """What people opened of cases."""
    return openings(span.entries)


def by_same_person(entries: EntryQuerySet, **told: Any) -> EntryQuerySet:
    """For a subquery: what of these the person of the outer entry did about the same case.

    `entries` bound it in time once and for all, so that no outer entry walks a person's or a case's whole history.
    """
    return entries.filter(actor_id=OuterRef("actor_id"), subject=OuterRef("subject"), **told)


# Who opens without work of their own on the case: with no tie at all, or more than who supervises sees anyway.
WITHOUT_OWN_WORK = Q(relation=Relation.NONE) | Q(relation=Relation.SUPERVISOR, action__in=REVEALED)


def light(entries: EntryQuerySet) -> EntryQuerySet:
    """Leave out what no rule reads, the oldest first."""
    return entries.order_by("id").defer("detail_commitment")


def together[T](things: Iterable[T], of: Callable[[T], Hashable]) -> dict[Any, list[T]]:
    """Put entries that share something together, in their order."""
    found: dict[Any, list[T]] = {}
    for thing in things:
        found.setdefault(of(thing), []).append(thing)
    return found


def of_person_and_case(entries: EntryQuerySet, span: Span, *, least: int = 1) -> Iterator[Hit]:
    """One hit for each person, case and day with so many of these entries."""
    for (actor, subject), found in together(light(entries), lambda entry: (entry.actor_id, entry.subject)).items():
        if len(found) >= least:
            yield Hit.of(f"{actor}:{subject}:{span.day}", found)


def of_person(entries: EntryQuerySet, span: Span, *, least: int = 1) -> Iterator[Hit]:
    """One hit for each person and day with so many of these entries, about no case in particular."""
    for actor, found in together(light(entries), lambda entry: entry.actor_id).items():
        if len(found) >= least:
            yield Hit.of(f"{actor}:{span.day}", found, reference="", subject=None)
