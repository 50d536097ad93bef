"""The stages of a case and the steps between them (`domain.md` 5.3), each guarded by what is known so far."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import actions, endings, policies
from cases.models.card import Card, forget_blocks
from cases.models.codes import ClosingReason, ClosingTalk, NeedState, State
from cases.models.milestone import MilestoneOrdinary, MilestoneStory
from cases.models.moments import now, this_week
from cases.notices import DECIDED, WAITS_FOR_DECISION
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.notices.kinds import NoticeKind
from cellule.notices.notify import notify
from cellule.steps import By, Condition, Step, Stepped, ToState, step
from cellule.vault.models import KeyGroup
from cellule.vault.moving import move
from cellule.vault.unlocked import group_id

if TYPE_CHECKING:
    from cases.models.case import Case

WORKED_ON = (State.INTAKE, State.ASSESSMENT, State.ACTIVE, State.FOLLOW_UP)


@dataclass(frozen=True)
class LimitsStory:
    """That the limits of confidentiality were explained: when (ISO 8601), by whom, in what language, how."""

    at: str
    by: str
    in_tongue: str
    with_interpreter: str


CONTACT_SETTLED = Condition(
    lambda case, user: case.contact_settled,
    _("Write down how the person can be reached safely, or that no way is safe."),
)
RISK_SETTLED = Condition(
    lambda case, user: case.risk_settled,
    _("Assess the risk; a high or immediate danger is countersigned by a supervisor who does not lead the case."),
)
RISK_WAITS = Condition(
    lambda case, user: not case.risk_settled and case.risks.exists(),
    _("There is no assessment that waits for a second person."),
)
DOES_NOT_LEAD = Condition(
    lambda case, user: not case.is_led_by(user), _("Somebody who does not lead this case has to do it.")
)
NOT_ASSESSOR = Condition(
    lambda case, user: case.risk_assessed_by != user.pk, _("You assessed it: another supervisor has to see it.")
)
NO_URGENT_NEED = Condition(
    lambda case, user: not case.needs.filter(state=NeedState.OPEN, urgent=True).exists(),
    _("An urgent need is still open: note that it is met, or not asked for."),
)
NOT_PROPOSED = Condition(
    lambda case, user: case.closing_proposed_by is None, _("Closing is proposed already; a supervisor decides.")
)
PROPOSED = Condition(
    lambda case, user: case.closing_proposed_by is not None, _("Whoever leads the case has to propose it first.")
)
NOT_PROPOSER = Condition(
    lambda case, user: case.closing_proposed_by != user.pk, _("You proposed it: another supervisor has to decide.")
)


NOTHING_UNDER_WAY = Condition(
    lambda case, user: not endings.is_anything_under_way(case),
    _("A referral is still under way, or nobody has dealt with its answer: see the case’s referrals."),
)


class Staged(Stepped):
    """Moves a case from the first call to its closing, and back."""

    STARTS = (State.INQUIRY,)
    # What the step that is being taken leaves with its milestone: the row lives as long as its step.
    _written: MilestoneStory | None = None

    class Meta:
        abstract = True

    @step(
        source=[State.INQUIRY],
        target=State.INTAKE,
        action=actions.INTAKE_BEGUN,
        label=_("Begin the intake"),
        slug="commencer-accueil",
        allowed=policies.may_lead,
    )
    def begin_intake(self: "Case", *, by: Acting, in_tongue: str, with_interpreter: str) -> None:
        """The limits of confidentiality were explained, in that language (ISO 639-3), with an interpreter or without."""
        self.intake_week = this_week()
        self._bring_to_unit(by)
        self.seal(by, "limits", LimitsStory(now(), str(by.user.pk), in_tongue, with_interpreter))

    @step(
        source=[State.INTAKE],
        target=State.ASSESSMENT,
        action=actions.ASSESSMENT_BEGUN,
        label=_("Finish the intake"),
        slug="terminer-accueil",
        allowed=policies.may_lead_in_unit,
        conditions=[CONTACT_SETTLED],
    )
    def begin_assessment(self: "Case", *, by: Acting) -> None:
        """What was answered so far is enough to look at the danger closely; the rest can be asked later."""
        self._bring_to_unit(by)

    @step(
        source=[State.ASSESSMENT],
        target=State.ACTIVE,
        action=actions.CASE_ACTIVATED,
        label=_("Begin the active support"),
        slug="activer",
        allowed=policies.may_lead_in_unit,
        conditions=[RISK_SETTLED],
    )
    def activate(self: "Case", *, by: Acting) -> None:
        """The danger is known, and seen by a second person where it is great."""

    @step(
        source=[State.ACTIVE],
        target=State.FOLLOW_UP,
        action=actions.FOLLOW_UP_BEGUN,
        label=_("Go on to the follow-up"),
        slug="passer-au-suivi",
        allowed=policies.may_lead_in_unit,
        conditions=[NO_URGENT_NEED],
    )
    def follow_up(self: "Case", *, by: Acting) -> None:
        """Nothing is urgent any more; the unit stays in touch."""

    @step(
        source=[State.FOLLOW_UP],
        target=State.ACTIVE,
        action=actions.CASE_RESUMED,
        label=_("Take the case back into active support"),
        slug="reprendre",
        allowed=policies.may_lead_in_unit,
    )
    def resume(self: "Case", *, by: Acting) -> None:
        """Something has happened, or is asked for again."""

    @step(
        source=[State.INTAKE, State.ASSESSMENT, State.ACTIVE, State.FOLLOW_UP],
        target=None,
        action=actions.ASSESSMENT_COUNTERSIGNED,
        label=_("Countersign the risk assessment"),
        slug="contresigner",
        allowed=policies.may_supervise,
        conditions=[RISK_WAITS, DOES_NOT_LEAD, NOT_ASSESSOR],
    )
    def countersign(self: "Case", *, by: Acting) -> None:
        """A supervisor has seen a high or immediate danger."""
        self.risk_settled = True
        self._tell_leads(DECIDED, by)

    @step(
        source=[State.INQUIRY],
        target=State.CLOSED,
        action=actions.INQUIRY_CLOSED,
        label=_("Close the inquiry"),
        slug="clore-demande",
        allowed=policies.may_lead,
        conditions=[NOTHING_UNDER_WAY],
    )
    def close_inquiry(self: "Case", *, by: Acting, reason: ClosingReason, words: str = "") -> None:
        """Nothing more is asked of the unit; nobody has to agree."""
        self._end(by)
        self._written = MilestoneStory(reason=reason, words=words)

    @step(
        source=WORKED_ON,
        target=None,
        action=actions.CLOSING_PROPOSED,
        label=_("Propose to close the case"),
        slug="proposer-fermeture",
        allowed=policies.may_lead_in_unit,
        conditions=[NOT_PROPOSED],
    )
    def propose_closing(self: "Case", *, by: Acting, reason: ClosingReason, talk: ClosingTalk, words: str) -> None:
        """Whoever leads the case gives the reason; a supervisor decides."""
        self.closing_proposed_by = by.user.pk
        self._written = MilestoneStory(reason, talk, words)
        self._tell_supervisors(WAITS_FOR_DECISION, by)

    @step(
        source=WORKED_ON,
        target=None,
        action=actions.CLOSING_WITHDRAWN,
        label=_("Take back the proposal to close"),
        slug="retirer-proposition",
        allowed=policies.may_lead_in_unit,
        conditions=[PROPOSED],
    )
    def withdraw_closing(self: "Case", *, by: Acting) -> None:
        """The case goes on after all."""
        self.closing_proposed_by = None

    @step(
        source=WORKED_ON,
        target=None,
        action=actions.CLOSING_DECLINED,
        label=_("Decline to close"),
        slug="refuser-fermeture",
        allowed=policies.may_supervise,
        conditions=[PROPOSED, NOT_PROPOSER],
    )
    def decline_closing(self: "Case", *, by: Acting, answer: str) -> None:
        """The supervisor says why the case goes on."""
        self._written = MilestoneStory(words=answer)
        self.closing_proposed_by = None
        self._tell_leads(DECIDED, by)

    @step(
        source=WORKED_ON,
        target=State.CLOSED,
        action=actions.CASE_CLOSED,
        label=_("Close the case"),
        slug="fermer",
        allowed=policies.may_supervise,
        conditions=[PROPOSED, NOT_PROPOSER, NOTHING_UNDER_WAY],
    )
    def close(self: "Case", *, by: Acting, answer: str = "") -> None:
        """A supervisor who did not propose it agrees that the case ends."""
        self._end(by)
        self._written = MilestoneStory(words=answer)
        self._tell_leads(DECIDED, by)

    @step(
        source=[State.CLOSED],
        target=ToState(
            lambda case: case.stage_after_reopening,
            [State.INQUIRY, State.INTAKE, State.ASSESSMENT, State.ACTIVE],
        ),
        action=actions.CASE_REOPENED,
        label=_("Reopen the case"),
        slug="rouvrir",
        allowed=policies.may_supervise,
    )
    def reopen(self: "Case", *, by: Acting) -> None:
        """The person is back; the case goes on at the last stage whose conditions hold."""
        self.closed_by = self.closed_week = self.closing_proposed_by = None
        # Its lead may have gone since, or it had none when it was closed.
        self.awaits_lead = not self.leads().filter(is_active=True).exists()
        self._tell_leads(DECIDED, by)

    # --- What the steps share ----------------------------------------------------------------------

    @property
    def stage_after_reopening(self: "Case") -> State:
        if self.intake_week is None:
            return State.INQUIRY
        if not self.contact_settled:
            return State.INTAKE
        return State.ACTIVE if self.risk_settled else State.ASSESSMENT

    def _end(self: "Case", by: Acting) -> None:
        self.closed_by, self.closed_week, self.awaits_lead = by.user.pk, this_week(), False
        self.end_consents(by)

    def _bring_to_unit(self: "Case", by: Acting) -> None:
        """Hand the keys from the intake group to the unit, if whoever acts belongs to both (flow 7 of the vault)."""
        if not self.is_held_by_unit and policies.works_in_unit(by.user):
            self._hand_keys_to(group_id(KeyGroup.Kind.UNIT), by)

    def _hand_keys_to(self: "Case", group: UUID, by: Acting) -> None:
        """Move the case between key groups; whoever calls locked its row before and saves it after."""
        move(by.vault, self, group)
        # The group that is left must not find it any more.
        forget_blocks(Card.objects.filter(case=self.pk))
        self.key_holder = group

    def _tell_supervisors(self: "Case", kind: NoticeKind, by: Acting) -> None:
        for supervisor in self.supervisors_inside():
            if supervisor.pk != by.user.pk:
                notify(supervisor.pk, kind, self.reference, by=by.actor)

    def _tell_leads(self: "Case", kind: NoticeKind, by: Acting) -> None:
        for lead in self.leads():
            if lead.pk != by.user.pk:
                notify(lead.pk, kind, self.reference, by=by.actor)

    def _remember(self: "Case", step: Step, before: str, by: Any, told: dict[str, Any]) -> None:
        """Leave a milestone, if whoever acts has keys: the house itself has none."""
        if by.user is SYSTEM:
            return
        to = str(told["to"].pk) if "to" in told else ""
        told_to_all = MilestoneOrdinary(step.name, before, self.state, now(), str(by.user.pk), to)
        self.leave_milestone(told_to_all, by, written=self._written)

    def _told_by(self: "Case", by: By) -> dict[str, Any]:
        return self.told(by)
