"""An access under review: a signal becomes an incident with two signatures; a person explains what they did."""

import re

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from audit.log.models import Entry
from audit.review.models import Incident, Item, Queue
from audit.review.queues import put
from cases.models import State
from tests.factories import case_at
from tests.journeys.test_every_page import BOTH, look_everywhere
from tests.people import acting

ANSWER = "Ma collègue était absente.\nرقم الملف فقط"
WHY = "Aucun lien avec le dossier; l’explication ne suffit pas."


@pytest.fixture
def signals(transactional_db) -> list[Item]:
    """Two looks of Claire at a case that is hers, as the log tells of them; the second is newer."""
    claire = acting("claire")
    case_at(State.ASSESSMENT, claire)
    acts = Entry.objects.by_actor(claire.actor.id).filter(subject__isnull=False).order_by("id")[:2]
    told = [(entry, {"reference": entry.reference, "subject": entry.subject}) for entry in acts]
    with transaction.atomic():
        return [
            put(Queue.SIGNAL, str(e.pk), entries=[e.pk], actor=claire.actor.id, at=e.at, rule="no_relation", **t)
            for e, t in told
        ]


@BOTH
@pytest.mark.long
def test_a_signal_is_reviewed_to_an_incident_with_two_signatures(arrives, signals):
    paule, claire, rose = arrives("paule"), arrives("claire"), arrives("rose")
    for person in (paule, claire, rose):
        person.signs_in()

    paule.goes_to("/audit/revue/signaux/")
    look_everywhere(paule)
    opens(paule, signals[1])
    look_everywhere(paule)
    paule.page.keyboard.press("j")
    paule.is_at(reverse("review:item", args=[signals[0].code]))
    asks(paule, "duty", "relation")

    claire.goes_to("/")
    claire.follows("You are asked to explain something you did.")
    claire.reads_the_heading("Question about an access")
    look_everywhere(claire)
    claire.presses("Send the explanation")
    claire.page.locator(".govuk-error-summary").wait_for()
    look_everywhere(claire)
    claire.types(text=ANSWER)
    claire.presses("Send the explanation")
    claire.reads(claire.words("You have answered. Those who review read it; you need to do nothing more."))
    claire.goes_to(reverse("review:questions"))
    look_everywhere(claire)

    paule.goes_to(reverse("review:item", args=[signals[0].code]))
    opens_the_words(paule)
    paule.reads(ANSWER.partition("\n")[0])
    look_everywhere(paule)
    takes(paule, "Propose as an incident", text=WHY)
    paule.reads(paule.words("Awaits a second signature"))
    look_everywhere(paule)

    rose.goes_to(reverse("review:findings"))
    look_everywhere(rose)
    opens(rose, signals[0])
    look_everywhere(rose)
    takes(rose, "Sign as an incident", text="")
    rose.goes_to(reverse("review:incidents"))
    rose.reads(str(Incident.objects.get()))
    look_everywhere(rose)


@BOTH
def test_empty_queues_say_so(arrives):
    rose = arrives("rose")
    rose.signs_in()
    queues = ("signal_queue", "sample_queue", "glass_queue", "findings", "of_auditors", "incidents", "questions")
    for name in queues:
        rose.goes_to(reverse(f"review:{name}"))
        rose.page.locator(".app-empty").first.wait_for()
        look_everywhere(rose)


def test_a_verdict_leads_on_and_keys_can_be_switched_off(arrives, signals):
    paule = arrives("paule")
    paule.signs_in()
    first, second = (reverse("review:item", args=[item.code]) for item in (signals[1], signals[0]))
    paule.goes_to(first)
    paule.page.locator("[data-keys] button").click()
    paule.page.locator("h1").click()
    paule.page.keyboard.press("j")
    paule.is_at(first)
    paule.page.locator("[data-keys] button").click()
    expect(paule.page.locator("[data-keys] button")).to_have_attribute("aria-pressed", "true")

    paule.page.keyboard.press("2")

    paule.reads_the_heading("Justified")
    # Where somebody types, a letter is a letter.
    paule.field("text").press_sequentially("j1")
    paule.presses("Justified")
    paule.is_at(second)


def test_review_needs_no_script(arrives, signals):
    paule = arrives("paule", java_script_enabled=False)
    paule.signs_in()
    paule.goes_to(reverse("review:item", args=[signals[1].code]))
    expect(paule.page.locator("[data-keys]")).to_be_hidden()

    takes(paule, "Justified", text="")

    paule.is_at(reverse("review:item", args=[signals[0].code]))
    paule.looks()


def opens(person, item: Item) -> None:
    person.page.get_by_role("link", name=str(item), exact=True).click()
    person.is_at(reverse("review:item", args=[item.code]))


def asks(paule, *reasons: str) -> None:
    paule.presses("Ask for an explanation")
    paule.reads_the_heading("Ask for an explanation")
    for reason in reasons:
        paule.page.locator(f"main input[value={reason}]").check()
    look_everywhere(paule)
    paule.presses("Ask for an explanation")
    paule.reads(paule.words("Explanation asked for"))


def opens_the_words(person) -> None:
    person.page.get_by_role("button", name=person.words("Open the sealed text")).first.click()


def takes(person, step: str, *, text: str) -> None:
    person.presses(step)
    person.reads_the_heading(step)
    person.types(text=text)
    person.looks()
    person.presses(step)
    expect(person.page).not_to_have_url(re.compile("/etapes/"))
