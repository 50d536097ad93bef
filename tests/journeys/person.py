"""Somebody in front of a browser: every method is a sentence of a story, told in that person's language."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext, ngettext
from playwright.sync_api import Locator, Page, expect

from tests.journeys.soundness import assert_sound
from tests.world import PEOPLE

_IS_WRITTEN_INTO = "(one) => one.matches('textarea, input:not([type=radio])')"
_CASE = re.compile(r"/dossiers/([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4})/$")


@dataclass
class Person:
    """`name` is a key of `tests.world.PEOPLE`, or empty for somebody whom the house does not know yet."""

    page: Page
    name: str
    language: str
    axe: Callable[[Page], None]

    # --- Words and looks ---------------------------------------------------------------------------

    def words(self, message: str, plural: str = "", count: int = 1) -> str:
        """Say a text of the house in this person's language."""
        with translation.override(self.language):
            return ngettext(message, plural, count) if plural else gettext(message)

    def looks(self) -> None:
        """Look at the whole page: it must be sound, and accessible."""
        assert_sound(self.page, self.language, self.axe)

    def reads(self, *texts: str) -> None:
        """Find texts on the page."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def reads_the_heading(self, message: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=self.words(message), exact=True)).to_be_visible()

    # --- Ways --------------------------------------------------------------------------------------

    def goes_to(self, path: str):
        return self.page.goto(path)

    def opens_another_tab(self) -> None:
        """Go on in a new tab of the same browser."""
        left, self.page = self.page, self.page.context.new_page()
        left.close()

    def is_at(self, path: str) -> None:
        """Wait until the page of this path has come, whatever follows the path."""
        expect(self.page).to_have_url(re.compile(rf"^https?://[^/]+{re.escape(path)}(\?.*)?$"))

    def button(self, message: str) -> Locator:
        """Find a button, or a link that looks like one."""
        return self.page.get_by_role("button", name=self.words(message), exact=True)

    def presses(self, message: str) -> None:
        self.button(message).click()

    def follows(self, message: str) -> None:
        self.page.get_by_role("link", name=self.words(message), exact=True).first.click()

    def field(self, name: str) -> Locator:
        return self.page.locator(f"main [name='{name}']")

    def types(self, **fields: str) -> None:
        for name, text in fields.items():
            self.field(name).fill(text)

    def chooses(self, **answers: str) -> None:
        """Mark an answer of each question, radio buttons or a list."""
        for name, value in answers.items():
            # Counting does not wait for a page that is still on its way.
            self.field(name).first.wait_for(state="attached")
            options = self.page.locator(f"main input[type=radio][name='{name}'][value='{value}']")
            if options.count():
                options.check()
            else:
                self.field(name).select_option(value)

    def answers(self, **fields: str) -> None:
        """Answer questions of any kind: words for a box, a value for an option, a name or a value for a list."""
        for name, value in fields.items():
            if self.field(name).first.evaluate(_IS_WRITTEN_INTO):
                self.types(**{name: value})
            else:
                self.chooses(**{name: value})

    # --- Coming and going --------------------------------------------------------------------------

    @property
    def passphrase(self) -> str:
        return PEOPLE[self.name].passphrase

    def signs_in(self) -> None:
        self.goes_to("/connexion/")
        self.gives_name_and_words(PEOPLE[self.name].email, self.passphrase)
        expect(self.page).not_to_have_url(re.compile("/connexion/$"))

    def gives_name_and_words(self, email: str, passphrase: str) -> None:
        self.types(login=email, password=passphrase)
        self.presses("Sign in")

    def signs_out(self) -> None:
        # The lock page has a second button of that name, in its main part.
        self.page.locator("header").get_by_role("button", name=self.words("Sign out"), exact=True).click()
        self.is_at("/connexion/")

    def unlocks(self) -> None:
        self.is_at("/verrou/")
        self.types(password=self.passphrase)
        self.presses("Unlock")
        expect(self.page).not_to_have_url(re.compile("/verrou/"))

    # --- Case work ---------------------------------------------------------------------------------

    def opens_an_inquiry(self, language: str = "") -> str:
        """Answer the three questions; gives the code of the case, as people read it."""
        self.goes_to("/")
        self.presses("New inquiry")
        self.is_at("/dossiers/nouveau/")
        self.chooses(channel="phone", language=language, interpreter="yes")
        self.looks()
        self.presses("Open the case")
        return self.sees_the_code()

    def sees_the_code(self) -> str:
        """Find the code of the new case in the place where it is to be said aloud."""
        expect(self.page).to_have_url(_CASE)
        code = _CASE.search(self.page.url)[1]
        expect(self.page.get_by_role("heading", level=1, name=code, exact=True)).to_be_visible()
        return code

    def adds_an_incident(self, happened: dict[str, str], **told: str) -> None:
        """Fill in the form of an incident, `happened` by the names of its boxes, and save it."""
        self.presses("Add an incident")
        self.is_at(f"{self.case_path}incidents/nouveau/")
        self.chooses(**{name: told[name] for name in ("kind", "borough")}, **{"happened-kind": happened["kind"]})
        for box, typed in happened.items():
            if box != "kind":
                self.field(f"happened-{box}").fill(typed)
        self.types(narrative=told["narrative"])
        self.looks()
        self.presses("Save the incident")
        self.sees_the_case()

    def adds_a_note(self, body: str) -> None:
        self.presses("Add a note")
        self.is_at(f"{self.case_path}notes/nouvelle/")
        self.types(body=body)
        self.looks()
        self.presses("Save the note")
        self.sees_the_case()

    def sees_the_case(self) -> None:
        """Wait for the page of a case."""
        expect(self.page).to_have_url(_CASE)
        expect(self.page.get_by_role("heading", level=2, name=self.words("What happened"), exact=True)).to_be_visible()

    def takes(self, step: str, **asked: str) -> None:
        """Take a step that opens a page of its own, on which it asks this and perhaps nothing."""
        self.presses(step)
        expect(self.page).to_have_url(re.compile("/etapes/[a-z-]+/$"))
        self.reads_the_heading(step)
        self.answers(**asked)
        self.looks()
        self.presses(step)
        expect(self.page).not_to_have_url(re.compile("/etapes/"))

    def sees_the_stage(self, state: str) -> None:
        """Find where the case stands in the picture of its stages."""
        expect(self.page.locator("main [aria-current=step]")).to_contain_text(self.words(state))

    def is_offered(self, *steps: str) -> None:
        """Find exactly these steps, in their order."""
        buttons = self.page.locator(".app-steps .govuk-button")
        expect(buttons).to_have_text([self.words(step) for step in steps])

    def is_told_today(self, *messages: str) -> None:
        """Find sentences on the first page of the day."""
        self.goes_to("/")
        self.reads_the_heading("My day")
        self.reads(*map(self.words, messages))

    @property
    def case_path(self) -> str:
        """The address of the case on whose pages this person is."""
        return re.search(r"/dossiers/[2-9A-Z-]{9}/", self.page.url)[0]

    @property
    def events(self) -> Locator:
        """Incidents and notes on the page of a case, the last recorded first."""
        return self.page.locator("main :is([id^=incident-], [id^=note-]) > article")

    @property
    def timeline(self) -> Locator:
        """The headings of everything that the page of a case tells, the last first."""
        return self.page.locator("main article h3")
