"""House rules that no tool checks: each is a test that names the place where it is broken."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.template.utils import get_app_template_dirs
from django_fsm import FSMField

from cellule.steps import Stepped

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ["audit", "cases", "cellule", "referrals"]
TEMPLATES = HOUSE / "templates"
DRAWERS = {"utils", "util", "helpers", "helper", "services", "mixins", "constants", "misc", "common", "exceptions"}
# A wake-up call or a process's own memory may be lost with it, and bytes without a key wait for the sweep of the store;
# whatever may not goes through the job ledger.
MAY_BE_LOST = {"cellule/vault/rosters.py", "cases/destroying.py"}
# Where the one way to change state wraps the library's decorator.
STEPS = "cellule/steps.py"
NAMES = {"Français", "English", "Zoé", "Tremblay"}
# Where markup is made: components and typography escape what they are given.
MAKES_MARKUP = {
    "cellule/templatetags/components.py",
    "cellule/templatetags/ui.py",
    "cellule/templatetags/typography.py",
}


def _python(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (HOUSE / folder).rglob("*.py") if "migrations" not in path.parts)


def _templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html")) + sorted(TEMPLATES.rglob("*.txt"))


def _place(path: Path, line: int | None = None) -> str:
    name = path.relative_to(HOUSE).as_posix()
    return f"{name}:{line}" if line else name


def _nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for path in _python(*folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node


# --- Who may know whom ------------------------------------------------------------------------------


def test_import_contracts_are_kept():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_module_is_a_drawer():
    """A name like these says nothing; what is in such a file belongs beside what uses it."""
    found = [_place(path) for path in _python(*ROOMS, "tests") if {path.stem, path.parent.name} & DRAWERS]

    assert found == []


def test_no_file_is_long():
    paths = [*_python(*ROOMS, "tests"), *_templates()]
    paths += [path for kind in ("js", "scss") for path in (HOUSE / "static" / kind).rglob(f"*.{kind}")]

    assert [_place(path) for path in paths if len(path.read_text(encoding="utf-8").splitlines()) > 500] == []


def test_every_dependency_has_its_reason():
    text = (HOUSE / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)
    named = [
        *project["project"]["dependencies"],
        *(each for group in project["dependency-groups"].values() for each in group),
    ]

    without = [name for name in named if not re.search(re.escape(f'"{name}"') + r",?\s*#\s*\S", text)]

    assert without == []


# --- What code may not do ---------------------------------------------------------------------------


def test_no_state_changes_outside_a_step():
    """django-fsm's own decorator checks no permission and writes no log entry: only `step` wraps it."""
    found = [
        _place(path, node.lineno)
        for path, node in _nodes(*ROOMS)
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").partition(".")[0] == "django_fsm"
            and {alias.name for alias in node.names} != {"FSMField"}
        )
        or (isinstance(node, ast.Import) and any(alias.name.startswith("django_fsm") for alias in node.names))
    ]

    assert [place.partition(":")[0] for place in found] == [STEPS]


def test_every_state_has_its_steps_and_their_table():
    """A state field is protected, belongs to a record with steps, and each of these is tried as each kind of person."""
    states = [
        (model, field) for model in apps.get_models() for field in model._meta.fields if isinstance(field, FSMField)
    ]
    tables = {f"tests/{model._meta.app_label}/test_{model._meta.model_name}_steps.py" for model, _ in states}

    assert {model for model, _ in states} == {model for model in apps.get_models() if issubclass(model, Stepped)}
    assert [field.protected for _, field in states] == [True] * len(states)
    assert tables - {_place(path) for path in _python("tests")} == set()


