"""Translations without gettext's tools: extract, check, compile.

    python -m cellule.ground.catalogues update     bring locale/fr up to date with the code
    python -m cellule.ground.catalogues check      say everything that is wrong with it, in sentences
    python -m cellule.ground.catalogues compile    write the .mo files

Message ids are the English text; the French catalogue must hold every one. Punctuation follows the OQLF (Québec).
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("cellule", "cases", "referrals", "audit")
TEMPLATES = "templates"
LANGUAGE = "fr"

_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%?\{\w+\}|(?<!%)%[sd]|\{\w*\}")
_NBSP = "\u00a0"
_PUNCTUATION = (
    (re.compile(rf"[^{_NBSP}\d:]:(?=\s|$)"), "put a non-breaking space before the colon"),
    (re.compile(rf"«(?!{_NBSP})|(?<!{_NBSP})»"), "put a non-breaking space inside « »"),
    (re.compile(r"[\s\u202f][;!?]"), "put no space before ; ! ?"),
    (re.compile(r"(?<=\w)'(?=\w)"), "use the curly apostrophe ’"),
    (re.compile(r"\d ?[%$](?![\w({%])"), "put a non-breaking space between a number and % or $"),
    (re.compile(r"[“”]"), "use « », not English quotation marks"),
)


def extracted(root: Path) -> Catalog:
    """Collect every marked text of the rooms' Python files and of the templates under `root`."""
    catalogue = Catalog()
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What is left of a template is no Python: without indentation its lines are at least words.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n"))
        for _line, name, messages, comments in extract_python(
            io.BytesIO(text.encode()), list(_KEYWORDS), ["Translators:"], {"encoding": "utf-8"}
        ):
            message, context = _message(name, messages)
            if message:
                place = (path.relative_to(root).as_posix(), 0)
                catalogue.add(message, None, [place], auto_comments=comments, context=context)
    return catalogue


def update(root: Path) -> None:
    """Bring the catalogue up to date: new texts come in empty, what is no longer used goes, nothing is guessed."""
    path, catalogue = _file(root), _stored(root)
    catalogue.update(extracted(root), no_fuzzy_matching=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)


def check(root: Path) -> list[str]:
    """Say in sentences what is wrong with the catalogue (empty when nothing is)."""
    stored, needed = _stored(root), extracted(root)
    stored_keys = {_key(message) for message in stored if message.id}
    needed_keys = {_key(message) for message in needed if message.id}
    faults = [f"missing: {key[1]!r}" for key in sorted(needed_keys - stored_keys, key=str)]
    faults += [f"no longer used: {key[1]!r}" for key in sorted(stored_keys - needed_keys, key=str)]
    faults += [f"no longer used: {key!r}" for key in stored.obsolete]
    for message in stored:
        if message.id:
            faults += [f"{fault}: {message.id!r}" for fault in _faults(message)]
    return faults


def compile_all(root: Path) -> None:
    """Write a .mo beside every .po of our own."""
    for path in sorted((root / "locale").glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source))


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((root / room).rglob("*.py"))
    for kind in ("*.html", "*.txt"):
        yield from sorted((root / TEMPLATES).rglob(kind))


def _message(name: str, messages: tuple | str) -> tuple[str | tuple[str, str] | None, str | None]:
    """Turn a call's arguments into a message id and its context; None for a call whose text is made at run time."""
    parts = list(messages) if isinstance(messages, tuple) else [messages]
    context = parts.pop(0) if "pgettext" in name else None
    count = 2 if "ngettext" in name or "npgettext" in name else 1
    texts = parts[:count]
    if len(texts) < count or not all(isinstance(text, str) and text for text in texts):
        return None, None
    return (tuple(texts) if count == 2 else texts[0]), context


def _file(root: Path) -> Path:
    return root / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def _stored(root: Path) -> Catalog:
    path = _file(root)
    if not path.exists():
        return Catalog(
            locale=LANGUAGE,
            project="Cellule",
            version="1",
            header_comment="# French catalogue; message ids are the English text.",
            msgid_bugs_address="",
            last_translator="",
            language_team="",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id[0] if isinstance(message.id, tuple) else message.id


def _faults(message: Message) -> Iterator[str]:
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    if len(strings) < len(ids) or not all(strings):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    expected = set(_PLACEHOLDER.findall(ids[-1]))
    for string in strings:
        found = set(_PLACEHOLDER.findall(string))
        # A singular may say "one" in words.
        if found != expected and not (len(strings) > 1 and string is strings[0] and found < expected):
            yield f"placeholders differ ({', '.join(sorted(expected ^ found))})"
        plain = _PLACEHOLDER.sub("x", string)
        yield from (advice for pattern, advice in _PUNCTUATION if pattern.search(plain))


def main(arguments: list[str]) -> int:
    if arguments not in (["update"], ["check"], ["compile"]):
        print("usage: python -m cellule.ground.catalogues update|check|compile", file=sys.stderr)
        return 2
    if not settings.configured:
        # Taking templates apart needs Django's settings, but none of the house's.
        settings.configure(USE_I18N=True)
        django.setup()
    if arguments == ["update"]:
        update(ROOT)
    elif arguments == ["compile"]:
        compile_all(ROOT)
    elif faults := check(ROOT):
        print("\n".join(faults))
        print(f"{len(faults)} faults in {_file(ROOT).relative_to(ROOT)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
