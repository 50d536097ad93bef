"""The life of an emergency access: asked for, open, over, reviewed (`domain.md` 5.6)."""

import datetime
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils.translation import gettext_lazy as _

from cases import actions, policies
from cases.models.glass_visibility import LASTS, OVER, GlassState
from cases.notices import EMERGENCY, EMERGENCY_ANSWERED, EMERGENCY_BEGUN, EMERGENCY_CLOSED, EMERGENCY_WAITS
from cellule.accounts.acting import Acting
from cellule.accounts.roles import PRIVACY_OFFICER, SYSTEM, Permission
from cellule.notices.kinds import NoticeKind
from cellule.notices.notify import notify
from cellule.steps import By, Condition, Stepped, step

if TYPE_CHECKING:
    from cases.models.break_glass import BreakGlass


def _is_asker(use: "BreakGlass", user: Any) -> bool:
    return user is not SYSTEM and user.pk == use.asker and policies.may_ask_in_emergency(user)


def _is_system(use: "BreakGlass", user: Any) -> bool:
    return user is SYSTEM


def _supervises(use: "BreakGlass", user: Any) -> bool:
    return user is not SYSTEM and use.case is not None and policies.may_supervise(use.case, user)


def _may_end(use: "BreakGlass", user: Any) -> bool:
    return user is not SYSTEM and (user.pk == use.asker or _supervises(use, user))


def _is_inside(use: "BreakGlass", user: Any) -> bool:
    return user is not SYSTEM and use.case is not None and policies.may_read(use.case, user) and user.pk != use.asker


def _reviews(use: "BreakGlass", user: Any) -> bool:
    return user is not SYSTEM and user.has_perm(Permission.READ_LOG)


OPENABLE = Condition(lambda use, user: use.is_openable_by(user), _("This case does not open by an emergency access."))
IN_FORCE = Condition(lambda use, user: use.is_in_force, _("The emergency access is over."))
RUN_OUT = Condition(lambda use, user: use.has_run_out, _("The four hours are not over yet."))
SECRET_ASKED = Condition(
    lambda use, user: use.secret_asked and use.agreed_by is None, _("Nobody has asked for a second person.")
)
SECRET_NOT_ASKED = Condition(
    lambda use, user: not use.secret_asked, _("A supervisor has been asked already, or has answered.")
)
NOT_ASKER = Condition(lambda use, user: user.pk != use.asker, _("You asked for it: a second person has to answer."))
NOT_INVOLVED = Condition(
    lambda use, user: user.pk not in (use.asker, use.agreed_by, use.answered_by),
    _("You asked for it or agreed to it: somebody else has to judge it."),
)


