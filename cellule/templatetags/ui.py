"""The page components. Each takes only the inputs it declares; `/composants/` shows them all."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from cellule.forms.base import problems
from cellule.templatetags.components import component

register = template.Library()

BUTTON_KINDS = ("primary", "secondary", "warning")
TAG_COLOURS = ("", "grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow")
TEXT = str | Promise | SafeString


@component(register)
def button(*, text: TEXT, href="", kind="primary", name="", value="", form="", once=True) -> dict:
    """A button; with `href` a link that looks like one. `form` is the id of a form elsewhere on the page.

    A submitting button lets through one press a second (`once`), so that a double click sends one request.
    """
    _one_of("kind", kind, BUTTON_KINDS)
    return {"text": text, "href": href, "kind": kind, "name": name, "value": value, "form": form, "once": once}


@component(register)
def post_button(*, text: TEXT, action, kind="secondary", name="", value="", looks="button") -> dict:
    """A form of one button, for an act that needs no other input; `looks="link"` reads as a link."""
    _one_of("kind", kind, BUTTON_KINDS)
    _one_of("looks", looks, ("button", "link"))
    return {"text": text, "action": action, "kind": kind, "name": name, "value": value, "looks": looks}


@component(register)
def tag(*, text: TEXT, colour="") -> dict:
    """A state in a word or two; the colour never says anything the word does not."""
    _one_of("colour", colour, TAG_COLOURS)
    return {"text": text, "colour": colour}


@component(register, block=True)
def summary(*, content: str, narrow=False) -> dict:
    """A list of what is known, one `{% row %}` for each answer."""
    return {"content": content, "narrow": narrow}


@component(register, block=True)
def row(*, content: str, key: TEXT, href="", action: TEXT = "", about: TEXT = "") -> dict:
    """One answer in a `{% summary %}`; `action` is the link's text, `about` says to screen readers of what."""
    return {"content": content, "key": key, "href": href, "action": action, "about": about or key}


@component(register)
def reference(*, code: str, href="", copy=True) -> dict:
    """An opaque reference, with a button that copies it."""
    return {"code": code, "href": href, "copy": copy}


@component(register)
def empty(*, title: TEXT, text: TEXT = "", action: TEXT = "", href="") -> dict:
    """What a list shows when it holds nothing: why, and what to do next."""
    return {"title": title, "text": text, "action": action, "href": href}


@component(register, block=True)
def inset(*, content: str) -> dict:
    """A passage set apart from the text around it."""
    return {"content": content}


@component(register)
def warning(*, text: TEXT) -> dict:
    """A sentence that must not be overlooked, such as "Leave no voice message"."""
    return {"text": text}


@component(register, block=True)
def details(*, content: str, title: TEXT, open=False) -> dict:
    """Text that most people need only once, folded away."""
    return {"content": content, "title": title, "open": open}


@component(register, block=True)
def card(*, content: str, title: TEXT, action: TEXT = "", href="", level=2) -> dict:
    """A framed zone of a page with its heading and at most one link."""
    _one_of("level", level, (2, 3))
    return {"content": content, "title": title, "action": action, "href": href, "level": level}


@component(register)
def confirmation(*, title: TEXT, text: TEXT = "", level=1) -> dict:
    """The green field at the end of something that took several pages; its title is the page's heading."""
    _one_of("level", level, (1, 2))
    return {"title": title, "text": text, "level": level}


@component(register)
def back_link(*, href: str, text: TEXT = "") -> dict:
    """The way back, as the first thing before the content (block `before_content`)."""
    return {"href": href, "text": text}


@component(register)
def error_summary(*, form) -> dict:
    """What must be changed in a form, on top of the page, each with a link to its field."""
    form.summary_shown = True
    return {"problems": list(problems(form))}


@component(register)
def pagination(*, newer="", older="") -> dict:
    """The way through a list by keyset: addresses of the neighbouring pages, no numbers and no totals."""
    return {"newer": newer, "older": older}


@component(register, block=True)
def timeline(*, content: str) -> dict:
    """A case's events, newest first; holds `{% event %}`s."""
    return {"content": content}


@component(register, block=True)
def event(*, content: str, title: TEXT, when: TEXT, by: TEXT = "", recorded: TEXT = "") -> dict:
    """One event of a `{% timeline %}`; `when` it happened and when it was `recorded` are two dates, both as text."""
    return {"content": content, "title": title, "when": when, "by": by, "recorded": recorded}


@component(register, block=True)
def table(*, content: str, caption: TEXT, hidden=False, stacked=True) -> dict:
    """A table with its caption; `stacked` makes cells with `data-label` readable on narrow screens."""
    return {"content": content, "caption": caption, "hidden": hidden, "stacked": stacked}


@component(register, block=True)
def task_list(*, content: str) -> dict:
    """Steps that may be taken in any order; holds `{% task %}`s."""
    return {"content": content}


@component(register)
def task(*, title: TEXT, status: TEXT, id: str, href="", colour="", hint: TEXT = "") -> dict:
    """One step of a `{% task_list %}` and how far it is; `id` ties its status to its link."""
    _one_of("colour", colour, TAG_COLOURS)
    return {"title": title, "status": status, "id": id, "href": href, "colour": colour, "hint": hint}


@component(register)
def chips(*, items, label: TEXT) -> dict:
    """The filters in force: pairs of text and the address without that filter."""
    return {"items": items, "label": label}


@component(register, block=True)
def actions(*, content: str) -> dict:
    """What may be done here and now: buttons side by side."""
    return {"content": content}


@component(register, block=True)
def identity_bar(*, content: str, title: TEXT, label: TEXT) -> dict:
    """Of whom or what these pages speak; holds `{% fact %}`s."""
    return {"content": content, "title": title, "label": label}


@component(register, block=True)
def fact(*, content: str, key: TEXT) -> dict:
    """One thing to keep in sight, in an `{% identity_bar %}`."""
    return {"content": content, "key": key}


@component(register)
def when(*, value, form="day") -> dict:
    """A date or instant as `<time>`: `form` is day, full_day, hour, moment or iso."""
    _one_of("form", form, ("day", "full_day", "hour", "moment", "iso"))
    return {"value": value, "form": form}


def _one_of(name: str, value, accepted: tuple) -> None:
    if value not in accepted:
        raise template.TemplateSyntaxError(f"{name} is {value!r}; accepted: {', '.join(map(str, accepted))}")
