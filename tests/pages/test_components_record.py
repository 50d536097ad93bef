"""Components of a record's page: its parts, how far it has come, its steps, filters, risk and sealed values."""

import re

import pytest
from django.http import HttpResponse
from django.template import TemplateSyntaxError, engines
from django.utils import translation

from cellule.front import reseal

BAD = '<b onclick="x()">'
SAFE = "&lt;b onclick=&quot;x()&quot;&gt;"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def drawn(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


def text_of(html: str) -> str:
    """The words of a page as they are read aloud, in their order."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_parts_say_which_is_open_and_how_many_wait():
    parts = [("Summary", "/a/", False, 0), ("Timeline", "/b/", True, 3), (BAD, "/c/", False, 0)]

    html = drawn('{% sub_navigation items=parts label="Parts" counted="new" %}', parts=parts)

    assert re.findall(r'href="([^"]+)"( aria-current="page")?', html) == [
        ("/a/", ""),
        ("/b/", ' aria-current="page"'),
        ("/c/", ""),
    ]
    assert text_of(html) == f"Summary Timeline 3 new {SAFE}"
    assert '<nav class="moj-sub-navigation" aria-label="Parts">' in html


def test_stages_are_told_in_words_and_the_current_one_to_machines():
    stages = [("Inquiry", "done"), ("Intake", "current"), (BAD, "to_come")]

    html = drawn('{% state_picture stages=stages label="State" %}', stages=stages)

    assert text_of(html) == f"Inquiry : Done Intake : Now {SAFE} : To come"
    assert html.count(' aria-current="step"') == 1
    assert html.index(' aria-current="step"') < html.index("Intake")


def test_stage_in_no_known_state_is_refused():
    with pytest.raises(TemplateSyntaxError, match="state is 'lost'; accepted: done, current, to_come"):
        drawn('{% state_picture stages=stages label="State" %}', stages=[("Inquiry", "lost")])


def test_steps_are_buttons_and_the_others_say_why_not():
    refused = [("Close", ["A task is open.", BAD]), ("Reopen", "It is not closed.")]

    html = drawn('{% step_list refused=refused %}{% button text="Go on" %}{% endstep_list %}', refused=refused)

    assert text_of(html) == (
        f"What you can do now Go on Not possible now Close A task is open. {SAFE} Reopen It is not closed."
    )
    assert re.findall(r"<(h\d)", html) == ["h2", "h3"]


def test_steps_without_any_say_so():
    html = drawn('{% step_list level=3 title="Steps" %} \n{% endstep_list %}')

    assert text_of(html) == "Steps There is no step for you to take here now."
    assert re.findall(r"<(h\d)", html) == ["h3"]


def test_filters_have_their_button_above_and_below():
    html = drawn(
        '{% filters action="/dossiers/" items=items clear="/dossiers/" %}<p>box</p>{% endfilters %}',
        items=[("Open", "/dossiers/?x=1")],
    )

    assert text_of(html) == "Filters Filters in force Remove all Remove this filter: Open Apply box Apply"
    assert '<form class="moj-filter app-filters" method="get" action="/dossiers/"' in html
    assert "csrfmiddlewaretoken" not in html
    assert "<details open>" in html


def test_filters_that_tell_who_somebody_is_are_posted():
    html = drawn(
        '{% filters action="/recherche/" method="post" open=False %}{% endfilters %}', csrf_token="key-of-the-page"
    )

    assert 'method="post"' in html
    assert '<input type="hidden" name="csrfmiddlewaretoken" value="key-of-the-page">' in html
    assert "<details>" in html
    assert "Filters in force" not in html


def test_filters_know_two_methods():
    with pytest.raises(TemplateSyntaxError, match="method is 'put'; accepted: get, post"):
        drawn('{% filters action="/" method="put" %}{% endfilters %}')


def test_risk_has_one_heading_its_level_in_a_word_and_what_to_do():
    html = drawn('{% risk_banner title=title level="High risk" %}<p>Do this.</p>{% endrisk_banner %}', title=BAD)

    assert text_of(html) == f"{SAFE} High risk Do this."
    assert html.count("<h2") == 1
    assert 'aria-labelledby="risk-title"' in html
    assert 'id="risk-title"' in html


def test_risk_of_no_known_tone_is_refused():
    with pytest.raises(TemplateSyntaxError, match="tone is 'mild'; accepted: high, medium, low"):
        drawn('{% risk_banner title="x" level="y" tone="mild" %}{% endrisk_banner %}')


def test_sealed_value_leads_to_the_page_that_asks_why():
    html = drawn('{% sealed about="Number" href="/reveler/" %}')

    assert text_of(html) == "•••••• Sealed Reveal (Number)"
    assert '<a class="govuk-link" href="/reveler/">' in html


def test_sealed_value_may_be_a_button_that_posts():
    html = drawn('{% sealed about="Number" href="/reveler/" post=True %}', csrf_token="key-of-the-page")

    assert '<form method="post" action="/reveler/"' in html
    assert 'value="key-of-the-page"' in html
    assert text_of(html) == "•••••• Sealed Reveal (Number)"


def test_revealed_value_carries_its_placeholder_and_its_time():
    html = drawn(
        '{% revealed about="Number" href="/reveler/" seconds=30 %}{{ value }}{% endrevealed %}', value=f"514 {BAD}"
    )

    shown, _, placeholder = html.partition("<template>")
    assert f'translate="no">514 {SAFE}</div>' in shown
    assert 'data-reseal="30"' in shown
    assert "514" not in placeholder
    assert '<a class="govuk-link" href="/reveler/">' in placeholder


def test_columns_hold_their_content():
    html = drawn("{% columns %}{% column wide=True %}a{% endcolumn %}{% column %}b{% endcolumn %}{% endcolumns %}")

    assert text_of(html) == "a b"
    assert html.count("app-columns__column--wide") == 1


def test_page_with_a_revealed_value_is_left_without_scripts_too():
    response = reseal(HttpResponse("514 555-0199"), "/dossiers/7QK2-M9XD/personnes/", seconds=30)

    assert response["Refresh"] == "30; url=/dossiers/7QK2-M9XD/personnes/"


@pytest.mark.parametrize("url", ["https://example.org/", "//example.org/", "dossiers/", "", "javascript:alert(1)"])
def test_page_with_a_revealed_value_is_left_for_this_house_only(url):
    with pytest.raises(ValueError, match="a page of this house"):
        reseal(HttpResponse(), url)


def test_address_after_a_revealed_value_can_set_no_other_header():
    response = reseal(HttpResponse(), "/a/\r\nX-Evil: é/")

    assert response["Refresh"] == "60; url=/a/%0D%0AX-Evil:%20%C3%A9/"
