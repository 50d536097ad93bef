"""The French catalogue: what is collected, what is found wrong, what is compiled."""

import gettext

import pytest

from cellule.ground import catalogues

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
title = _("Open")
text = ngettext("%(count)d case", "%(count)d cases", 2)
month = pgettext("month", "May")
made = _(title)
"""
PAGE = """{% extends "base.html" %}
    {% block content %}
  {% translate "It's here: {{ x }}" %}
      {% blocktranslate with name=user.name %}Hello {{ name }}{% endblocktranslate %}
 {% blocktranslate count n=rows|length %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
    {% button text=_("Save") %}{# a comment with "quotes' #}
    {% translate "%{count} left" %}
  {% endblock %}
"""


@pytest.fixture
def house(tmp_path):
    for room in catalogues.ROOMS:
        (tmp_path / room).mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "cases" / "code.py").write_text(CODE)
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    return tmp_path


def small(house, source: str, french: str, *, flags: str = "") -> None:
    """Leave one text in the house and one translation of it."""
    (house / "templates" / "page.html").unlink()
    (house / "cases" / "code.py").write_text(f"_({source!r})")
    path = house / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{flags}msgid "{source}"\nmsgstr "{french}"\n'
    )


def test_texts_of_code_and_templates_are_collected(house):
    found = {(message.context, message.id) for message in catalogues.extracted(house) if message.id}

    assert found == {
        (None, "Open"),
        (None, ("%(count)d case", "%(count)d cases")),
        ("month", "May"),
        (None, "It's here: {{ x }}"),
        (None, "Hello %(name)s"),
        (None, ("%(n)s row", "%(n)s rows")),
        (None, "Save"),
        (None, "%%{count} left"),
    }


def test_update_brings_new_texts_keeps_translations_and_drops_what_is_unused(house):
    catalogues.update(house)
    path = house / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    path.write_text(path.read_text().replace('msgid "Save"\nmsgstr ""', 'msgid "Save"\nmsgstr "Enregistrer"'))
    (house / "cases" / "code.py").write_text('_("Close")')

    catalogues.update(house)

    text = path.read_text()
    assert 'msgid "Save"\nmsgstr "Enregistrer"' in text
    assert 'msgid "Close"\nmsgstr ""' in text
    assert '"Open"' not in text
    assert "fuzzy" not in text
    assert "nplurals=2; plural=(n > 1);" in text


def test_check_names_what_is_missing_empty_and_unused(house):
    catalogues.update(house)
    (house / "cases" / "code.py").write_text('_("Close")')

    faults = catalogues.check(house)

    assert "missing: 'Close'" in faults
    assert "no longer used: 'Open'" in faults
    assert "not translated: 'Save'" in faults


@pytest.mark.parametrize(
    ("source", "french", "fault"),
    [
        ("Note: x", "Note\u00a0: x", None),
        ("Note: x", "Note: x", "put a non-breaking space before the colon"),
        ("Note: x", "Note : x", "put a non-breaking space before the colon"),
        ("At 10:30", "À 10:30", None),
        ("“a”", "«\u00a0a\u00a0»", None),
        ("“a”", "« a »", "put a non-breaking space inside « »"),
        ("“a”", "“a”", "use « », not English quotation marks"),
        ("What?", "Quoi?", None),
        ("What?", "Quoi\u00a0?", "put no space before ; ! ?"),
        ("What?", "Quoi ?", "put no space before ; ! ?"),
        ("The act", "L’acte", None),
        ("The act", "L'acte", "use the curly apostrophe ’"),
        ("12%%", "12\u00a0%%", None),
        ("Hi %(name)s", "Bonjour %(name)s", None),
        ("Hi %(name)s", "Bonjour %(nom)s", "placeholders differ (%(name)s, %(nom)s)"),
        ("Hi {name}", "Bonjour", "placeholders differ ({name})"),
        ("Hi", "", "not translated"),
    ],
)
def test_check_finds_each_fault(house, source, french, fault):
    small(house, source, french)

    assert catalogues.check(house) == ([f"{fault}: {source!r}"] if fault else [])


def test_check_refuses_guesses(house):
    small(house, "Open", "Ouvert", flags="#, fuzzy\n")

    assert catalogues.check(house) == ["fuzzy: 'Open'"]


def test_compiled_catalogue_speaks_french(house):
    small(house, "Open", "Ouvrir")

    catalogues.compile_all(house)

    with (house / "locale" / "fr" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Open") == "Ouvrir"


def test_unknown_word_on_the_command_line_is_refused(capsys):
    assert catalogues.main(["guess"]) == 2
    assert "update|check|compile" in capsys.readouterr().err
