"""The inbox of an agency: what waits for its answer, what goes on, what is over. It is the team's, nobody's own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.languages import language_name
from cellule import references
from cellule.accounts.models import User
from cellule.notices.models import Notice
from cellule.vault.sealing import CannotOpen, UnknownFormat
from cellule.vault.unlocked import OpenedOwner
from referrals.contents import needs_in_words
from referrals.models import Referral
from referrals.models.codes import RECEIVED, STOPPED, UNANSWERED, ReferralState, Urgency
from referrals.models.referral import ReferralQuerySet
from referrals.notices import MESSAGE_ARRIVED

PAGE = 25


class Part(StrEnum):
    """A part of the inbox, as its address names it."""

    TO_ANSWER = "a-repondre"
    UNDER_WAY = "en-cours"
    OVER = "terminees"

    @property
    def label(self) -> Promise:
        return _LABELS[self]

    @property
    def states(self) -> tuple[ReferralState, ...]:
        return _STATES[self]


_LABELS = {Part.TO_ANSWER: _("To answer"), Part.UNDER_WAY: _("Under way"), Part.OVER: _("Over")}
_STATES = {
    Part.TO_ANSWER: UNANSWERED,
    Part.UNDER_WAY: RECEIVED,
    Part.OVER: (ReferralState.COMPLETED, ReferralState.NOT_DELIVERED),
}


@dataclass(frozen=True)
class Page:
    """Referrals of one page; `newer` and `older` are the references from which the neighbouring pages go on, or empty."""

    referrals: list[Referral]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True)
class Line:
    """One referral as the inbox shows it: no name, and nothing of the person. Empty when it cannot be opened (any more)."""

    referral: Referral
    needs: str = ""
    language: Promise | str = ""
    is_urgent: bool = False
    has_message: bool = False


def part_called(name: str) -> Part:
    """Give the part of this name; the first one for any other."""
    return Part(name) if name in Part else Part.TO_ANSWER


def page_of(user: User, part: Part, *, older_than: str = "", newer_than: str = "") -> Page:
    """Give one page of a part: what is due first to answer, else what was due last; an unknown mark gives the first one."""
    found = Referral.objects.visible_to(user).filter(state__in=part.states).select_related("service")
    if part is not Part.OVER:
        # Whatever the tidying job has done yet.
        found = found.filter(consent__ends_on__gt=timezone.localdate())
    forward = part is Part.TO_ANSWER
    mark = _in(found, newer_than or older_than)
    if mark is None:
        page = list(_ordered(found, ascending=forward)[: PAGE + 1])
        return Page(page[:PAGE], older=page[PAGE - 1].reference if len(page) > PAGE else "")
    if newer_than:
        page = list(_ordered(_beyond(found, mark, ascending=not forward), ascending=not forward)[: PAGE + 1])
        kept = page[:PAGE][::-1]
        return Page(kept, newer=kept[0].reference if len(page) > PAGE else "", older=_end(kept))
    page = list(_ordered(_beyond(found, mark, ascending=forward), ascending=forward)[: PAGE + 1])
    kept = page[:PAGE]
    return Page(kept, newer=kept[0].reference if kept else "", older=_end(kept) if len(page) > PAGE else "")


def to_stop(user: User) -> list[Referral]:
    """What this agency has received and must not use any more, as long as it has not said that it stopped."""
    stopped = Referral.objects.visible_to(user).filter(state__in=STOPPED, stop_due=True)
    return list(stopped.select_related("service").order_by("due_on", "pk")[:PAGE])


def with_messages(user: User, referrals: Collection[Referral]) -> set[str]:
    """The references among these about which this person has a message that they have not read."""
    unread = Notice.objects.unread(user).filter(kind=MESSAGE_ARRIVED.code)
    return set(unread.filter(reference__in=[each.reference for each in referrals]).values_list("reference", flat=True))


def lines(referrals: Collection[Referral], opened: Mapping[object, OpenedOwner], unread: Collection[str]) -> list[Line]:
    """Give the lines of a page in its order."""
    return [_line(each, opened.get(each.pk), each.reference in unread) for each in referrals]


def _line(referral: Referral, opened: OpenedOwner | None, has_message: bool) -> Line:
    if opened is None:
        return Line(referral, has_message=has_message)
    try:
        envelope = opened.read(referral, "envelope")
    except (CannotOpen, UnknownFormat):
        # Its own page says so, and the log.
        return Line(referral, has_message=has_message)
    return Line(
        referral,
        needs_in_words(envelope.needs),
        language_name(envelope.spoken),
        referral.urgency == Urgency.URGENT,
        has_message,
    )


def _ordered(found: ReferralQuerySet, *, ascending: bool) -> ReferralQuerySet:
    return found.order_by("due_on", "pk") if ascending else found.order_by("-due_on", "-pk")


def _beyond(found: ReferralQuerySet, mark: Referral, *, ascending: bool) -> ReferralQuerySet:
    if ascending:
        return found.filter(due_on__gte=mark.due_on).filter(Q(due_on__gt=mark.due_on) | Q(pk__gt=mark.pk))
    return found.filter(due_on__lte=mark.due_on).filter(Q(due_on__lt=mark.due_on) | Q(pk__lt=mark.pk))


def _in(found: ReferralQuerySet, reference: str) -> Referral | None:
    try:
        return found.filter(reference=references.parse(reference)).first()
    except ValueError:
        return None


def _end(page: list[Referral]) -> str:
    return page[-1].reference if page else ""
