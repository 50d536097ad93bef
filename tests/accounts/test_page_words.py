"""Pages speak to people who have never seen our plans: «house» is our own word, theirs is the site."""

import re

import pytest
from django.conf import settings
from django.utils import translation

from audit.log.actions import declared_actions
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.review.people import lines

_OURS = re.compile(r"\bhouses?\b", re.IGNORECASE)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("room", ["account", "accounts", "mfa", "review"])
def test_templates_do_not_speak_of_the_house(room):
    folder = settings.BASE_DIR / "templates" / room

    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}

    assert texts
    assert [name for name, text in texts.items() if _OURS.search(text)] == []


def test_entries_of_the_log_do_not_speak_of_the_house():
    system = Actor.system()
    (line,) = lines([Entry(actor_id=system.id, actor_role=system.role)])
    acts = {action.code: str(action.label) for action in declared_actions()}

    told = {"who": str(line.who)} | {
        code: label for code, label in acts.items() if code.startswith(("accounts.", "log."))
    }

    assert told["accounts.founded"] == "Put the site into service"
    assert [name for name, text in told.items() if _OURS.search(text)] == []
