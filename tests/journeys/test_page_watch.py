"""The watch over journeys hears what it is there for."""

import pytest

from tests.journeys.soundness import assert_sound

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


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("document.querySelector('main').append(document.createElement('button'))", "button-name"),
        ("document.querySelector('h1').style.color = '#eee'", "color-contrast"),
        ("document.querySelector('footer a').textContent = ''", "link-name"),
        ("document.querySelector('footer a').setAttribute('role', 'checkbox')", "aria-required-attr"),
        ("document.documentElement.lang = 'xx1'", "html-lang-valid"),
    ],
)
def test_page_once_found_sound_is_looked_at_again_when_it_is_made_differently(page, axe, spoil, fault):
    page.goto("/aide/")
    axe(page)

    page.evaluate(f"() => {{ {spoil} }}")

    with pytest.raises(AssertionError, match=fault):
        axe(page)


def test_page_made_like_one_that_was_sound_is_not_looked_at_again(page, axe):
    page.goto("/aide/")
    axe(page)

    page.reload()
    page.evaluate("() => { document.querySelector('h1').textContent = 'Autre chose' }")
    axe(page)

    # Nobody has brought the tool into this page.
    assert page.evaluate("() => window.axe === undefined")


def test_part_that_is_missing_is_told(page, incidents):
    page.goto("/aide/")

    with page.expect_response("**/absent.png"):
        page.evaluate("() => { const image = new Image(); image.src = '/absent.png'; document.body.append(image) }")

    assert [incident.partition(":")[0] for incident in incidents] == ["missing"]
    incidents.clear()


def test_style_sheet_and_scripts_are_there(page):
    page.goto("/aide/")

    assert page.evaluate("() => document.styleSheets.length") == 2
    assert page.evaluate("() => document.body.classList.contains('js-enabled')")


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("document.body.append(document.createElement('main'))", "'mains': 2"),
        ("document.querySelector('h1').remove()", "'headings': 0"),
        ("document.title = 'Suivi'", "has no title of its own"),
        ("document.querySelector('h1').textContent = 'x'.repeat(500)", "'overflow': [1-9]"),
        ("document.querySelector('h1').id = 'contenu'", "'repeated': \\['contenu'\\]"),
    ],
)
def test_unsound_page_is_told(page, spoil, fault):
    page.goto("/aide/")
    assert_sound(page, "fr")

    page.evaluate(f"() => {{ {spoil} }}")

    with pytest.raises(AssertionError, match=fault):
        assert_sound(page, "fr")
