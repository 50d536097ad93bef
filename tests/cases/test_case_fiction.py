"""The fictional cases: made by the real verbs, once, and only in the fictional world."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.log.models import Entry
from cases.fiction import CASES, people_the_house
from cases.models import Case, Incident, Note


def test_fictional_cases_are_made_once(caseworker, intake_worker):
    first = people_the_house(caseworker, intake_worker)
    entries = Entry.objects.count()
    again = people_the_house(caseworker, intake_worker)

    assert again == first
    assert len(first) == len(CASES) == Case.objects.count()
    assert Incident.objects.count() == sum(len(invented.incidents) for invented in CASES)
    assert Note.objects.count() == sum(len(invented.notes) for invented in CASES)
    assert Entry.objects.count() == entries


def test_fictional_narratives_are_read_back_in_every_script(caseworker, intake_worker, as_):
    cases = people_the_house(caseworker, intake_worker)

    texts = {
        event.text
        for case in cases[:4]
        for event in as_("claire").get(reverse("cases:case", args=[case.reference])).context["events"]
    }

    assert texts == {
        text
        for invented in CASES[:4]
        for text in [*invented.notes, *(incident.narrative for incident in invented.incidents)]
    }


def test_intake_worker_leads_the_calls_they_took(caseworker, intake_worker):
    people_the_house(caseworker, intake_worker)

    led = [Case.objects.led_by(by.user).count() for by in (caseworker, intake_worker)]

    assert led == [4, 2]


def test_command_fills_the_house_and_may_run_again(db):
    call_command("fiction")
    call_command("fiction")

    assert Case.objects.count() == len(CASES)


def test_command_refuses_a_real_house(db, settings):
    settings.FICTION = False

    with pytest.raises(CommandError):
        call_command("fiction")

    assert Case.objects.count() == 0
