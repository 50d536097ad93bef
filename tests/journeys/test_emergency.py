"""A case is opened in an emergency: a colleague asks, a supervisor agrees, a note is added, and it is reviewed."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audit.review.glass import take_emergencies
from audit.review.models import Item
from cases.models import BreakGlass, Case, GlassState, State
from cellule.jobs.models import Job
from tests.factories import case_at
from tests.people import acting

WHY = "Claire est malade; la personne est au comptoir, son ex dehors."
NOTE = "Elle a attendu dans la salle du fond. பாதுகாப்பு."


@pytest.fixture
def case(transactional_db) -> Case:
    """A case in active support that Claire leads."""
    return case_at(State.ACTIVE, acting("claire"))


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
def test_case_is_opened_in_an_emergency_and_reviewed(arrives, case):
    address = reverse("cases:case", args=[case.reference])
    joaquin, mireille, paule = arrives("joaquin"), arrives("mireille"), arrives("paule")
    for person in (joaquin, mireille, paule):
        person.signs_in()

    joaquin.goes_to("/")
    joaquin.follows("Emergency access to a case that is not yours")
    joaquin.reads_the_heading("Emergency access")
    joaquin.looks()
    joaquin.types(reference=case.code, words=WHY)
    joaquin.chooses(reason="present")
    joaquin.field("secret").check()
    joaquin.presses("Ask for the emergency access")
    joaquin.is_at(address)
    joaquin.reads(joaquin.words("Identity, contact and story are closed until a supervisor has agreed."))
    expect(joaquin.page.locator(".app-emergency [data-ends-in]")).to_contain_text("min")
    joaquin.looks()

    mireille.goes_to("/")
    mireille.follows("An emergency access waits for your answer")
    mireille.reads("Joaquín Inventado", case.code)
    mireille.looks()
    mireille.presses("Agree to identity, contact and story")
    mireille.reads(mireille.words("A supervisor has agreed to identity, contact and story."))

    joaquin.goes_to(address)
    joaquin.reads(joaquin.words("Safe contact"))
    joaquin.looks()
    joaquin.follows("See all files")
    joaquin.reads(joaquin.words("There is no file"))
    expect(joaquin.page.locator(".app-emergency [data-ends-in]")).to_contain_text("min")
    joaquin.looks()
    joaquin.goes_to(address)
    joaquin.presses("Add a note")
    joaquin.types(body=NOTE)
    joaquin.looks()
    joaquin.presses("Save the note")
    joaquin.is_at(address)
    joaquin.reads(NOTE)
    joaquin.page.locator(".app-emergency").get_by_role("button").click()
    joaquin.reads(joaquin.words("This emergency access is over. Somebody who had no part in it reviews it."))
    joaquin.looks()
    joaquin.page.go_back()
    expect(joaquin.page.locator("main")).not_to_contain_text(NOTE)

    take_emergencies(Job())
    item = Item.objects.get()
    paule.goes_to(reverse("review:item", args=[item.code]))
    paule.reads(paule.words("The person is here, and whoever works on the case is not"))
    paule.looks()
    item.justify(by=acting("paule"))
    assert BreakGlass.objects.get().state == GlassState.JUSTIFIED


def test_countdown_needs_no_script(arrives, case):
    joaquin = arrives("joaquin", java_script_enabled=False)
    joaquin.signs_in()
    joaquin.goes_to(reverse("cases:new_emergency"))
    joaquin.types(reference=case.code, words=WHY)
    joaquin.chooses(reason="present")
    joaquin.presses("Ask for the emergency access")

    expect(joaquin.page.locator(".app-emergency [data-ends-in]")).to_contain_text("min")
