"""Every act has one declared code, and a person reads a sentence."""

import pytest

from audit.log.actions import Action, UnusableCode, action_label, declared_actions


def test_action_declared_twice_is_refused(act):
    with pytest.raises(UnusableCode):
        Action(act.code, "Another sentence")

    assert action_label(act.code) == act.label


@pytest.mark.parametrize(
    "code", ["", "opened", "Cases.opened", "cases.", "cases.opened.twice", "cases.é", "a." + "b" * 59]
)
def test_action_with_a_malformed_code_is_refused(code):
    before = declared_actions()

    with pytest.raises(UnusableCode):
        Action(code, "Sentence")

    assert declared_actions() == before


def test_action_that_nobody_declares_shows_its_code():
    assert action_label("gone.long_ago") == "gone.long_ago"


def test_actions_are_listed_by_code():
    codes = [action.code for action in declared_actions()]

    assert codes == sorted(set(codes))
