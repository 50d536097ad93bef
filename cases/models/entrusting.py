"""To whom a case is entrusted: assign, hand over, share. A grant is given here and nowhere else."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import assign_perm

from cases import actions, policies
from cases.models.codes import OPEN, State
from cases.notices import LEADS_NO_MORE, LEADS_NOW, SHARES_NO_MORE, SHARES_NOW, WAITS_FOR_LEAD
from cellule.accounts.acting import Acting
from cellule.accounts.roles import ROLES, Permission
from cellule.notices.notify import notify
from cellule.steps import Condition, Stepped, TooLate, step
from cellule.vault.models import KeyGroup
from cellule.vault.unlocked import group_id

if TYPE_CHECKING:
    from cases.models.case import Case
    from cellule.accounts.models import User

LEAD = "lead_case"
SHARE = "share_case"

HAS_LEAD = Condition(lambda case, user: not case.awaits_lead, _("Nobody leads this case: a supervisor assigns it."))
IN_UNIT = Condition(
    # Sharing brings the keys to the unit, where whoever leads the case for the intake could not follow.
    lambda case, user: case.is_held_by_unit or all(policies.works_in_unit(lead) for lead in case.leads()),
    _("The case is still with the intake: hand it over to the unit."),
)
NOT_IN_CIRCLE = Condition(
    lambda case, user: not case.is_in_circle,
    _("The case is in a circle: who works on it changes only with the circle, by two people."),
)


class Entrusted(Stepped):
    """Gives and takes the grants on a case; every open case has one lead, or waits for one."""

    class Meta:
        abstract = True

    @step(
        source=[State.INQUIRY, State.INTAKE],
        target=None,
        action=actions.HANDED_TO_UNIT,
        label=_("Hand over to the unit"),
        slug="confier-a-la-cellule",
        allowed=policies.may_lead,
        conditions=[HAS_LEAD, NOT_IN_CIRCLE],
    )
    def hand_to_unit(self: "Case", *, by: Acting) -> None:
        """Nobody in particular: a supervisor assigns it. Whoever gave it away reads it no more."""
        self._bring_to_unit(by)
        self._ungrant(LEAD)
        self.awaits_lead = True
        self._tell_supervisors(WAITS_FOR_LEAD, by)

    @step(
        source=OPEN,
        target=None,
        action=actions.CASE_ASSIGNED,
        label=_("Assign the case"),
        slug="affecter",
        allowed=policies.may_supervise,
    )
    def assign(self: "Case", *, by: Acting, to: "User") -> None:
        """A supervisor gives the case a lead, instead of the one it had. TooLate for who may lead no case."""
        self._bring_to_unit(by)
        self._entrust(to, by)

    @step(
        source=[State.INTAKE, State.ASSESSMENT, State.ACTIVE, State.FOLLOW_UP],
        target=None,
        action=actions.CASE_HANDED_OVER,
        label=_("Hand over to a colleague"),
        slug="transmettre",
        allowed=policies.may_lead_in_unit,
    )
    def hand_over(self: "Case", *, by: Acting, to: "User") -> None:
        """Whoever leads the case gives it to a colleague, and reads it no more, unless both are in its circle."""
        self._bring_to_unit(by)
        self._entrust(to, by)

    @step(
        source=OPEN,
        target=None,
        action=actions.CASE_SHARED,
        label=_("Share with a colleague"),
        slug="partager",
        allowed=policies.may_share,
        conditions=[IN_UNIT, NOT_IN_CIRCLE],
    )
    def share(self: "Case", *, by: Acting, to: "User") -> None:
        """A colleague reads the case and writes in it too; the lead stays the lead. TooLate for who does already."""
        self._bring_to_unit(by)
        # Nobody gives themselves a share: who supervises reads the story for a reason, each time.
        if to.pk == by.user.pk or not policies.works_in_unit(to) or self.is_led_by(to):
            raise TooLate([_("This person cannot share in the case.")])
        if self.shared_with().filter(pk=to.pk).exists():
            raise TooLate([_("The case is shared with this person already.")])
        assign_perm(SHARE, to, self)
        self._concerned = [str(to.pk)]
        notify(to.pk, SHARES_NOW, self.reference, by=by.actor)

    @step(
        source=[*OPEN, State.CLOSED],
        target=None,
        action=actions.SHARING_ENDED,
        label=_("End a colleague’s share"),
        slug="ne-plus-partager",
        allowed=policies.may_share,
        conditions=[NOT_IN_CIRCLE],
    )
    def end_sharing(self: "Case", *, by: Acting, to: "User") -> None:
        """The colleague reads the case no more."""
        if not self._ungrant(SHARE, to):
            raise TooLate([_("The case is not shared with this person any more.")])
        self._concerned = [str(to.pk)]
        notify(to.pk, SHARES_NO_MORE, by=by.actor)

    # --- Questions ---------------------------------------------------------------------------------

    @property
    def is_held_by_unit(self: "Case") -> bool:
        """Whether keys of the unit open this case, or of a circle of its people, not those of the intake."""
        return self.key_holder != group_id(KeyGroup.Kind.INTAKE)

    def leads(self: "Case") -> models.QuerySet["User"]:
        """Who leads this case: one person, or nobody."""
        return self._granted(LEAD)

    def shared_with(self: "Case") -> models.QuerySet["User"]:
        """Who works on this case beside its lead."""
        return self._granted(SHARE)

    @staticmethod
    def colleagues() -> models.QuerySet["User"]:
        """Everybody to whom a case can be given."""
        return _holding(Permission.LEAD_CASES)

    def may_be_given_to(self: "Case") -> models.QuerySet["User"]:
        """Whom this case can be given to: everybody of the unit; in a circle, its people."""
        return self.shared_with() if self.is_in_circle else self.colleagues()

    @staticmethod
    def supervisors() -> models.QuerySet["User"]:
        """Everybody who answers for the unit's cases."""
        return _holding(Permission.SUPERVISE_CASES)

    def supervisors_inside(self: "Case") -> models.QuerySet["User"]:
        """Everybody who answers for this case: of the unit, or of its circle alone."""
        if not self.is_in_circle:
            return self.supervisors()
        return self.supervisors().filter(pk__in=self.user_grants.values("user"))

    # --- What the verbs share ----------------------------------------------------------------------

    def _entrust(self: "Case", to: "User", by: Acting) -> None:
        if not policies.works_in_unit(to) or self.is_led_by(to):
            raise TooLate([_("This person leads the case already, or cannot lead one.")])
        stays = self.is_in_circle
        if stays and not self.is_worked_by(to):
            raise TooLate([_("This person is not in the circle of the case.")])
        formers = list(self.leads())
        for former in formers:
            if former.pk != by.user.pk:
                notify(former.pk, LEADS_NO_MORE, by=by.actor)
        self._ungrant(LEAD)
        self._ungrant(SHARE, to)
        assign_perm(LEAD, to, self)
        for former in formers if stays else []:
            assign_perm(SHARE, former, self)
        self.awaits_lead = False
        self._concerned = [str(to.pk)]
        if to.pk != by.user.pk:
            notify(to.pk, LEADS_NOW, self.reference, by=by.actor)

    def _granted(self: "Case", permission: str) -> models.QuerySet["User"]:
        return get_user_model()._default_manager.filter(
            pk__in=self.user_grants.filter(permission__codename=permission).values("user")
        )

    def _ungrant(self: "Case", permission: str, user: "User | None" = None) -> int:
        grants = self.user_grants.filter(permission__codename=permission)
        self.__dict__.pop("_worked_by", None)
        return (grants if user is None else grants.filter(user=user)).delete()[0]


def _holding(permission: Permission) -> models.QuerySet["User"]:
    roles = [role.code for role in ROLES if permission in role.permissions]
    return get_user_model()._default_manager.filter(is_active=True, role__in=roles)
