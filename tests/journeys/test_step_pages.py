"""The pages of steps under bad weather: a lock, a double click, the back button, somebody who was faster."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, State
from tests.factories import case_at, take
from tests.people import acting

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])

WORDS = "Elle a son bail; parler tamoul. தமிழ்"


@pytest.fixture
def case(transactional_db) -> Case:
    """A case in active support that Claire leads."""
    return case_at(State.ACTIVE, acting("claire"))


@pytest.fixture
def address(case) -> str:
    return reverse("cases:case", args=[case.reference])


@pytest.fixture
def claire(arrives, address):
    """Claire, signed in, on the page of her case."""
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to(address)
    return claire


def writes_a_proposal(person) -> None:
    person.presses("Propose to close the case")
    person.answers(reason="moved", talk="not_safe", words=WORDS)


@pytest.mark.parametrize("way", ["button", "idle"])
@BOTH
def test_lock_in_the_middle_of_a_step_loses_nothing(claire, address, settings, way):
    writes_a_proposal(claire)
    if way == "button":
        claire.presses("Lock")
    else:
        settings.IDLE_LOCK_SECONDS = 0
        claire.presses("Propose to close the case")
    claire.is_at("/verrou/")
    settings.IDLE_LOCK_SECONDS = 300
    claire.unlocks()
    claire.reads_the_heading("Kept texts")
    claire.presses("Go on writing")

    expect(claire.field("words")).to_have_value(WORDS)
    for name, value in {"reason": "moved", "talk": "not_safe"}.items():
        expect(claire.page.locator(f"main [name={name}][value={value}]")).to_be_checked()
    claire.looks()
    claire.presses("Propose to close the case")
    claire.is_at(address)
    claire.reads(WORDS)
    claire.goes_to("/")
    expect(claire.button("Go on writing")).to_have_count(0)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_double_click_takes_a_step_once(arrives, address, case, has_scripts):
    claire = arrives("claire", java_script_enabled=has_scripts)
    claire.signs_in()
    claire.goes_to(address)

    claire.button("Go on to the follow-up").dblclick()

    claire.is_at(address)
    claire.sees_the_stage("Follow-up")
    claire.page.reload()
    taken = claire.timeline.filter(has_text=claire.words("Went on to the follow-up"))
    expect(taken).to_have_count(1)


@BOTH
def test_back_after_a_step_says_what_stands_now_and_leads_to_the_case(claire, address):
    writes_a_proposal(claire)
    claire.presses("Propose to close the case")
    claire.is_at(address)

    claire.page.go_back()

    claire.reads_the_heading("Not possible any more")
    claire.reads(claire.words("Closing is proposed already; a supervisor decides."))
    claire.looks()
    claire.follows("The case")
    claire.is_at(address)


@BOTH
def test_text_for_a_step_that_came_too_late_can_be_copied(claire, address, case):
    writes_a_proposal(claire)
    other = Case.objects.get(pk=case.pk)
    take(other, "propose_closing", acting("claire"))
    take(other, "close", acting("omar"))

    claire.presses("Propose to close the case")

    stage = claire.words("The case is now at this stage: %(stage)s.") % {"stage": claire.words("Closed")}
    expect(claire.page.locator(".govuk-error-summary")).to_be_focused()
    expect(claire.page.locator(".govuk-error-summary li")).to_have_text([stage])
    expect(claire.field("words")).to_have_value(WORDS)
    expect(claire.button("Propose to close the case")).to_have_count(0)
    claire.looks()


@BOTH
def test_decision_on_what_has_changed_meanwhile_is_asked_again(arrives, address, case):
    take(case, "propose_closing", acting("claire"))
    mireille = arrives("mireille")
    mireille.signs_in()
    mireille.goes_to(address)
    mireille.presses("Close the case")
    mireille.answers(answer=WORDS)
    claire = acting("claire")
    take(case, "withdraw_closing", claire)
    case.propose_closing(by=claire, reason="lost_contact", talk="attempted", words="Plus de nouvelles.")

    mireille.presses("Close the case")

    expect(mireille.page.locator(".govuk-error-summary")).to_be_focused()
    mireille.reads("Plus de nouvelles.", mireille.words("Contact lost after safe attempts"))
    expect(mireille.field("answer")).to_have_value(WORDS)
    mireille.looks()
    mireille.presses("Close the case")
    mireille.sees_the_stage("Closed")


@BOTH
def test_step_that_asks_something_says_what_is_missing(claire, address):
    claire.presses("Propose to close the case")
    claire.presses("Propose to close the case")
    expect(claire.page.locator(".govuk-error-summary")).to_be_focused()
    expect(claire.page.locator(".govuk-error-summary li")).to_have_count(3)
    claire.looks()

    claire.answers(reason="moved", talk="held", words="é" * 20_001)
    claire.presses("Propose to close the case")
    expect(claire.page.locator(".govuk-error-summary li")).to_have_count(1)
    assert claire.field("words").input_value() == "é" * 20_001
    claire.looks()
