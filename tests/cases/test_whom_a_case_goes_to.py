"""The entry of whoever gives a case away says to whom, and the pages that show it name that person."""

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cases.models import State
from tests.factories import case_at


@pytest.fixture
def active(caseworker):
    return case_at(State.ACTIVE, caseworker)


def newest(action: str) -> set[str]:
    return set(Entry.objects.of_action(action).newest_first()[0].shown)


def test_each_grant_says_to_whom(active, caseworker, other_caseworker, supervisor):
    active.share(by=caseworker, to=other_caseworker.user)
    assert newest("cases.case_shared") == {other_caseworker.actor.id}
    active.end_sharing(by=caseworker, to=other_caseworker.user)
    assert newest("cases.sharing_ended") == {other_caseworker.actor.id}
    active.hand_over(by=caseworker, to=other_caseworker.user)
    assert newest("cases.case_handed_over") == {other_caseworker.actor.id}
    active.assign(by=supervisor, to=caseworker.user)
    assert newest("cases.case_assigned") == {caseworker.actor.id}


def test_circle_says_who_is_in_it(active, caseworker, supervisor):
    active.ask_circle(by=caseworker, people=[caseworker.user, supervisor.user], words="Pourquoi.")
    active.approve_circle(by=supervisor)

    assert newest("cases.circle_made") == {caseworker.actor.id, supervisor.actor.id}


def test_step_that_concerns_nobody_says_nobody(active, caseworker, other_caseworker):
    """Not even after one that did, on the same copy."""
    active.share(by=caseworker, to=other_caseworker.user)
    active.follow_up(by=caseworker)

    assert Entry.objects.of_action("cases.follow_up_begun").get().shown is None


def test_accesses_of_the_case_name_the_colleague(as_, active, caseworker, other_caseworker):
    active.hand_over(by=caseworker, to=other_caseworker.user)

    lines = as_("joaquin").get(reverse("cases:access", args=[active.reference])).context["lines"]

    told = {line.entry.action: list(line.colleagues) for line in lines}
    assert told["cases.case_handed_over"] == [other_caseworker.user.name]
    assert {action for action, colleagues in told.items() if colleagues} == {"cases.case_handed_over"}


@pytest.mark.parametrize("address", ["log", "entry"])
def test_log_names_the_colleague(as_, active, caseworker, other_caseworker, address):
    active.hand_over(by=caseworker, to=other_caseworker.user)
    entry = Entry.objects.of_action("cases.case_handed_over").get()

    page = as_("rose").get(reverse(f"review:{address}", args=[entry.pk] if address == "entry" else []))

    assert f"<bdi>{other_caseworker.user.name}</bdi>" in page.text
