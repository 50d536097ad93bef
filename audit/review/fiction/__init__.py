"""Fictional reviews: a past that the log tells, what the rules make of it, and what reviewers have done since."""

from collections.abc import Mapping

from django.db import transaction

from audit.log.models import Entry, Hold
from audit.log.record import record
from audit.review.actions import HOLD_SET
from audit.review.evaluating import evaluate
from audit.review.fiction import past
from audit.review.glass import take_under_review
from audit.review.models import Item, KeptFilter, Queue, Reason
from audit.review.rules.rule import all_rules
from cases.models import BreakGlass
from cellule.accounts.acting import Acting
from cellule.accounts.roles import AUDITOR
from cellule.jobs.ticks import database_time

_EXPLANATION = "Je cherchais une personne dont on m’avait mal épelé le nom au téléphone; je ne l’ai pas trouvée."
_REASONS = "Aucune tâche ni rendez-vous n’explique cet accès, et personne ne l’avait demandé."


def tell(cast: Mapping[str, Acting]) -> None:
    """Tell of the months before, ask the rules about them, and take a few accesses further; again, it changes nothing."""
    if Item.objects.exists():
        return
    paule, rose = cast["paule"], cast["rose"]
    with transaction.atomic():
        past.tell(cast)
        now = database_time()
        for rule in all_rules():
            # The rules about the log itself wait for its first checkpoint.
            if rule.find and rule.owner is AUDITOR:
                evaluate(rule, now)
        for emergency in BreakGlass.objects.over():
            take_under_review(emergency)
        _found_by("unusual_hours").ask(by=paule, reasons=[Reason.TIME])
        searches = _found_by("search_without_follow_up")
        searches.ask(by=paule, reasons=[Reason.PURPOSE])
        searches.explain(by=cast["ana"], text=_EXPLANATION)
        _found_by("own_right").justify(by=rose)
        _found_by("no_relationship").propose_incident(by=paule, text=_REASONS)
        KeptFilter.objects.create(user=paule.user, filters={"action": "cases.identity_revealed", "period": "week"})
        _hold(_found_by("former_tie"), rose)


def _found_by(rule: str) -> Item:
    return Item.objects.filter(source=Queue.SIGNAL, rule=rule).earliest("at", "pk")


def _hold(item: Item, by: Acting) -> None:
    """A person has complained: what the log tells of their case stays."""
    named = Entry.objects.filter(reference=item.reference, subject__isnull=False).newest_first()
    subject = named.values_list("subject", flat=True).first()
    hold = Hold.objects.create(by=by.actor.id, reason=Hold.Reason.COMPLAINT, reference=item.reference, subject=subject)
    record(
        HOLD_SET,
        by=by.actor,
        purpose=hold.reason,
        subject_type="log_hold",
        reference=str(hold.pk),
        shown=[hold.reference],
    )
