"""One access that people review, from the first look to the verdict."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from audit.review import actions, policies, verdicts, words
from audit.review.notices import ANSWERED, ASKED, REMINDED, tell_second_signers
from cellule import references
from cellule.accounts.acting import Acting
from cellule.accounts.models import User
from cellule.accounts.roles import SYSTEM, Permission
from cellule.business_days import business_days_after
from cellule.notices.notify import notify
from cellule.steps import By, Condition, Stepped, ToState, step


class Queue(models.TextChoices):
    """Why it is looked at. Acts of auditors have a queue of their own, whatever brought them there."""

    SIGNAL = "signal", _("Signals")
    SAMPLE = "sample", _("Sample")
    GLASS = "glass", _("Emergency accesses")
    OF_AUDITORS = "of_auditors", _("Acts of auditors")


class ItemState(models.TextChoices):
    OPEN = "open", _("To review")
    ASKED = "asked", _("Explanation asked for")
    ANSWERED = "answered", pgettext_lazy("state of a review", "Explained")
    INCIDENT_PROPOSED = "proposed", _("Awaits a second signature")
    JUSTIFIED = "justified", _("Justified")
    NOT_JUSTIFIED = "not_justified", _("Not justified")
    INCIDENT = "incident", _("Incident")


class Reason(models.TextChoices):
    """What is asked of the person who acted, in fixed sentences: so that no question needs sealing."""

    DUTY = "duty", _("Which task of yours was it for?")
    RELATION = "relation", _("You were not assigned to this case. Who asked you to look?")
    TIME = "time", _("It was outside your usual hours. What made it urgent?")
    VOLUME = "volume", _("It was more than usual. What did you need it for?")
    SECRET = "secret", _("You opened something kept apart. What did you do with it?")
    PURPOSE = "purpose", _("Please explain the reason you gave.")


UNDECIDED = (ItemState.OPEN, ItemState.ASKED, ItemState.ANSWERED, ItemState.INCIDENT_PROPOSED)
FINDINGS = (ItemState.NOT_JUSTIFIED, ItemState.INCIDENT_PROPOSED, ItemState.INCIDENT)
_JUDGEABLE = UNDECIDED[:3]


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, user: Any) -> Self:
        """Keep what this person reviews, and what they are asked about."""
        if user is SYSTEM:
            return self
        return self.reviewed_by(user) | self.asked_of(user)

    def reviewed_by(self, user: User) -> Self:
        """Keep what this person may review: never their own acts, and auditors' acts for privacy officers alone."""
        if not user.has_perm(Permission.READ_LOG):
            return self.none()
        others = self.exclude(actor_id=str(user.pk))
        return others if user.has_perm(Permission.REVIEW_AUDITORS) else others.exclude(queue=Queue.OF_AUDITORS)

    def asked_of(self, user: User) -> Self:
        """Keep the acts of this person about which they were asked."""
        return self.filter(actor_id=str(user.pk), due_on__isnull=False)

    def in_queue(self, queue: str) -> Self:
        return self.filter(queue=queue)

    def undecided(self) -> Self:
        return self.filter(state__in=UNDECIDED)

    def findings(self) -> Self:
        """Keep what was judged not justified, and incidents, also those that await the second signature."""
        return self.filter(state__in=FINDINGS)

    def to_remind(self, day: date) -> Self:
        """Keep the questions whose answer is due on this day or was before, and of which nobody was reminded."""
        return self.filter(state=ItemState.ASKED, due_on__lte=day, reminded=False)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")

    def beyond(self, item: "Item", *, newer: bool = False) -> Self:
        """Keep what stands after an item in a list that begins with the newest; `newer`: before it."""
        side = "gt" if newer else "lt"
        same = models.Q(at=item.at, **{f"id__{side}": item.pk})
        return self.filter(models.Q(**{f"at__{side}": item.at}) | same)


def _has_account(item: "Item", user: Any) -> bool:
    return item.person() is not None


def _was_heard(item: "Item", user: Any) -> bool:
    return item.state != ItemState.ASKED or item.is_overdue


CAN_BE_ASKED = Condition(_has_account, _("Nobody with an open account did this, so nobody can be asked."))
HEARD = Condition(_was_heard, _("The person still has time to explain. Wait for the answer or the last day."))
NO_EMERGENCY = Condition(
    lambda item, user: item.source != Queue.GLASS,
    _("An emergency access that was not justified is an incident: propose it as one."),
)


