"""A first call: somebody without a name is asked in any order, the rest waits, and the answers are checked."""

import pytest
from playwright.sync_api import expect

AVOID = "யாராவது அதே கோவிலில் இருந்து வேண்டாம்."


@pytest.fixture
def claire(arrives):
    claire = arrives("claire")
    claire.signs_in()
    return claire


def begins_the_intake(person) -> str:
    """Open an inquiry and explain the limits; gives the address of the task list."""
    code = person.opens_an_inquiry(language="tam")
    person.goes_to(f"/accueil/{code}/")
    person.reads_the_heading("Intake")
    person.looks()
    person.follows("Explain the limits of confidentiality")
    person.reads_the_heading("Limits of confidentiality")
    person.chooses(with_interpreter="yes")
    person.looks()
    person.presses("I have explained this")
    person.is_at(f"/accueil/{code}/")
    return f"/accueil/{code}/"


def statuses(person) -> list[str]:
    return person.page.locator(".govuk-task-list__status").all_inner_texts()


def has_statuses(person, *messages: str) -> None:
    expect(person.page.locator(".govuk-task-list__status")).to_have_text([person.words(text) for text in messages])


@pytest.mark.parametrize(
    ("language", "width"), [("fr", 320), ("en", 1280), ("fr", 1280), ("en", 320)], ids=lambda value: str(value)
)
def test_phone_call_without_a_name_up_to_the_check(claire):
    tasks = begins_the_intake(claire)
    has_statuses(
        claire,
        *("Done", "Not started", "In progress", "Not started", "Not started", "Not started", "Not started"),
    )
    claire.looks()

    claire.follows("What to call the person")
    claire.page.locator("main [name='called-unknown'][value='declined']").check()
    claire.page.locator("main [name='pronouns-unknown'][value='later']").check()
    claire.page.locator("main [name='age_band-unknown'][value='dont_know']").check()
    claire.looks()
    claire.presses("Save and go on")
    claire.is_at(tasks)

    claire.follows("Language and interpreter")
    claire.chooses(gender="woman")
    claire.types(avoid=AVOID)
    claire.looks()
    claire.presses("Save and go on")
    claire.is_at(tasks)

    claire.follows("What happened")
    claire.looks()
    claire.presses("Save and go on")
    expect(claire.page.locator(".govuk-error-summary")).to_be_focused()
    claire.looks()
    claire.chooses(happened="unknown-later")
    claire.presses("Save and go on")
    claire.is_at(tasks)

    claire.follows("Immediate needs")
    claire.chooses(needs="none")
    claire.looks()
    claire.presses("Save and go on")
    claire.is_at(tasks)
    has_statuses(claire, "Done", "To ask later", "Done", "Not started", "To ask later", "Done", "Not started")

    claire.presses("Check the answers")
    claire.reads_the_heading("Check the answers")
    claire.reads(AVOID, *map(claire.words, ("Prefers not to answer", "To ask later", "Nothing is needed now")))
    claire.reads(claire.words("Write down how the person can be reached safely, or that no way is safe."))
    claire.looks()

    claire.page.locator(f"main .app-card a[href='{tasks}personne/']").click()
    claire.reads_the_heading("What to call the person")
    claire.goes_to(f"{tasks}limites/")
    claire.reads("Claire Exemple")
    claire.looks()


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
def test_intake_is_left_by_a_lock_and_resumed(claire):
    tasks = begins_the_intake(claire)
    claire.goes_to(f"{tasks}langue/")
    claire.chooses(gender="woman")
    claire.types(avoid=AVOID)

    claire.presses("Lock")
    claire.unlocks()
    claire.reads_the_heading("Kept texts")
    claire.presses("Go on writing")

    expect(claire.field("avoid")).to_have_value(AVOID)
    expect(claire.page.locator("main [name='gender'][value='woman']")).to_be_checked()
    claire.looks()
    claire.presses("Save and go on")
    claire.is_at(tasks)
    assert statuses(claire)[2] == claire.words("Done")


def test_back_button_shows_what_is_saved(claire):
    tasks = begins_the_intake(claire)
    claire.goes_to(f"{tasks}personne/")
    claire.types(called="Lune Bleue")
    claire.presses("Save and go on")
    claire.is_at(tasks)

    claire.page.go_back()

    expect(claire.field("called")).to_have_value("Lune Bleue")
    claire.types(called="Lune")
    claire.presses("Save and go on")
    claire.is_at(tasks)


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("en", 320)])
def test_two_people_on_one_page_see_both_answers(claire):
    tasks = begins_the_intake(claire)
    claire.goes_to(f"{tasks}personne/")
    other = claire.page.context.new_page()
    other.goto(f"{tasks}personne/")
    other.locator("[name='called']").fill("أمينة")
    other.locator("main form button[type=submit]").last.click()
    other.wait_for_url(f"**{tasks}")

    claire.types(called="Lune Bleue")
    claire.presses("Save and go on")

    expect(claire.page.locator(".app-theirs")).to_contain_text("أمينة")
    expect(claire.field("called")).to_have_value("Lune Bleue")
    claire.looks()
    claire.presses("Save and go on")
    claire.is_at(tasks)
