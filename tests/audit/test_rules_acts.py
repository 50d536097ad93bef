"""What the rules call looking and what they call work: a new action of a room is one of both."""

import re

from audit.log.actions import Action
from audit.review.actions import EXPORTED, LIST_EXPORTED
from audit.review.rules.acts import OPENED, REVEALED, TAKEN_OUT, WORK
from cases import actions as cases
from referrals import actions as referrals

LOOKING = re.compile(r"[._](opened|viewed|shown|listed|revealed|printed|downloaded|compared|searched|seen)$")
# They sound like looking, and are work: an inquiry is made, a step is taken.
WORK_ALL_THE_SAME = {"cases.inquiry_opened", "referrals.referral_seen"}


def test_no_look_counts_as_work():
    """Add a new look to `acts.py`; there it hides no signal."""
    assert {code for code in WORK if LOOKING.search(code)} == WORK_ALL_THE_SAME


def test_work_and_looks_are_all_declared():
    codes = {action.code for room in (cases, referrals) for action in vars(room).values() if isinstance(action, Action)}

    assert set(WORK) | set(OPENED) | set(TAKEN_OUT) <= codes | {EXPORTED.code, LIST_EXPORTED.code}
    assert set(WORK).isdisjoint({*OPENED, *TAKEN_OUT})
    assert set(REVEALED) < set(OPENED)
