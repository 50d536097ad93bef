"""What no template may hold, whoever writes it."""

import re
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES]

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "htmx that needs eval": re.compile(r"hx-on|js:|hx-trigger=\"[^\"]*\["),
    "address of another site": re.compile(r"(?:src|href|action)\s*=\s*\"(?:https?:)?//", re.IGNORECASE),
    "data address": re.compile(r"(?:src|href)\s*=\s*\"data:", re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
    "button without type": re.compile(r"<button(?![^>]*\btype=)(?![^>]*>\{% translate \"Go on working\")"),
}


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    assert get_template(name).template.name == name


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_template_holds_nothing_forbidden(rule):
    found = [path.name for path in TEMPLATES if FORBIDDEN[rule].search(path.read_text(encoding="utf-8"))]

    assert found == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("inline script", "<script>x()</script>"),
        ("inline style", '<p style="color:red">'),
        ("event attribute", '<a onclick="x()">'),
        ("htmx that needs eval", '<a hx-on:click="x()">'),
        ("address of another site", '<img src="//example.org/a.png">'),
        ("data address", '<img src="data:image/png;base64,x">'),
        ("unescaped output", "{{ text|safe }}"),
        ("button without type", '<button class="x">'),
    ],
)
def test_rule_finds_what_it_forbids(rule, text):
    assert FORBIDDEN[rule].search(text) is not None


def test_no_python_of_the_house_marks_text_as_safe():
    marks = re.compile(r"\bmark_safe\b|\bSafeString\(")
    rooms = [path for room in ("cellule", "cases", "audit") for path in (ROOT / room).rglob("*.py")]

    found = [path.relative_to(ROOT).as_posix() for path in rooms if marks.search(path.read_text(encoding="utf-8"))]

    assert found == ["cellule/templatetags/components.py", "cellule/templatetags/typography.py"]


def test_component_refuses_an_unknown_input_and_lists_the_accepted():
    with pytest.raises(TemplateSyntaxError, match="tag: unknown input color; accepted: text, colour"):
        engines["django"].from_string('{% tag text="x" color="red" %}')


def test_component_refuses_a_missing_input():
    with pytest.raises(TemplateSyntaxError, match="tag: input text is missing"):
        engines["django"].from_string("{% tag %}")


def test_component_refuses_an_input_without_a_name():
    with pytest.raises(TemplateSyntaxError, match='tag: write "x" as input=value'):
        engines["django"].from_string('{% tag "x" %}')


def test_component_refuses_a_colour_that_does_not_exist():
    template = engines["django"].from_string('{% tag text="x" colour="pink" %}')

    with pytest.raises(TemplateSyntaxError, match="colour is 'pink'; accepted"):
        template.render({})


def test_component_escapes_what_it_is_given():
    page = engines["django"].from_string("{% reference code=code %}{% row key=code %}{{ code }}{% endrow %}")

    html = page.render({"code": "<b>x</b>"})

    assert "<b>" not in html
    assert html.count("&lt;b&gt;") == 5


def test_component_can_be_kept_for_later():
    page = engines["django"].from_string('{% tag text="Open" as state %}[{{ state }}]')

    assert page.render({}) == '[<strong class="govuk-tag">Open</strong>]'


def test_component_sees_nothing_else_of_the_page():
    page = engines["django"].from_string('{% empty title="Nothing" %}')

    assert "leak" not in page.render({"text": "leak", "action": "leak", "href": "leak"})
