"""Who may be in a circle, and who must have signed it: what a circle's first roster is accepted by.

A circle is one case's. Its roster only ever loses people; whoever joins does so in another circle.
"""

import uuid

from cellule.vault.roster_body import SUPERVISOR, RosterBody

FEWEST = 2


def refusal_of_circle(body: RosterBody, unit: RosterBody, signers: set[tuple[uuid.UUID, str]]) -> str:
    """Say why a first roster of a circle does not hold by the unit's roster that it names; empty when it does.

    `signers`: user and fingerprint of whoever signed it.
    """
    if len(body.members) < FEWEST or not set(body.members) <= set(unit.members):
        return "a circle is of two people of the unit or more, as the unit's roster has them"
    signed = {member for member in unit.members if (member.user, member.fingerprint) in signers}
    if len({member.user for member in signed}) < FEWEST:
        return "a circle takes two people of the unit"
    if not any(member.role == SUPERVISOR and member.may_admit for member in signed.intersection(body.members)):
        return "no supervisor of the circle has signed it"
    return ""
