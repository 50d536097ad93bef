"""A case in a circle: among a named few, and back, each time by two people. The keys move, not only the policy."""

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import assign_perm

from cases import actions, moves, policies
from cases.models.codes import OPEN, State
from cases.models.entrusting import IN_UNIT, LEAD, SHARE
from cases.models.milestone import MilestoneStory
from cases.notices import DECIDED, LEADS_NO_MORE, SHARES_NO_MORE, SHARES_NOW, WAITS_FOR_DECISION
from cellule.accounts.acting import Acting
from cellule.notices.models import Notice
from cellule.notices.notify import notify
from cellule.steps import Condition, Stepped, TooLate, step
from cellule.vault import circles, parking
from cellule.vault.membership import WrongWords
from cellule.vault.models import KeyGroup
from cellule.vault.unlocked import group_id

if TYPE_CHECKING:
    from cases.models.case import Case
    from cellule.accounts.models import User

IN_CIRCLE = Condition(lambda case, user: case.is_in_circle, _("The case is in no circle."))
NOTHING_ASKED = Condition(
    lambda case, user: case.circle_asked_by is None and case.lift_asked_by is None,
    _("Something is asked about a circle already: a second person decides first."),
)
SOMETHING_ASKED = Condition(
    lambda case, user: case.circle_asked_by is not None or case.lift_asked_by is not None,
    _("Nothing is asked about a circle."),
)
CIRCLE_ASKED = Condition(lambda case, user: case.circle_asked_by is not None, _("Nobody has asked for a circle."))
LIFT_ASKED = Condition(lambda case, user: case.lift_asked_by is not None, _("Nobody has asked to end the circle."))
NOT_ASKER = Condition(
    lambda case, user: user.pk not in (case.circle_asked_by, case.lift_asked_by),
    _("You asked for it: a second person has to agree."),
)
NAMED = Condition(
    lambda case, user: user.pk in case.people_asked, _("Only a supervisor who will be in the circle can agree.")
)
SOMEBODY_AGREES = Condition(
    lambda case, user: any(person.pk != user.pk for person in case.supervisors_inside()),
    _("Nobody else in the circle could agree: that takes a supervisor of the circle besides whoever asks."),
)
SOMEBODY_IS_BACK = Condition(
    lambda case, user: bool(case.people_to_let_back) and user.pk not in case.people_to_let_back,
    _("Nobody who was in the circle is of the unit again with new keys."),
)
_NOT_BACK = _("These are not the person’s words, or this person is not of the unit again, or is in the circle already.")
_NOT_THESE = _("Choose two people of the unit or more, with a supervisor besides you who sees the case now.")
_UNIT_CHANGED = _("The unit has changed since this was asked: decline it, and ask again.")


