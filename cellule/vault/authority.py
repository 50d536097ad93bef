"""What a supervisor's signature is worth outside the unit: in the first rosters of other groups, and for coordinators.

Such a roster names the unit's roster that made its signer a supervisor. Whoever has stopped supervising keeps their keys,
and could name an older roster of the unit for ever; whoever writes to the database could put that roster into its place.
So the unit's roster that lets a supervisor go writes down all that supervisors have signed until then, and of what that
one signed nothing else counts.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cellule.vault.rosters import VerifiedRoster


def why_not(unit: "VerifiedRoster", named: int, fingerprints: Collection[str], roster: str) -> str:
    """Why a roster (its hash) is refused that rests on the unit's roster of this number; empty when it holds.

    `fingerprints`: of those who signed it.
    """
    if not 0 <= named < len(unit.history):
        return "no authority named"
    supervisors = [one for one in fingerprints if one in unit.supervisors[named]]
    if not supervisors:
        return "not signed by a supervisor"
    holds = any(_counts(unit, named, one, roster) for one in supervisors)
    return "" if holds else "signed by somebody who supervises no more"


def _counts(unit: "VerifiedRoster", named: int, supervisor: str, roster: str) -> bool:
    if supervisor in unit.body.supervisors:
        return True
    stopped = next(number for number in range(named, len(unit.history)) if supervisor not in unit.supervisors[number])
    written_down = unit.vouched[stopped]
    # Where the house root spoke, nobody had to write anything down.
    return written_down is None or roster in written_down