class Item(Stepped):
    """One thing to be looked at: codes, opaque references and times. Words about it are letters to its reviewers."""

    STARTS = (ItemState.OPEN,)
    NAMED_BY = "NEW.code"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=references.LENGTH, unique=True, default=references.new_reference)
    queue = models.CharField(_("queue"), max_length=12, choices=Queue)
    # What brought it here, and what makes it one and the same thing there.
    source = models.CharField(_("brought by"), max_length=12, choices=Queue)
    key = models.CharField(_("key"), max_length=150)
    state = FSMField(_("state"), default=ItemState.OPEN, choices=ItemState, max_length=14, protected=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    put_at = models.DateTimeField(_("waits since"), default=timezone.now)
    # The act: whose, when, why it is looked at, about what, told by which entries of the log.
    actor_id = models.CharField(_("who"), max_length=64)
    at = models.DateTimeField(_("when"))
    month = models.DateField(_("month"))
    rule = models.CharField(_("rule"), max_length=60, blank=True)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    subject = models.UUIDField(_("log reference"), null=True)
    entries = models.JSONField(_("entries"), default=list)
    # The question and its answer.
    reasons = models.JSONField(_("what was asked"), default=list)
    asker = models.CharField(_("who asked"), max_length=64, blank=True)
    due_on = models.DateField(_("answer due on"), null=True)
    reminded = models.BooleanField(_("reminded"), default=False)
    answer = models.JSONField(_("entries with the sealed answer"), default=list)
    # The verdict.
    first_signer = models.CharField(_("signed by"), max_length=64, blank=True)
    second_signer = models.CharField(_("signed second by"), max_length=64, blank=True)
    judged_at = models.DateTimeField(_("judged"), null=True)
    verdict_words = models.JSONField(_("entries with the sealed reasons"), default=list)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("access under review")
        verbose_name_plural = _("accesses under review")
        default_permissions = ()
        indexes = [
            models.Index(fields=["queue", "-at", "-id"], name="review_item_queue"),
            models.Index(fields=["actor_id", "-at"], name="review_item_by_actor"),
            models.Index(
                fields=["-at", "-id"],
                condition=models.Q(state__in=[state.value for state in FINDINGS]),
                name="review_item_findings",
            ),
            models.Index(fields=["due_on"], condition=models.Q(state="asked"), name="review_item_asked"),
            models.Index(fields=["month", "queue"], name="review_item_month"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="review_item_once"),
            models.CheckConstraint(condition=models.Q(queue__in=Queue.values), name="review_item_queue_is_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in ItemState]), name="review_item_state_is_known"
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="review_item_month_is_first_day"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["asked", "answered"]) | models.Q(due_on__isnull=False),
                name="review_item_asked_has_last_day",
                violation_error_message=_("A question has a last day for its answer."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered") | ~models.Q(answer=[]),
                name="review_item_answered_has_answer",
                violation_error_message=_("An access is explained when there is an answer."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["proposed", "justified", "not_justified", "incident"])
                | ~models.Q(first_signer=""),
                name="review_item_judged_is_signed",
                violation_error_message=_("Whoever judges signs."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="incident")
                | (~models.Q(second_signer="") & ~models.Q(second_signer=models.F("first_signer"))),
                name="review_item_incident_has_two_signers",
                violation_error_message=_("An incident is signed by two people."),
            ),
            models.CheckConstraint(
                condition=~models.Q(first_signer=models.F("actor_id")) & ~models.Q(second_signer=models.F("actor_id")),
                name="review_item_nobody_judges_themselves",
                violation_error_message=_("Nobody judges their own acts."),
            ),
        ]

    def __str__(self) -> str:
        return references.shown(self.code)

    # --- Questions --------------------------------------------------------------------------------

    @property
    def is_of_auditors(self) -> bool:
        return self.queue == Queue.OF_AUDITORS

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    @property
    def is_overdue(self) -> bool:
        """Whether the last day for the answer is over without one."""
        return self.state == ItemState.ASKED and self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def age(self) -> int:
        """For how many days it has waited, or had waited when it was judged."""
        return ((self.judged_at or timezone.now()) - self.put_at).days

    def is_by(self, user: User) -> bool:
        return self.actor_id == str(user.pk)

    def person(self) -> User | None:
        """Who acted, while their account is open; None for the house itself and for visitors."""
        try:
            key = uuid.UUID(self.actor_id)
        except ValueError:
            return None
        return User.objects.filter(pk=key, is_active=True).first()

    # --- Steps ------------------------------------------------------------------------------------

    @step(
        source=[ItemState.OPEN],
        target=ItemState.ASKED,
        action=actions.ASKED,
        label=_("Ask for an explanation"),
        slug="demander",
        allowed=policies.may_review,
        conditions=[CAN_BE_ASKED],
    )
    def ask(self, *, by: Acting, reasons: Sequence[str]) -> None:
        """The person who acted learns that they are asked, what, and until when; a mail says only that there is a question."""
        self.reasons, self.asker = [Reason(reason).value for reason in reasons], str(by.user.pk)
        self.due_on = business_days_after(timezone.localdate(), settings.REVIEW_ANSWER_DAYS)
        notify(uuid.UUID(self.actor_id), ASKED, self.code, by=by.actor)

    @step(
        source=[ItemState.ASKED],
        target=None,
        action=actions.REMINDED,
        label=_("Remind of the question"),
        slug="rappeler",
        allowed=policies.is_system,
        conditions=[CAN_BE_ASKED],
    )
    def remind(self, *, by: By) -> None:
        """Once, on the last day."""
        self.reminded = True
        notify(uuid.UUID(self.actor_id), REMINDED, self.code, by=by.actor)

    @step(
        source=[ItemState.ASKED],
        target=ItemState.ANSWERED,
        action=actions.ANSWERED,
        label=_("Send the explanation"),
        slug="expliquer",
        allowed=policies.may_answer,
    )
    def explain(self, *, by: Acting, text: str) -> None:
        """The answer is sealed to the reviewers; also after the last day, as long as nobody has judged."""
        self.answer = words.seal(actions.ANSWER_SEALED, self, text, by=by)
        notify(uuid.UUID(self.asker), ANSWERED, self.code, by=by.actor)

    @step(
        source=_JUDGEABLE,
        target=ItemState.JUSTIFIED,
        action=actions.JUSTIFIED,
        label=_("Justified"),
        slug="justifie",
        allowed=policies.may_review,
    )
    def justify(self, *, by: Acting, text: str = "") -> None:
        """There was a duty behind it."""
        self._judge(by, text)

    @step(
        source=_JUDGEABLE,
        target=ItemState.NOT_JUSTIFIED,
        action=actions.NOT_JUSTIFIED,
        label=_("Not justified"),
        slug="non-justifie",
        allowed=policies.may_review,
        conditions=[HEARD, NO_EMERGENCY],
    )
    def not_justify(self, *, by: Acting, text: str = "") -> None:
        """There was no duty behind it, and nobody was harmed; not before the person could explain."""
        self._judge(by, text)

    @step(
        source=_JUDGEABLE,
        target=ItemState.INCIDENT_PROPOSED,
        action=actions.INCIDENT_PROPOSED,
        label=_("Propose as an incident"),
        slug="proposer-incident",
        allowed=policies.may_review,
    )
    def propose_incident(self, *, by: Acting, text: str = "") -> None:
        """The first of two signatures; it waits for no answer, because an incident may be urgent."""
        self._sign(by, text)
        tell_second_signers(self, by)

    @step(
        source=[ItemState.INCIDENT_PROPOSED],
        target=ItemState.INCIDENT,
        action=actions.INCIDENT_SIGNED,
        label=_("Sign as an incident"),
        slug="signer-incident",
        allowed=policies.may_sign_second,
    )
    def sign_incident(self, *, by: Acting, text: str = "") -> None:
        """The second signature, of somebody else: a confidentiality incident is opened in the same transaction."""
        from audit.review.incidents import open_incident  # an incident names its item

        self.second_signer, self.judged_at = str(by.user.pk), timezone.now()
        self._add_words(by, text)
        open_incident(self, by)

    @step(
        source=[ItemState.INCIDENT_PROPOSED],
        target=ToState(lambda item: item._before_proposal, _JUDGEABLE),
        action=actions.RETURNED,
        label=_("Send back"),
        slug="renvoyer",
        allowed=policies.may_sign_second,
    )
    def send_back(self, *, by: Acting, text: str = "") -> None:
        """The second person does not sign: the access is judged anew, from where it stood."""
        self._add_words(by, text)
        self.first_signer = ""

    # --- What steps share -------------------------------------------------------------------------

    @property
    def _before_proposal(self) -> str:
        if self.answer:
            return ItemState.ANSWERED
        return ItemState.ASKED if self.due_on else ItemState.OPEN

    def _judge(self, by: Acting, text: str) -> None:
        self._sign(by, text)
        self.judged_at = timezone.now()

    def _sign(self, by: Acting, text: str) -> None:
        self.first_signer = str(by.user.pk)
        self._add_words(by, text)

    def _add_words(self, by: Acting, text: str) -> None:
        if text:
            self.verdict_words = [*self.verdict_words, *words.seal(actions.WORDS_SEALED, self, text, by=by)]

    def _remember(self, step: Any, before: str, by: By, told: dict[str, Any]) -> None:
        if before != self.state and not self.is_undecided:
            verdicts.tell(self, by)

    def _told_by(self, by: By) -> dict[str, Any]:
        return {"reference": self.code, "subject_type": self._meta.label_lower}
