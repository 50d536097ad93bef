"""The words in which lists of entries are asked for."""

from datetime import timedelta

import pytest

from audit.log.actions import Action, Outcome
from audit.log.actor import Actor
from audit.log.models import Entry

_OTHER = Action("tests.did_otherwise", "Did otherwise in a test")


@pytest.mark.django_db
def test_entries_are_found_by_who_what_about_and_outcome(write, actor):
    other = Actor(id="another", role="auditor", organisation="", session=actor.request)
    plain = write()
    about = write(reference="23456789")
    listed = write(shown=["45678923", "23456789"])
    otherwise = write(_OTHER)
    refused = write(outcome=Outcome.REFUSED_FORBIDDEN)
    elsewhere = write(by=other)
    mine = Entry.objects.filter(session__in=[actor.session, other.session])

    assert set(mine.by_actor(actor.id)) == {plain, about, listed, otherwise, refused}
    assert set(mine.by_actor("another", "nobody")) == {elsewhere}
    assert set(mine.by_actor()) == set()
    assert set(mine.by_role("auditor")) == {elsewhere}
    assert set(mine.about("23456789")) == {about, listed}
    assert set(mine.about("45678923", "2345-6789")) == {listed}
    assert set(mine.about("2345678")) == set()
    assert set(mine.of_action(_OTHER.code)) == {otherwise}
    assert set(mine.with_outcome(Outcome.REFUSED_FORBIDDEN, Outcome.FAILED)) == {refused}


@pytest.mark.django_db
def test_entries_come_newest_first_and_go_on_before_a_key(write, actor):
    entries = [write() for _ in range(5)]
    mine = Entry.objects.by_actor(actor.id).newest_first()

    assert list(mine) == entries[::-1]
    assert list(mine.before(entries[2].id)) == [entries[1], entries[0]]
    assert list(mine.before(entries[0].id)) == []


@pytest.mark.django_db
def test_entries_of_a_period_start_with_its_first_and_end_before_its_last_moment(write, actor):
    first, second, third = (write() for _ in range(3))
    mine = Entry.objects.by_actor(actor.id).newest_first()

    assert list(mine.between(first.at, third.at)) == [second, first]
    assert list(mine.between(second.at, None)) == [third, second]
    assert list(mine.between(None, second.at)) == [first]
    assert list(mine.between(second.at, second.at + timedelta(microseconds=1))) == [second]
    assert list(mine.between(None, None)) == [third, second, first]
