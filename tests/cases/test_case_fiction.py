"""The fictional cases: made by the real verbs, once, and only in the fictional world."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.log.models import Entry
from cases.fiction import tell
from cases.fiction.tales import TALES
from cases.models import Case, State
from tests.people import acting


@pytest.fixture
def told(db) -> list[Case]:
    return tell(_cast())


def _cast():
    return {name: acting(name) for name in ("ana", "claire", "joaquin", "mireille", "omar")}


def test_fictional_cases_are_told_once(told):
    entries = Entry.objects.count()

    again = tell(_cast())

    assert again == told
    assert len(told) == len(TALES) == Case.objects.count()
    assert Entry.objects.count() == entries


def test_fictional_cases_stand_in_every_stage(told):
    stages = Counter(Case.objects.values_list("state", flat=True))

    assert set(stages) == set(State)
    assert Case.objects.filter(awaits_lead=True).count() == 1
    assert Case.objects.exclude(closing_proposed_by=None).filter(closed_week=None).count() == 1


def test_fictional_narratives_are_read_back_in_every_script(told, as_):
    claire = as_("claire")

    texts = " ".join(
        event.text
        for case in Case.objects.visible_to(acting("claire").user)
        for event in claire.get(reverse("cases:case", args=[case.reference])).context["events"]
    )

    for words in ("étoiles bleues", "என் தொலைபேசியை", "si te quejas", "كان يغلق الباب"):
        assert words in texts


def test_everybody_sees_their_own_cases(told):
    seen = {name: Case.objects.visible_to(by.user).count() for name, by in _cast().items()}

    assert seen == {"ana": 1, "claire": 5, "joaquin": 4, "mireille": 10, "omar": 10}


def test_command_fills_the_house_and_may_run_again(db):
    call_command("fiction")
    call_command("fiction")

    assert Case.objects.count() == len(TALES)


def test_command_refuses_a_real_house(db, settings):
    settings.FICTION = False

    with pytest.raises(CommandError):
        call_command("fiction")

    assert Case.objects.count() == 0
