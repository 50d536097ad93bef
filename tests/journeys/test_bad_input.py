"""Whatever is typed wrongly: the page says what to change, beside the field and on top, and keeps the rest."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])

# The control that is described, its fieldset where several boxes make one answer, and the text of all descriptions.
_DESCRIPTION = """(control) => {
    const described = [control, control.closest("fieldset[aria-describedby]")].filter(Boolean);
    const ids = described.flatMap((one) => (one.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    return ids.map((id) => document.getElementById(id).textContent).join(" ");
}"""


@pytest.fixture
def claire(arrives):
    """Claire, signed in, on the page of a new case."""
    claire = arrives("claire")
    claire.signs_in()
    claire.opens_an_inquiry()
    return claire


def is_told(person, *faults: tuple[str, str | re.Pattern]) -> None:
    """Read exactly these faults (name of the control to change, message): on top, with a way to each, and beside it."""
    summary = person.page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    links = summary.locator("a")
    expect(links).to_have_text([message for _, message in faults])
    for number, (name, _) in enumerate(faults):
        message = links.nth(number).inner_text()
        links.nth(number).click()
        control = person.field(name).first
        expect(control).to_be_focused()
        assert message in control.evaluate(_DESCRIPTION)
    person.looks()


def required(person, sentence: str, label: str) -> str:
    return person.words(sentence).format(label=person.words(label))


@BOTH
def test_wrong_passphrase(arrives):
    somebody = arrives()
    somebody.goes_to("/connexion/")
    mismatch = somebody.words(
        "This e-mail and passphrase do not go together. Check both and try again; accents and capitals do not"
        " matter in the passphrase."
    )

    for email in ("claire@cellule.example", "nobody@cellule.example"):
        somebody.gives_name_and_words(email, "abaisser abandon abdiquer abeille abolir aborder")

        # The same for both: it does not say which of the two is wrong.
        is_told(somebody, ("password", mismatch))
        expect(somebody.field("login")).to_have_value(email)
        expect(somebody.field("password")).to_have_value("")
    somebody.gives_name_and_words("", "")
    is_told(
        somebody,
        ("login", required(somebody, "Fill in: {label}", "Work e-mail")),
        ("password", required(somebody, "Fill in: {label}", "Passphrase")),
    )


@BOTH
def test_empty_forms(claire):
    claire.presses("Add an incident")
    claire.presses("Save the incident")
    is_told(
        claire,
        ("kind", required(claire, "Choose an answer: {label}", "What kind of incident?")),
        ("happened-kind", claire.words("Say when it happened, or choose “Not known”.")),
        ("borough", required(claire, "Choose an answer: {label}", "Where did it happen?")),
        ("narrative", required(claire, "Fill in: {label}", "What happened")),
    )

    claire.goes_to(f"{claire.case_path}notes/nouvelle/")
    claire.types(body=" \n ")
    claire.presses("Save the note")
    is_told(claire, ("body", required(claire, "Fill in: {label}", "Note")))

    claire.goes_to("/dossiers/nouveau/")
    claire.presses("Open the case")
    is_told(
        claire,
        ("channel", required(claire, "Choose an answer: {label}", "How did the person reach us?")),
        ("interpreter", required(claire, "Choose an answer: {label}", "Does the person want an interpreter?")),
    )


@BOTH
def test_impossible_dates(claire):
    claire.presses("Add an incident")
    claire.chooses(kind="labour_wage", borough="08", **{"happened-kind": "range"})
    claire.types(narrative="ف")
    range_ = {
        "from_day": "2",
        "from_month": "3",
        "from_year": "2020",
        "to_day": "1",
        "to_month": "3",
        "to_year": "2020",
    }
    for box, typed in range_.items():
        claire.field(f"happened-{box}").fill(typed)
    claire.presses("Save the incident")
    order = "The last day is before the first one. Swap them or correct one."
    is_told(claire, ("happened-to_day", claire.words(order)))
    assert {box: claire.field(f"happened-{box}").input_value() for box in range_} == range_
    expect(claire.field("narrative")).to_have_value("ف")
    expect(claire.field("kind")).to_have_value("labour_wage")
    expect(claire.field("borough")).to_have_value("08")

    year = timezone.localdate().year + 1
    claire.chooses(**{"happened-kind": "day"})
    for box, typed in (("day", "2"), ("month", "septembre"), ("year", str(year))):
        claire.field(f"happened-on_{box}").fill(typed)
    claire.presses("Save the incident")
    future = "This date is still to come. Give the day it happened, or choose “Not known”."
    is_told(claire, ("happened-on_year", claire.words(future)))

    # The other answer is still there, and can be taken up again.
    claire.chooses(**{"happened-kind": "range"})
    claire.field("happened-to_day").fill("3")
    claire.presses("Save the incident")
    claire.sees_the_case()
    expect(claire.events).to_have_count(1)


@BOTH
def test_text_of_any_length(claire):
    too_long = "é" * 20_001
    claire.presses("Add a note")
    claire.field("body").fill(too_long)
    claire.presses("Save the note")
    too_long_told = claire.words("Shorten this text to %(limit_value)d characters; it has %(show_value)d.")
    is_told(claire, ("body", too_long_told % {"limit_value": 20_000, "show_value": 20_001}))
    assert claire.field("body").input_value() == too_long

    # Line ends count as one character, here as in the browser's own counting.
    claire.field("body").fill(("é" * 199 + "\n") * 100)
    claire.presses("Save the note")
    claire.sees_the_case()
    for text in ("à", "🕊️ 👩‍👧 <b>&amp;</b>"):
        claire.adds_a_note(text)

    expect(claire.events).to_have_count(3)
    expect(claire.events.nth(0)).to_contain_text("🕊️ 👩‍👧 <b>&amp;</b>")
    expect(claire.events.nth(1)).to_contain_text("à")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_double_click_saves_once(arrives, has_scripts):
    claire = arrives("claire", java_script_enabled=has_scripts)
    claire.signs_in()
    claire.goes_to("/dossiers/nouveau/")
    claire.chooses(channel="phone", interpreter="no")
    claire.button("Open the case").dblclick()
    claire.sees_the_code()
    claire.presses("Add a note")
    claire.types(body="Une fois.")
    claire.button("Save the note").dblclick()
    claire.sees_the_case()

    claire.page.reload()
    expect(claire.events).to_have_count(1)
    claire.goes_to("/dossiers/")
    expect(claire.page.locator("main tbody tr")).to_have_count(1)


def test_back_after_saving(claire):
    claire.adds_a_note("Une fois.")
    case = claire.page.url

    claire.page.go_back()
    claire.reads_the_heading("Add a note")
    expect(claire.field("body")).to_have_value("")
    claire.page.go_forward()

    claire.sees_the_case()
    expect(claire.events).to_have_count(1)
    claire.page.go_back()
    claire.presses("Save the note")
    is_told(claire, ("body", required(claire, "Fill in: {label}", "Note")))
    claire.goes_to(case)
    expect(claire.events).to_have_count(1)
