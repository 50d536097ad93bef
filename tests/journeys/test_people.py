"""People in the browser: written down, put into their roles, and what lies apart revealed for a moment."""

from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

from cases.models import Case, Channel, ContactDetails, ContactRules, Interpreter, PersonOrdinary
from cellule.forms import ANY_TIME, FuzzyDate, FuzzyKind
from tests.journeys.test_every_page import BOTH, look_everywhere
from tests.people import acting

LEGAL, SCRIPT, NUMBER = "Zélie Marquée-Fictive", "زيلي الوهمية", "514\u00a0555-0199"


@pytest.fixture
def case(transactional_db) -> Case:
    """A case of Claire's: somebody without a name, somebody with a long one, an incident, a number."""
    claire = acting("claire")
    case = Case.open_inquiry(by=claire, row_id=uuid4(), channel=Channel.PHONE, interpreter=Interpreter.YES)
    unknown = FuzzyDate(FuzzyKind.UNKNOWN)
    case.add_incident(
        by=claire, row_id=uuid4(), kind="confinement", happened=unknown, borough="07", narrative="كان يغلق الباب"
    )
    case.add_person(by=claire, row_id=uuid4(), known=PersonOrdinary(called="Anticonstitutionnellement" * 8))
    rules = ContactRules(channels=("call",), window=ANY_TIME.to_json(), voicemail="never")
    case.write_contact(by=claire, rules=rules, details=ContactDetails("+15145550199", "", "olive"), version=0)
    return case


def _address(case: Case, name: str, *references: str) -> str:
    return reverse(f"cases:{name}", args=[case.reference, *references])


def _sends(person, button: str) -> None:
    person.page.locator("main form[novalidate]").get_by_role("button", name=person.words(button), exact=True).click()


@BOTH
def test_somebody_is_written_down_and_put_into_a_role(arrives, case):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to(_address(case, "people"))
    look_everywhere(claire)
    claire.presses("Add a person")
    claire.is_at(_address(case, "new_person"))
    look_everywhere(claire)
    claire.types(called="لمى")
    claire.page.locator("[name=pronouns-unknown][value=declined]").check()
    _sends(claire, "Add the person")
    claire.is_at(_address(case, "people"))
    look_everywhere(claire)
    somebody = case.people.order_by("-is_client").last()
    claire.goes_to(_address(case, "person", somebody.reference))
    look_everywhere(claire)

    incident = case.incidents.get().reference
    claire.goes_to(_address(case, "incident", incident))
    look_everywhere(claire)
    claire.page.get_by_role("link", name="لمى", exact=True).click()
    _sends(claire, "Save")
    claire.page.locator(".govuk-error-summary").wait_for()
    look_everywhere(claire)
    for role in ("child_victim", "direct_witness"):
        claire.page.locator(f"[name=roles][value={role}]").check()
    claire.types(relation="sa fille", description="تتكلم العربية.\nDouze ans.")
    _sends(claire, "Save")

    claire.is_at(_address(case, "incident", incident))
    claire.reads("sa fille", "تتكلم العربية.", "Douze ans.")
    look_everywhere(claire)


@BOTH
def test_identity_is_written_and_revealed_for_a_minute(arrives, case):
    client, claire = case.people.get(is_client=True).reference, arrives("claire")
    claire.signs_in()
    claire.goes_to(_address(case, "reveal_identity", client))
    look_everywhere(claire)
    claire.goes_to(_address(case, "identity", client))
    look_everywhere(claire)
    claire.types(legal_name=LEGAL, original_script=SCRIPT)
    claire.chooses(**{"born-kind": "year"})
    claire.types(**{"born-in_year": "1991"})
    _sends(claire, "Save the identity")
    claire.is_at(_address(case, "people"))
    assert LEGAL not in claire.page.content()
    claire.goes_to(_address(case, "identity", client))
    look_everywhere(claire)

    claire.page.clock.install()
    claire.goes_to(_address(case, "reveal_identity", client))
    look_everywhere(claire)
    claire.chooses(reason="other")
    _sends(claire, "Reveal")
    claire.page.locator(".govuk-error-summary").wait_for()
    look_everywhere(claire)
    claire.types(words="Une lettre pour la banque.")
    _sends(claire, "Reveal")
    claire.reads(LEGAL, SCRIPT, "1991")
    look_everywhere(claire)

    claire.page.clock.fast_forward(60_000)
    claire.page.clock.run_for(1_000)
    expect(claire.page.locator("[data-reseal]")).to_contain_text(claire.words("Sealed"))
    assert LEGAL not in claire.page.content()

    claire.goes_to(_address(case, "identity", client))
    claire.field("empty").check()
    _sends(claire, "Save the identity")
    claire.is_at(_address(case, "people"))
    claire.goes_to(_address(case, "reveal_identity", client))
    claire.reads(claire.words("No identity is written down."))
    look_everywhere(claire)


def test_revealed_number_is_gone_after_the_lock_and_by_every_way_back(arrives, case):
    address, claire = _address(case, "reveal_contact"), arrives("claire")
    claire.signs_in()
    claire.goes_to(address)
    look_everywhere(claire)
    claire.chooses(reason="contact")
    _sends(claire, "Reveal")
    claire.reads(NUMBER, "olive")
    look_everywhere(claire)

    claire.page.locator("header").get_by_role("button", name=claire.words("Lock"), exact=True).click()
    claire.is_at("/verrou/")
    # The answer to a form is kept by no browser: it would have to be sent again.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        claire.page.go_back()
    # The browser's own page that says so arrives after the refusal, and would interrupt what is next in its tab.
    claire.opens_another_tab()
    claire.goes_to(address)
    claire.unlocks()

    claire.is_at(address)
    claire.field("reason").first.wait_for()
    assert NUMBER not in claire.page.content()


def test_number_that_was_revealed_is_left_behind_without_scripts_too(arrives, case):
    address, claire = _address(case, "reveal_contact"), arrives("claire", java_script_enabled=False)
    claire.signs_in()
    claire.goes_to(address)
    claire.chooses(reason="contact")
    with claire.page.expect_response(lambda response: response.request.method == "POST") as answered:
        _sends(claire, "Reveal")

    assert answered.value.headers["refresh"] == f"60; url={address}"
    claire.reads(NUMBER)
    claire.looks()


@BOTH
def test_supervisor_reads_the_story_for_a_reason(arrives, case):
    mireille = arrives("mireille")
    mireille.signs_in()
    mireille.goes_to(_address(case, "people"))
    look_everywhere(mireille)
    mireille.goes_to(_address(case, "reveal_contact"))
    look_everywhere(mireille)
    mireille.goes_to(_address(case, "reveal_story"))
    look_everywhere(mireille)
    mireille.chooses(reason="decision")
    _sends(mireille, "Read the story")

    mireille.reads("كان يغلق الباب")
    look_everywhere(mireille)