class Encircled(Stepped):
    """Brings a case into a circle and back to the unit. In a circle, who works on the case is who is in the circle."""

    class Meta:
        abstract = True

    @step(
        source=OPEN,
        target=None,
        action=actions.CIRCLE_ASKED,
        label=_("Ask for a circle"),
        slug="demander-cercle",
        allowed=policies.may_share,
        conditions=[IN_UNIT, NOTHING_ASKED, SOMEBODY_AGREES],
    )
    def ask_circle(self: "Case", *, by: Acting, people: Collection["User"], words: str) -> None:
        """Name the few who shall work on the case, whoever asks among them or not; a second one of them decides.

        `words`: why. Raises TooLate for people who cannot be a circle.
        """
        self._bring_to_unit(by)
        named = {person.pk: person for person in people}
        deciding = [person for person in self.supervisors_inside() if person.pk in named and person.pk != by.user.pk]
        try:
            circles.ask(by.vault, self.pk, list(named))
        except circles.NoCircle:
            raise TooLate([_NOT_THESE]) from None
        if not deciding:
            raise TooLate([_NOT_THESE])
        self.circle_asked_by = by.user.pk
        self._written = MilestoneStory(words=words)
        for person in deciding:
            notify(person.pk, WAITS_FOR_DECISION, self.reference, by=by.actor)

    @step(
        source=OPEN,
        target=None,
        action=actions.CIRCLE_MADE,
        label=_("Agree to the circle"),
        slug="accepter-cercle",
        allowed=policies.may_supervise,
        conditions=[CIRCLE_ASKED, NOT_ASKER, NAMED],
    )
    def approve_circle(self: "Case", *, by: Acting) -> None:
        """A supervisor who will be in the circle makes it: from here on nobody outside holds a key of the case.

        Raises TooLate when the unit has changed since it was asked.
        """
        people = self.people_asked
        try:
            circle = circles.make(by.vault, self.pk, by.actor)
        except circles.NoCircle:
            raise TooLate([_UNIT_CHANGED]) from None
        self.circle_asked_by = None
        self._leave_to(people, by)
        self._concerned = [str(person) for person in people]
        self._move_to(circle, by)

    @step(
        source=[*OPEN, State.CLOSED],
        target=None,
        action=actions.LIFT_ASKED,
        label=_("Ask to end the circle"),
        slug="demander-fin-cercle",
        allowed=policies.may_share,
        conditions=[IN_CIRCLE, NOTHING_ASKED, SOMEBODY_AGREES],
    )
    def ask_lift(self: "Case", *, by: Acting, words: str) -> None:
        """The case should go back to the unit; a second person decides. `words`: why."""
        self.lift_asked_by = by.user.pk
        self._written = MilestoneStory(words=words)
        self._tell_supervisors(WAITS_FOR_DECISION, by)

    @step(
        source=[*OPEN, State.CLOSED],
        target=None,
        action=actions.CIRCLE_LIFTED,
        label=_("End the circle"),
        slug="mettre-fin-cercle",
        allowed=policies.may_supervise,
        conditions=[IN_CIRCLE, LIFT_ASKED, NOT_ASKER],
    )
    def approve_lift(self: "Case", *, by: Acting) -> None:
        """The case is the unit's again; who worked on it goes on."""
        self.lift_asked_by = None
        self._tell_leads(DECIDED, by)
        self._move_to(group_id(KeyGroup.Kind.UNIT), by)

    @step(
        source=[*OPEN, State.CLOSED],
        target=None,
        action=actions.CIRCLE_DROPPED,
        label=_("Decline or take back what was asked about the circle"),
        slug="refuser-cercle",
        allowed=policies.may_share,
        conditions=[SOMETHING_ASKED],
    )
    def drop_circle(self: "Case", *, by: Acting) -> None:
        """What was asked is taken back, or declined."""
        circles.drop(self.pk)
        self.circle_asked_by = self.lift_asked_by = None
        self._tell_leads(DECIDED, by)

    @step(
        source=[*OPEN, State.CLOSED],
        target=None,
        action=actions.CIRCLE_LET_BACK,
        label=_("Let somebody back into the circle"),
        slug="readmettre-cercle",
        allowed=policies.may_look,
        conditions=[SOMEBODY_IS_BACK],
    )
    def let_back(self: "Case", *, by: Acting, to: "User", typed: str) -> None:
        """One who stays in the circle lets somebody back in who lost their passphrase and is of the unit again.

        `typed`: the five words heard from the person. Raises TooLate for other words, and for anybody else.
        """
        try:
            circles.let_back(by.vault, self.key_holder, to.pk, typed, by.actor)
        except (circles.NoCircle, WrongWords):
            raise TooLate([_NOT_BACK]) from None
        if not self.user_grants.filter(user=to).exists():
            assign_perm(SHARE, to, self)
        self._concerned = [str(to.pk)]
        notify(to.pk, SHARES_NOW, self.reference, by=by.actor)

    # --- Questions ---------------------------------------------------------------------------------

    @property
    def is_in_circle(self: "Case") -> bool:
        """Whether the keys of the case are a circle's; asked once as long as they lie there."""
        known = self.__dict__.setdefault("_circles", {})
        if self.key_holder not in known:
            known[self.key_holder] = circles.is_circle(self.key_holder)
        return known[self.key_holder]

    @property
    def people_asked(self: "Case") -> tuple[uuid.UUID, ...]:
        """Who shall be in the circle that is asked for; nobody while none is."""
        asked = circles.asked(self.pk) if self.circle_asked_by else None
        return asked.people if asked else ()

    @property
    def people_to_let_back(self: "Case") -> frozenset[uuid.UUID]:
        """Who was in the circle of this case, lost their keys, and is of the unit again; nobody where there is no circle."""
        return frozenset(circles.lost_to(self.key_holder)) if self.is_in_circle else frozenset()

    # --- What the verbs share ----------------------------------------------------------------------

    def _move_to(self: "Case", group: uuid.UUID, by: Acting) -> None:
        """Hand the keys over, with all that belongs to the case; the circle they come from holds nothing any more."""
        former = self.key_holder
        self._hand_keys_to(group, by)
        moves.bring_along(self, by)
        circles.forget(former)

    def _leave_to(self: "Case", people: Collection[uuid.UUID], by: Acting) -> None:
        """Let exactly these people work on the case. Nothing of it is left with anybody else: no grant, notice, draft."""
        # What was granted to a whole organisation reaches too far.
        self.group_grants.all().delete()
        for former, kind in ((self.leads(), LEADS_NO_MORE), (self.shared_with(), SHARES_NO_MORE)):
            for person in former.exclude(pk__in=people):
                notify(person.pk, kind, by=by.actor)
        self.user_grants.exclude(user__in=people).delete()
        working = set(self.user_grants.values_list("user", flat=True))
        for person in self.colleagues().filter(pk__in=people).exclude(pk__in=working):
            assign_perm(SHARE, person, self)
            if person.pk != by.user.pk:
                notify(person.pk, SHARES_NOW, self.reference, by=by.actor)
        self.__dict__.pop("_worked_by", None)
        self.awaits_lead = not self.user_grants.filter(permission__codename=LEAD).exists()
        Notice.objects.about(self.reference).exclude(recipient__in=people).lead_nowhere()
        parking.discard_about(self.code, besides=people)
