"""The watch over journeys hears what it is there for."""

import pytest

# Put into the page by the debugger, as a forgotten template could.
INLINE_STYLE = (
    "() => { const style = document.createElement('style'); style.textContent = 'p {}'; document.body.append(style) }"
)
NAMELESS_BUTTON = "() => { document.body.append(document.createElement('button')) }"


def test_what_the_policy_refuses_is_heard(page, incidents):
    page.goto("/aide/")

    with page.expect_console_message(lambda message: message.type == "error"):
        page.evaluate(INLINE_STYLE)

    assert [incident.partition(":")[0] for incident in incidents] == ["policy"]
    incidents.clear()


def test_request_elsewhere_is_heard(page, incidents):
    page.route("http://127.0.0.1:9/**", lambda route: route.abort())

    page.goto("/aide/")
    with page.expect_event("requestfailed"):
        page.evaluate("() => { location.href = 'http://127.0.0.1:9/' }")

    assert incidents == ["request to http://127.0.0.1:9/"]
    incidents.clear()


def test_button_without_a_name_is_told(page, axe):
    page.goto("/aide/")
    page.evaluate(NAMELESS_BUTTON)

    with pytest.raises(AssertionError, match=r"button-name \(critical\): Buttons must have discernible text"):
        axe(page)
