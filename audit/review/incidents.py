"""Opening a confidentiality incident."""

from django.utils import timezone

from audit.log.models import Entry
from audit.review.actions import INCIDENT_DETECTED
from audit.review.models import Incident, Item
from audit.review.notices import INCIDENT, tell_officers
from cellule.accounts.acting import Acting
from cellule.accounts.actors import names_of
from cellule.references import new_reference
from cellule.vault.details import record_with_detail


def open_incident(item: Item, by: Acting) -> Incident:
    """Open an incident about an act, inside the transaction of the second signature; the privacy officers are told.

    What happened, when, and whose act it was goes into a letter to them, its commitment into the log.
    """
    code = new_reference()
    entry = record_with_detail(
        INCIDENT_DETECTED,
        _told(item),
        by=by.actor,
        subject_type=Incident._meta.label_lower,
        reference=code,
    )
    incident = Incident.objects.create(item=item, code=code, entry=entry.pk)
    tell_officers(INCIDENT, item, by)
    return incident


def _told(item: Item) -> dict[str, str]:
    entries = Entry.objects.filter(pk__in=item.entries).order_by("id").values_list("action", flat=True)
    return {
        "what": ", ".join(dict.fromkeys(entries)) or item.rule,
        "when": timezone.localtime(item.at).isoformat(sep=" ", timespec="minutes"),
        "whose": f"{names_of({item.actor_id})[item.actor_id]} ({item.actor_id})",
        "about": item.reference,
    }
