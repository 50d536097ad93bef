"""What holds for every page, whoever looks at it, in whatever language and however wide the screen."""

from collections.abc import Callable

from playwright.sync_api import Page

SITE_NAMES = {"fr": "Suivi", "en": "Follow-up"}

_FACTS = """() => ({
    language: document.documentElement.lang,
    title: document.title,
    mains: document.querySelectorAll("main").length,
    headings: document.querySelectorAll("h1").length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    repeated: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) < at),
})"""


def assert_sound(page: Page, language: str, axe: Callable[[Page], None] | None = None) -> None:
    """Fail unless the page has its one main part, heading and title, needs no sideways scrolling, and pleases axe."""
    page.wait_for_load_state("load")
    facts = page.evaluate(_FACTS)
    name, _, site = facts.pop("title").rpartition(" – ")

    assert name, f"{page.url} has no title of its own"
    assert site == SITE_NAMES[language], f"{page.url} is of {site}"
    sound = {"language": language, "mains": 1, "headings": 1, "overflow": 0, "repeated": []}
    assert facts == sound, f"{page.url}: {facts}"
    if axe:
        axe(page)
