"""Parts of pages that move: values that are sealed again, reasons for no answer; and the same without scripts."""

import re

import pytest
from playwright.sync_api import expect

VALUE = "+52\u00a055\u00a01234\u00a05678"
ADDRESS = "/composants/"


@pytest.fixture
def language():
    return "en"


@pytest.fixture
def revealed(arrives):
    """Somebody in front of a page with a revealed value, whose clock stands still."""
    person = arrives("claire")
    person.signs_in()
    person.page.clock.install()
    person.goes_to(ADDRESS)
    expect(person.page.locator("[data-reseal]")).to_contain_text(VALUE)
    person.page.clock.pause_at(person.page.evaluate("Date.now()") / 1000 + 1)
    return person


def assert_sealed_again(person) -> None:
    expect(person.page.locator("[data-reseal]")).to_contain_text("Sealed Reveal (Number at work)")
    assert VALUE not in person.page.content()
    assert person.page.locator("[data-reseal] [role=status]").text_content() == "Sealed again."


def goes_out_of_sight(page, is_hidden: bool) -> None:
    page.evaluate(
        """(isHidden) => {
            Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def test_revealed_value_is_sealed_after_its_time_and_the_time_is_told(revealed):
    page = revealed.page
    left = page.locator("[data-reseal-left]")
    expect(left).to_have_text(re.compile(r"Sealed again in \d\d seconds\."))
    seconds = int(re.search(r"\d\d", left.text_content())[0])
    page.locator("[data-reseal-open]").evaluate("(open) => { open.tabIndex = -1; open.focus(); }")

    page.clock.fast_forward((seconds - 2) * 1_000)
    page.clock.run_for(1_000)
    expect(left).to_have_text(re.compile(r"Sealed again in 1 second\.|Sealed again in 2 seconds\."))
    page.clock.run_for(3_000)

    assert_sealed_again(revealed)
    expect(page.locator("[data-reseal] a")).to_be_focused()
    page.clock.resume()
    revealed.looks()


def test_revealed_value_is_sealed_by_the_lock_at_once(revealed):
    revealed.page.route("**/verrou/**", lambda route: route.abort())

    revealed.page.locator("form[data-lock]").evaluate("(form) => form.requestSubmit()")

    assert_sealed_again(revealed)


def test_revealed_value_is_sealed_when_the_page_is_long_out_of_sight(revealed):
    page = revealed.page

    goes_out_of_sight(page, True)
    page.clock.fast_forward(16_000)
    page.clock.run_for(1_000)

    assert_sealed_again(revealed)


def test_revealed_value_stays_over_a_short_look_elsewhere(revealed):
    page = revealed.page

    goes_out_of_sight(page, True)
    page.clock.fast_forward(10_000)
    goes_out_of_sight(page, False)
    page.clock.fast_forward(10_000)
    page.clock.run_for(1_000)

    expect(page.locator("[data-reseal]")).to_contain_text(VALUE)


def test_answer_clears_the_reason_and_a_reason_can_be_taken_back(arrives):
    person = arrives()
    person.goes_to(ADDRESS)
    box, later = person.field("contact-called"), person.page.locator("[name=contact-called-unknown][value=later]")
    back = person.page.locator("[data-reasons=contact-called] [data-reasons-back]")
    expect(later).to_be_checked()

    back.click()
    expect(later).not_to_be_checked()
    expect(back).to_be_hidden()
    later.check()
    expect(back).to_be_visible()
    box.fill("Lune Bleue")
    expect(later).not_to_be_checked()
    expect(person.page.locator("[name=contact-called-unknown][value='']")).to_be_hidden()
    person.page.locator("[name=contact-people-unknown][value=declined]").check()
    person.page.locator("[name=contact-people][value=friend]").check()

    expect(person.page.locator("[name=contact-people-unknown][value=declined]")).not_to_be_checked()
    expect(box).to_have_value("Lune Bleue")


def test_day_or_hour_clears_the_reason_too(arrives):
    person = arrives()
    person.goes_to(ADDRESS)
    declined = person.page.locator("[name=contact-hours-unknown][value=declined]")
    declined.check()

    person.page.locator("[name=contact-hours-kind][value=these]").check()

    expect(declined).not_to_be_checked()
    expect(person.field("contact-hours-start")).to_be_visible()


def test_everything_is_there_without_scripts(arrives):
    person = arrives(java_script_enabled=False)
    person.goes_to(ADDRESS)

    expect(person.page.locator("[name=contact-called-unknown][value='']")).to_be_visible()
    expect(person.field("contact-hours-start")).to_be_visible()
    expect(person.page.get_by_role("button", name="Take back")).to_have_count(0)
    expect(person.page.locator("[data-reseal-left]")).to_be_hidden()
    person.looks()
