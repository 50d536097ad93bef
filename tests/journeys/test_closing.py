"""The end of a case: its lead proposes it, a supervisor reads, declines with words, agrees, and takes it back."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, State
from tests.factories import case_at
from tests.people import acting

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])

# As long as a text may be, in words as long as words are.
FIRST = ("Le bail est signé; விடுதலை. " * 800)[:19_999] + "!"
ANSWER = "Attendons l’audience de mardi.\nانتظروا من فضلكم."
SECOND = "L’audience a eu lieu; elle a dit au revoir. " + "Anticonstitutionnellement" * 8


@pytest.fixture
def case(transactional_db) -> Case:
    """A case in active support that Claire leads."""
    return case_at(State.ACTIVE, acting("claire"))


@BOTH
def test_closing_is_declined_then_agreed_and_the_case_reopened(arrives, case):
    address = reverse("cases:case", args=[case.reference])
    claire, mireille = arrives("claire"), arrives("mireille")
    for person in (claire, mireille):
        person.signs_in()

    proposes(claire, address, words=FIRST)
    finds_what_waits(mireille, case)
    mireille.presses("Decline to close")
    mireille.reads(FIRST[:200].strip(), mireille.words("The goals are reached"))
    mireille.answers(answer=ANSWER)
    mireille.looks()
    mireille.presses("Decline to close")
    mireille.sees_the_case()

    claire.is_told_today("A supervisor has decided on your case.")
    claire.goes_to(address)
    claire.reads(*ANSWER.splitlines(), FIRST[:200].strip())
    claire.looks()
    proposes(claire, address, words=SECOND)
    finds_what_waits(mireille, case)
    mireille.takes("Close the case", answer="D’accord, et merci.")
    mireille.sees_the_stage("Closed")
    mireille.looks()

    claire.goes_to(address)
    claire.sees_the_stage("Closed")
    claire.reads(FIRST[:200].strip(), *ANSWER.splitlines(), SECOND, "D’accord, et merci.")
    rests(claire, address)

    mireille.takes("Reopen the case")
    mireille.sees_the_stage("Active")
    claire.is_told_today("A supervisor has decided on your case.")
    claire.goes_to(address)
    claire.sees_the_stage("Active")
    claire.adds_a_note("Elle a rappelé.")
    claire.looks()


@BOTH
def test_inquiry_is_closed_by_who_took_it_and_nobody_has_to_agree(arrives):
    ana = arrives("ana")
    ana.signs_in()
    ana.opens_an_inquiry()
    ana.takes("Close the inquiry", reason="outside_mandate", words="Je lui ai donné le numéro du 211.")

    ana.sees_the_case()
    ana.sees_the_stage("Closed")
    ana.reads(ana.words("Outside the mandate"), "Je lui ai donné le numéro du 211.")
    ana.is_offered()
    ana.looks()


def proposes(claire, address: str, words: str) -> None:
    """Propose the closing, and see that it waits for somebody else."""
    claire.goes_to(address)
    claire.takes("Propose to close the case", reason="goals_reached", talk="held", words=words)
    claire.is_at(address)
    claire.reads(claire.words("It is proposed to close this case; a supervisor decides."))
    expect(claire.page.locator(".app-steps__refused")).to_contain_text(claire.words("Propose to close the case"))
    expect(claire.button("Take back the proposal to close")).to_be_visible()
    claire.looks()


def finds_what_waits(mireille, case: Case) -> None:
    """Come to the case from the first page of the day."""
    mireille.is_told_today("A case waits for a supervisor’s decision.")
    mireille.looks()
    mireille.page.get_by_role("link", name=mireille.words("%(count)s case to close or not") % {"count": 1}).click()
    mireille.is_at("/dossiers/cellule/")
    mireille.looks()
    mireille.follows(case.code)
    mireille.sees_the_case()
    assert FIRST[:200].strip() not in mireille.page.content()


def rests(person, address: str) -> None:
    """Find no way to add anything: neither on the page nor past it."""
    for message in ("Add an incident", "Add a note", "Assess the risk", "Add needs", "Correct or confirm"):
        expect(person.button(message)).to_have_count(0)
    person.is_offered()
    person.looks()
    for place in ("notes/nouvelle/", "incidents/nouveau/", "risque/", "contact/", "besoins/nouveau/"):
        assert person.goes_to(f"{address}{place}").status == 403