class Glassed(Stepped):
    """Opens, closes and judges an emergency access."""

    STARTS = (GlassState.REQUESTED,)

    class Meta:
        abstract = True

    @step(
        source=[GlassState.REQUESTED],
        target=GlassState.ACTIVE,
        action=actions.EMERGENCY_BEGUN,
        label=_("Open the case in an emergency"),
        slug="ouvrir",
        allowed=_is_asker,
        conditions=[OPENABLE],
    )
    def begin(self: "BreakGlass", *, by: Acting) -> None:
        """What is ordinary in the case opens for four hours; supervisors and privacy officers are told at once."""
        begun = moment()
        self.begun_at, self.ends_at = begun, begun + LASTS
        self._tell(self._privacy_officers(), EMERGENCY_BEGUN, by)
        self._tell(self._supervisors(), EMERGENCY, by, self.reference)

    @step(
        source=[GlassState.ACTIVE],
        target=None,
        action=actions.EMERGENCY_SECRET_ASKED,
        label=_("Ask for identity, contact and story"),
        slug="demander-le-reste",
        allowed=_is_asker,
        conditions=[IN_FORCE, SECRET_NOT_ASKED],
    )
    def ask_secret(self: "BreakGlass", *, by: Acting) -> None:
        """A supervisor decides whether the rest opens, too."""
        self.secret_asked = True
        self._tell(self._supervisors(), EMERGENCY_WAITS, by, self.reference)

    @step(
        source=[GlassState.ACTIVE],
        target=None,
        action=actions.EMERGENCY_AGREED,
        label=_("Agree to identity, contact and story"),
        slug="accepter",
        allowed=_supervises,
        conditions=[NOT_ASKER, IN_FORCE, SECRET_ASKED],
    )
    def agree(self: "BreakGlass", *, by: Acting) -> None:
        """A second person has heard why: the rest opens until the access is over."""
        self.agreed_by = by.user.pk
        self._tell([self.asker], EMERGENCY_ANSWERED, by, self.reference)

    @step(
        source=[GlassState.ACTIVE],
        target=None,
        action=actions.EMERGENCY_REFUSED,
        label=_("Leave identity, contact and story closed"),
        slug="refuser",
        allowed=_supervises,
        conditions=[NOT_ASKER, IN_FORCE, SECRET_ASKED],
    )
    def refuse(self: "BreakGlass", *, by: Acting) -> None:
        """The rest stays closed; it can be asked for again."""
        self.secret_asked = False
        self._tell([self.asker], EMERGENCY_ANSWERED, by, self.reference)

    @step(
        source=[GlassState.ACTIVE],
        target=GlassState.ENDED,
        action=actions.EMERGENCY_ENDED,
        label=_("End the emergency access"),
        slug="terminer",
        allowed=_may_end,
    )
    def end(self: "BreakGlass", *, by: Acting) -> None:
        """It is no longer needed, or a supervisor closes it."""
        self.over_at = min(moment(), self.ends_at or moment())
        self._tell([self.asker], EMERGENCY_CLOSED, by, self.reference)

    @step(
        source=[GlassState.ACTIVE, GlassState.REQUESTED],
        target=GlassState.EXPIRED,
        action=actions.EMERGENCY_EXPIRED,
        label=_("Let the emergency access run out"),
        slug="expirer",
        allowed=_is_system,
        conditions=[RUN_OUT],
    )
    def let_run_out(self: "BreakGlass", *, by: By) -> None:
        """Its four hours are over: the house tidies up; nothing has opened since."""
        self.over_at = self.ends_at or self.asked_at + LASTS

    @step(
        source=[GlassState.REQUESTED],
        target=GlassState.TAKEN_UP,
        action=actions.EMERGENCY_TAKEN_UP,
        label=_("I take care of it"),
        slug="prendre-en-charge",
        allowed=_is_inside,
        conditions=[NOT_ASKER],
    )
    def take_up(self: "BreakGlass", *, by: Acting) -> None:
        """One of the circle speaks with whoever asks, and decides with the circle's own steps whether to let them in."""
        self.answered_by, self.over_at, self.is_taken_up = by.user.pk, moment(), True
        self._tell([self.asker], EMERGENCY_ANSWERED, by, self.reference)

    @step(
        source=[GlassState.REQUESTED],
        target=GlassState.TURNED_DOWN,
        action=actions.EMERGENCY_TURNED_DOWN,
        label=_("Leave it closed"),
        slug="ecarter",
        allowed=_is_inside,
        conditions=[NOT_ASKER],
    )
    def turn_down(self: "BreakGlass", *, by: Acting) -> None:
        """One of the circle leaves it closed. Nobody tells whoever asks: it would tell that there is a case."""
        self.answered_by, self.over_at = by.user.pk, moment()

    @step(
        source=list(OVER),
        target=GlassState.UNDER_REVIEW,
        action=actions.EMERGENCY_UNDER_REVIEW,
        label=_("Have it reviewed"),
        slug="examiner",
        allowed=_is_system,
    )
    def come_under_review(self: "BreakGlass", *, by: By) -> None:
        """The house lays it before the reviewers; every one of them is."""

    @step(
        source=[GlassState.UNDER_REVIEW],
        target=GlassState.JUSTIFIED,
        action=actions.EMERGENCY_JUSTIFIED,
        label=_("It was justified"),
        slug="justifier",
        allowed=_reviews,
        conditions=[NOT_INVOLVED],
    )
    def justify(self: "BreakGlass", *, by: Acting) -> None:
        """A reviewer who had no part in it has looked at what was done and why."""

    @step(
        source=[GlassState.UNDER_REVIEW],
        target=GlassState.UNJUSTIFIED,
        action=actions.EMERGENCY_UNJUSTIFIED,
        label=_("It was not justified"),
        slug="ne-pas-justifier",
        allowed=_reviews,
        conditions=[NOT_INVOLVED],
    )
    def find_unjustified(self: "BreakGlass", *, by: Acting) -> None:
        """A reviewer who had no part in it found no good reason; the incident is opened with the verdict."""

    # --- What the steps share ----------------------------------------------------------------------

    def _tell(self: "BreakGlass", people: Collection[uuid.UUID], kind: NoticeKind, by: By, reference: str = "") -> None:
        for person in people:
            if person != by.user.pk:
                notify(person, kind, reference, by=by.actor)

    def _supervisors(self: "BreakGlass") -> list[uuid.UUID]:
        return [person.pk for person in self.case.supervisors_inside()] if self.case else []

    @staticmethod
    def _privacy_officers() -> list[uuid.UUID]:
        officers = get_user_model()._default_manager.filter(is_active=True, role=PRIVACY_OFFICER.code)
        return list(officers.values_list("pk", flat=True))


def moment() -> datetime.datetime:
    """This moment by the database's clock: one for all machines, whatever a frozen or wrong clock of ours says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    return now
