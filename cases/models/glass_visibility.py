"""Which emergency accesses exist for whom, which of them are in force, and which wait for somebody."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases import policies
from cases.models.visibility import Among
from cellule.accounts.roles import SYSTEM, Permission

if TYPE_CHECKING:
    from cases.models.break_glass import BreakGlass  # noqa: F401 – named in a string below

# How long an emergency access is open, and how long one that opened nothing waits for an answer.
LASTS = datetime.timedelta(hours=4)

# Whose keys a person holds in the unit; a circle is not among them, whoever is in it.
_KEYS_OF_THE_UNIT = """
SELECT w.group_id FROM keys.vault_groupwrap w JOIN keys.vault_keygroup g ON g.id = w.group_id
WHERE w.holder = %s AND g.kind IN ('intake', 'unit')
"""


class GlassState(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    ACTIVE = "active", _("Open")
    ENDED = "ended", _("Ended")
    EXPIRED = "expired", _("Over after four hours")
    TAKEN_UP = "taken_up", _("A colleague takes care of it")
    TURNED_DOWN = "turned_down", _("Not opened")
    UNDER_REVIEW = "under_review", _("Under review")
    JUSTIFIED = "justified", _("Justified")
    UNJUSTIFIED = "unjustified", _("Not justified")


OVER = (GlassState.ENDED, GlassState.EXPIRED, GlassState.TAKEN_UP, GlassState.TURNED_DOWN)


def under_unit_keys_of(user: Any) -> Among:
    """What lies under keys of the unit (or its intake) that this person holds; asked of cases."""
    return Among(models.F("key_holder"), RawSQL(_KEYS_OF_THE_UNIT, [user.pk]))


def _lately_and_closed() -> models.Q:
    # Also what was turned down: who asks must not learn from their page that somebody did.
    return models.Q(begun_at=None, asked_at__gt=Now() - LASTS)


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def visible_to(self, user: Any) -> Self:
        """Keep what this person asked for, supervises, can answer from inside a circle, or reviews."""
        from cases.models.case import Case  # the case is what is asked for

        if user is SYSTEM:
            return self
        if not user.is_active:
            return self.none()
        if user.has_perm(Permission.READ_LOG):
            return self.filter(state__in=[GlassState.UNDER_REVIEW, GlassState.JUSTIFIED, GlassState.UNJUSTIFIED])
        own = models.Q(asker=user.pk)
        # Asked of each row that is found: there are few of them, and very many cases.
        inside = models.Exists(Case.objects.visible_to(user).filter(pk=models.OuterRef("case")))
        if user.has_perm(Permission.SUPERVISE_CASES):
            return self.filter(own | models.Q(inside))
        asked_inside = models.Q(state=GlassState.REQUESTED) | models.Q(answered_by=user.pk)
        return self.filter(own | asked_inside & models.Q(inside))

    def in_force(self) -> Self:
        """Keep those that are open at this moment of the database's clock, whatever the tidying job has done yet."""
        return self.filter(state=GlassState.ACTIVE, ends_at__gt=Now())

    def opening_to(self, user: Any) -> Self:
        """Keep those that open their case to this person now: in force, and the case under keys they hold."""
        from cases.models.case import Case  # the case is what is asked for

        if not (user.is_active and policies.may_ask_in_emergency(user)):
            return self.none()
        # With their asker among the conditions there is at most one, so the cases are found by primary key.
        return self.in_force().filter(asker=user.pk, case__in=Case.objects.filter(under_unit_keys_of(user)))

    def asked_by(self, user: Any) -> Self:
        """Keep what this person has open or asked for, the newest first, as their first page shows it."""
        running = models.Q(state=GlassState.ACTIVE, ends_at__gt=Now())
        return self.filter(running | _lately_and_closed(), asker=user.pk).order_by("-asked_at")

    def unanswered_of(self, user: Any) -> Self:
        """Keep what this person asked for lately and what, as far as they may know, waits for an answer."""
        return self.filter(_lately_and_closed(), asker=user.pk, is_taken_up=False).order_by("-asked_at")

    def awaiting(self, user: Any) -> Self:
        """Keep what waits for this person's answer: as a second supervisor, or as one of a circle."""
        from cases.models.case import Case  # the case is what is asked for

        secret = models.Q(state=GlassState.ACTIVE, ends_at__gt=Now(), secret_asked=True, agreed_by=None)
        outside = models.Q(state=GlassState.REQUESTED, asked_at__gt=Now() - LASTS)
        asked = secret | outside if user.has_perm(Permission.SUPERVISE_CASES) else outside
        theirs = self.filter(asked, case__in=Case.objects.visible_to(user))
        return theirs.exclude(asker=user.pk).order_by("-asked_at")

    def run_out(self) -> Self:
        """Keep those whose four hours are over and that do not say so yet."""
        open_too_long = models.Q(state=GlassState.ACTIVE, ends_at__lte=Now())
        never_opened = models.Q(state=GlassState.REQUESTED, asked_at__lte=Now() - LASTS)
        return self.filter(open_too_long | never_opened)

    def over(self) -> Self:
        """Keep those that are over and wait to be reviewed."""
        return self.filter(state__in=[state.value for state in OVER])
