"""Who may be in a circle, and who must have signed it: what a circle's first roster is accepted by.

A circle is one case's. Its roster only ever loses people; whoever joins does so in another circle. Somebody who has lost
their keys comes back with new ones: one who stays has compared them, and the unit's roster has them too.
"""

import uuid
from collections.abc import Collection

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


def refusal_of_return(
    before: RosterBody,
    body: RosterBody,
    unit: RosterBody,
    signers: set[tuple[uuid.UUID, str]],
    ever: Collection[uuid.UUID],
) -> str:
    """Say why nobody comes back into a circle by this roster; empty when it holds by the unit's roster that it names.

    `ever`: the users whom a roster of this circle has named before; `signers`: as above.
    """
    if (body.epoch, body.post_box, body.commitment) != (before.epoch, before.post_box, before.commitment):
        return "whoever comes back brings no root"
    back = set(body.members) - set(before.members)
    if not set(before.members) < set(body.members):
        return "nobody comes back into the circle"
    if not {member.user for member in back} <= set(ever):
        return "nobody joins a circle that is there"
    if not back <= set(unit.members):
        return "who comes back is of the unit, as the unit's roster has them"
    if not any((member.user, member.fingerprint) in signers for member in before.members):
        return "signed by no member"
    return ""
