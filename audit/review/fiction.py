"""Fictional reviews, made by the same verbs as true ones, of acts that the log of the fictional house tells."""

from collections.abc import Mapping

from django.db import transaction

from audit.log.models import Entry
from audit.review.models import Item, Queue, Reason
from audit.review.queues import put
from cellule.accounts.acting import Acting

# Who did it, which of their newest acts on a case it is, and the queue to which it came.
_PUT = {
    "one": ("claire", 0, Queue.SIGNAL),
    "two": ("joaquin", 0, Queue.SIGNAL),
    "three": ("ana", 0, Queue.SIGNAL),
    "four": ("joaquin", 1, Queue.SAMPLE),
    "five": ("claire", 1, Queue.SAMPLE),
    "six": ("mireille", 0, Queue.SIGNAL),
}
_EXPLANATION = "Ma collègue était absente; la personne a téléphoné et j’ai ouvert le dossier pour lui répondre."
_REASONS = "Aucune tâche ni rendez-vous n’explique cet accès, et la réponse ne le relie à aucun travail."


def tell(cast: Mapping[str, Acting]) -> None:
    """Put some acts up for review and take a few of them further; again, it changes nothing."""
    if Item.objects.exists():
        return
    paule, rose = cast["paule"], cast["rose"]
    with transaction.atomic():
        items = {alias: _put(alias, cast[name], number, queue) for alias, (name, number, queue) in _PUT.items()}
        items["two"].ask(by=paule, reasons=[Reason.DUTY, Reason.RELATION])
        items["three"].ask(by=paule, reasons=[Reason.PURPOSE])
        items["three"].explain(by=cast["ana"], text=_EXPLANATION)
        items["four"].justify(by=rose)
        items["six"].propose_incident(by=paule, text=_REASONS)


def _put(alias: str, who: Acting, number: int, queue: Queue) -> Item:
    acts = Entry.objects.by_actor(who.actor.id).filter(subject__isnull=False).newest_first()
    act = acts[number]
    return put(
        queue,
        f"fiction-{alias}",
        entries=[act.pk],
        actor=act.actor_id,
        at=act.at,
        reference=act.reference,
        subject=act.subject,
    )
