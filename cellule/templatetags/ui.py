"""The page components. Each takes only the inputs it declares; `/composants/` shows them all."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cellule.forms.base import problems
from cellule.templatetags.components import component, panel

register = template.Library()
register.simple_tag(panel, takes_context=True)

BUTTON_KINDS = ("primary", "secondary", "warning")
STAGES = ("done", "current", "to_come")
RISK_COLOURS = {"high": "red", "medium": "orange", "low": "grey"}
TAG_COLOURS = ("", "grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow")
TEXT = str | Promise | SafeString


@component(register)
def button(*, text: TEXT, href="", kind="primary", name="", value="", form="", once=True, about: TEXT = "") -> dict:
    """A button; with `href` a link that looks like one. `form` is the id of a form elsewhere on the page.

    A submitting button lets through one press a second (`once`), so that a double click sends one request.
    `about` says to screen readers of what, where several buttons have the same text.
    """
    _one_of("kind", kind, BUTTON_KINDS)
    target = {"href": href, "name": name, "value": value, "form": form}
    return {"text": text, "kind": kind, "once": once, "about": about, **target}


@component(register)
def post_button(*, text: TEXT, action, kind="secondary", name="", value="", looks="button", about: TEXT = "") -> dict:
    """A form of one button, for an act that needs no other input; `looks="link"` reads as a link."""
    _one_of("kind", kind, BUTTON_KINDS)
    _one_of("looks", looks, ("button", "link"))
    sent = {"action": action, "name": name, "value": value}
    return {"text": text, "kind": kind, "looks": looks, "about": about, **sent}


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
    """A date or instant as `<time>`: `form` is day, full_day, hour, moment or iso_day."""
    _one_of("form", form, ("day", "full_day", "hour", "moment", "iso_day"))
    return {"value": value, "form": form}


@component(register)
def sub_navigation(*, items, label: TEXT, counted: TEXT = "") -> dict:
    """The parts of one record: fours of text, address, whether it is this page, and how many wait there (0 for none).

    `counted` is what a screen reader says after the number.
    """
    return {"items": items, "label": label, "counted": counted or _("to look at")}


@component(register)
def state_picture(*, stages, label: TEXT) -> dict:
    """How far a record has come: pairs, in their order, of a stage's name and done, current or to_come."""
    for _name, state in stages:
        _one_of("state", state, STAGES)
    return {"stages": stages, "label": label}


@component(register, block=True)
def step_list(*, content: str, refused=(), title: TEXT = "", level=2) -> dict:
    """The buttons of the steps a person may take now; `refused` pairs each other step with the sentences why not."""
    _one_of("level", level, (2, 3))
    reasons = [(name, [why] if isinstance(why, TEXT) else why) for name, why in refused]
    return {"content": content, "refused": reasons, "title": title or _("What you can do now"), "level": level}


@component(register, block=True)
def filters(*, content: str, action, items=(), clear="", method="get", title: TEXT = "", submit="", open=True) -> dict:
    """A panel of filters; `items` are those in force, as `{% chips %}` takes them, `clear` the address without any.

    A filter that tells who somebody is goes by `method="post"`, so that it stands in no address.
    """
    _one_of("method", method, ("get", "post"))
    return {
        "content": content,
        "action": action,
        "items": items,
        "clear": clear,
        "method": method,
        "title": title or _("Filters"),
        "submit": submit or _("Apply"),
        "open": open,
    }


@component(register, block=True)
def risk_banner(*, content: str, title: TEXT, level: TEXT, tone="high", id="risk") -> dict:
    """The one banner of a case, for its worst risk: the level in a word, and inside it what to do."""
    _one_of("tone", tone, tuple(RISK_COLOURS))
    return {"content": content, "title": title, "level": level, "tone": tone, "colour": RISK_COLOURS[tone], "id": id}


@component(register)
def sealed(*, about: TEXT, href: str, action: TEXT = "", post=False) -> dict:
    """Where a value stays sealed: a link to the page that asks for the reason, or a button that posts there."""
    return {"about": about, "href": href, "action": action or _("Reveal"), "post": post}


@component(register, block=True)
def revealed(*, content: str, about: TEXT, href: str, action: TEXT = "", post=False, seconds=60) -> dict:
    """A value that was revealed: after so many seconds, on lock or out of sight it becomes `{% sealed %}` again.

    A browser without scripts is sent away from it by the header that `cellule.front.reseal` sets.
    """
    return {"content": content, "seconds": seconds, **sealed(about=about, href=href, action=action, post=post)}


@component(register, block=True)
def columns(*, content: str) -> dict:
    """Two `{% column %}`s side by side, one above the other on a narrow screen."""
    return {"content": content}


@component(register, block=True)
def column(*, content: str, wide=False) -> dict:
    """One of `{% columns %}`; the wide one takes two thirds."""
    return {"content": content, "wide": wide}


def _one_of(name: str, value, accepted: tuple) -> None:
    if value not in accepted:
        raise template.TemplateSyntaxError(f"{name} is {value!r}; accepted: {', '.join(map(str, accepted))}")
