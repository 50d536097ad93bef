"""The rosters held against the log: each is one that an entry tells of, and none that it tells of is gone."""

from audit.log.actions import Outcome
from audit.log.models import Entry, Fault
from audit.log.verification import Broken
from audit.log.verifying import compared
from cellule.vault.actions import AGENCY_BEGUN_ANEW, ROOT_MADE, ROSTER_SIGNED
from cellule.vault.models import Roster
from cellule.vault.rosters import body_hash

_SUBJECT = "vault.roster"


@compared
def compare_rosters() -> None:
    """Compare every roster's hash with the entries of their signing, both ways. Raises Broken."""
    rows = Roster.objects.order_by("group_id", "number").values_list("group_id", "number", "body")
    places = {body_hash(bytes(body)): f"roster {number} of group {group}" for group, number, body in rows}
    actions = (ROSTER_SIGNED.code, ROOT_MADE.code, AGENCY_BEGUN_ANEW.code)
    told = Entry.objects.of_action(*actions).filter(subject_type=_SUBJECT, outcome=Outcome.DONE)
    signed = dict(told.order_by("-id").values_list("reference", "id"))
    for found, place in places.items():
        if found not in signed:
            raise Broken(Fault.ROSTER, place)
    for found, entry in sorted(signed.items(), key=lambda each: each[1]):
        if found not in places:
            raise Broken(Fault.ROSTER, f"entry {entry}")
