"""A sign-off: an auditor answers for a month of reviews, and the privacy officer has seen it."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from audit.review import actions, policies
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM, Permission
from cellule.steps import By, Stepped, step


class SignOffState(models.TextChoices):
    SIGNED = "signed", _("Signed")
    SEEN = "seen", _("Seen by a privacy officer")


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def visible_to(self, user: Any) -> Self:
        return self if user is SYSTEM or user.has_perm(Permission.READ_LOG) else self.none()


class SignOff(Stepped):
    """One month, bound to the newest checkpoint at that moment: `checkpoint` and its `root` (hex).

    `reviewed` and `left_open` count its accesses, `carried` holds the codes of those that were named as carried over.
    """

    STARTS = (SignOffState.SIGNED,)
    NAMED_BY = "NEW.code"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=references.LENGTH, unique=True, default=references.new_reference)
    month = models.DateField(_("month"), unique=True)
    state = FSMField(_("state"), default=SignOffState.SIGNED, choices=SignOffState, max_length=8, protected=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    checkpoint = models.BigIntegerField(_("checkpoint"))
    root = models.CharField(_("root"), max_length=64)
    reviewed = models.PositiveIntegerField(_("reviewed"))
    left_open = models.PositiveIntegerField(_("carried over"))
    carried = models.JSONField(_("codes of what is carried over"), default=list)
    signer = models.CharField(_("signed by"), max_length=64)
    signed_at = models.DateTimeField(_("signed"), default=timezone.now)
    seen_by = models.CharField(_("seen by"), max_length=64, blank=True)
    seen_at = models.DateTimeField(_("seen"), null=True)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly sign-off")
        verbose_name_plural = _("monthly sign-offs")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in SignOffState]),
                name="review_signoff_state_is_known",
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="review_signoff_month_is_first_day"),
            models.CheckConstraint(
                condition=~models.Q(state="seen")
                | (~models.Q(seen_by="") & ~models.Q(seen_by=models.F("signer")) & models.Q(seen_at__isnull=False)),
                name="review_signoff_seen_by_another",
                violation_error_message=_("A month is seen by somebody other than who signed it."),
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.code)

    @step(
        source=[SignOffState.SIGNED],
        target=SignOffState.SEEN,
        action=actions.SIGN_OFF_SEEN,
        label=_("I have seen this month"),
        slug="vu",
        allowed=policies.may_see_sign_off,
    )
    def see(self, *, by: Acting) -> None:
        """The privacy officer takes note of how the month was reviewed."""
        self.seen_by, self.seen_at = str(by.user.pk), timezone.now()

    def _told_by(self, by: By) -> dict[str, Any]:
        return {"reference": self.code, "subject_type": self._meta.label_lower}