def test_no_markup_is_trusted_outside_the_components():
    trusting = {"mark_safe", "SafeString", "SafeText"}
    in_python = [
        _place(path, node.lineno)
        for path, node in _nodes(*ROOMS)
        if (isinstance(node, ast.Name) and node.id in trusting)
        or (isinstance(node, ast.ImportFrom) and trusting & {alias.name for alias in node.names})
    ]
    in_templates = [
        _place(path)
        for path in _templates()
        if re.search(r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off", path.read_text(encoding="utf-8"))
    ]

    assert [place for place in in_python if place.partition(":")[0] not in MAKES_MARKUP] == []
    # Mail is text: nothing in it is markup.
    assert [place for place in in_templates if not place.endswith(".txt")] == []


def test_forms_name_their_fields():
    """A field added to a model must not appear in a form by itself."""
    found = []
    for path, node in _nodes(*ROOMS):
        if not (isinstance(node, ast.ClassDef) and node.name == "Meta"):
            continue
        for line in node.body:
            names = {target.id for target in getattr(line, "targets", []) if isinstance(target, ast.Name)}
            all_fields = "fields" in names and isinstance(line.value, ast.Constant) and line.value.value == "__all__"
            if all_fields or "exclude" in names:
                found.append(_place(path, line.lineno))

    assert found == []


def test_no_record_has_an_administration_page():
    imports = [
        _place(path, node.lineno)
        for path, node in _nodes(*ROOMS)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.contrib.admin"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("django.contrib.admin") for alias in node.names))
    ]

    assert imports == []
    assert not apps.is_installed("django.contrib.admin")


def test_nothing_that_must_happen_waits_for_the_commit():
    """What runs after the commit is lost with the process; only a wake-up call or a cache may be."""
    found = {
        _place(path)
        for path, node in _nodes(*ROOMS)
        if (isinstance(node, ast.Attribute) and node.attr in {"on_commit", "delay_on_commit"})
        or (isinstance(node, ast.Name) and node.id == "on_commit")
    }

    assert found == MAY_BE_LOST


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# --- Pages ------------------------------------------------------------------------------------------


def test_every_template_is_used():
    python = "\n".join(path.read_text(encoding="utf-8") for path in _python(*ROOMS))
    pages = {path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in _templates()}
    named = set(re.findall(r"[\"']([\w./-]+\.(?:html|txt))[\"'#]", python + "\n".join(pages.values())))
    # A component's template bears the name of its tag.
    named |= {f"components/{name}.html" for name in re.findall(r"^def (\w+)\(\*", python, re.MULTILINE)}

    unused = [
        name
        for name in pages
        if name not in named and not re.fullmatch(r"\d{3}\.html", name) and not _replaces_a_library_template(name)
    ]

    assert unused == []


def _replaces_a_library_template(name: str) -> bool:
    import django

    folders = [*get_app_template_dirs("templates"), Path(django.__file__).parent / "forms" / "templates"]
    return any((Path(folder) / name).is_file() for folder in folders if Path(folder) != TEMPLATES)


@pytest.mark.parametrize("path", _templates(), ids=_place)
def test_template_holds_no_text_of_its_own(path):
    """Every word a person sees is in the catalogue, but for names: of languages, and of the people of examples."""
    words = _bare_words(path.read_text(encoding="utf-8"))

    assert [word for word in words if word not in NAMES] == []


def _bare_words(text: str) -> list[str]:
    """Give what a template would show as it stands: text between tags, readable attributes, inputs of components."""
    text = re.sub(r"\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%\s*comment\b.*?\{%\s*endcomment\s*%\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}", "", text, flags=re.DOTALL)
    # Drawings, commands for a terminal, and what is the same in every language.
    text = re.sub(r"<(svg|code)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"<(\w+)\b[^>]*(?:\bapp-code\b|translate=\"no\")[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", "", text)
    components = re.findall(r"\{%\s*(?!trans|blocktrans|url|include|with|if|elif|for|load)\w+\s.*?%\}", text)
    inputs = re.findall(
        r"\b(?:text|title|caption|label|key|about|by)=(?:\"([^\"]*)\"|'([^']*)')", "\n".join(components)
    )
    shown = [first or second for first, second in inputs]
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    shown += re.findall(r"\b(?:aria-label|title|alt|placeholder)=\"([^\"]*)\"", text)
    text = re.sub(r"<[^>]*>", "\n", text)
    # A template of attributes alone holds no tag; entities are punctuation.
    text = re.sub(r"[\w.:-]+=\"[^\"]*\"|&\w+;", " ", text)
    return re.findall(r"[A-Za-zÀ-ÖØ-öø-ÿŒœ]{2,}", "\n".join([*shown, text]))


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ('<p class="lead">{% translate "Hello" %}</p>', []),
        ("<p>Hello</p>", ["Hello"]),
        ('<a aria-label="Back">{{ name }}</a>', ["Back"]),
        ("{% blocktranslate %}Entry {{ n }}{% endblocktranslate %} &nbsp;{# why #}", []),
        ('autocomplete="off" spellcheck="{{ checked }}"', []),
        ('<p class="app-code">manage.py found</p><p>Ça va 7QK2-M9XD</p>', ["Ça", "va"]),
        ('{% button text="Save" kind="primary" %}', ["Save"]),
        ("{% button text=save %} {% if a == 'Text' %}é{% endif %}", []),
    ],
)
def test_bare_words_are_found(template, words):
    assert _bare_words(template) == words


# --- The database -----------------------------------------------------------------------------------


def _rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.django_db
def test_no_foreign_key_crosses_into_the_key_schema():
    """Both schemas are dumped, kept and forgotten apart."""
    crossing = _rows(
        "SELECT conname::text FROM pg_constraint"
        " JOIN pg_class AS own ON own.oid = conrelid JOIN pg_class AS other ON other.oid = confrelid"
        " WHERE contype = 'f' AND own.relnamespace <> other.relnamespace"
    )

    assert crossing == []


@pytest.mark.django_db
def test_nobody_is_a_superuser():
    columns = _rows(
        "SELECT table_name::text FROM information_schema.columns WHERE column_name = 'is_superuser'"
        " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    )

    assert columns == []


@pytest.mark.django_db
def test_functions_cannot_be_led_astray():
    """A fixed search path with `pg_temp` last, nobody's rights but the caller's, and no EXECUTE for everybody.

    Only what removes entries past their time acts as the owner: the walls judge each row for it.
    """
    functions = _rows(
        "SELECT proname::text, prosecdef, coalesce(array_to_string(proconfig, ';'), ''),"
        " has_function_privilege('public', pg_proc.oid, 'EXECUTE')"
        " FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace"
        " WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_temp%'"
    )

    safe = {(name, name == "log_forget", "search_path=pg_catalog, pg_temp", False) for name, *_ in functions}

    assert {"log_entry_is_sound", "log_is_insert_only", "log_counter_goes_up"} <= {name for name, *_ in functions}
    assert set(functions) - safe == set()
