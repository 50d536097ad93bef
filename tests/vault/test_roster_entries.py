"""Every verification holds the rosters against the log: a roster that nobody signed in, or one that is gone, is found."""

import pytest

from audit.log.models import Entry
from cellule.vault.models import KeyGroup, Roster
from cellule.vault.roster_entries import compare_rosters
from tests.audit.tree import found, sequence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def log(settings, tmp_path):
    """The log of a founded house, sequenced, with a key of its own."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    sequence()


@pytest.fixture
def unit(owner_connection) -> Roster:
    """The unit's newest roster, in a table that its owner can change."""
    owner_connection.execute("ALTER TABLE keys.vault_roster DISABLE TRIGGER USER")
    return Roster.objects.filter(group__kind=KeyGroup.Kind.UNIT).order_by("-number").first()


def test_rosters_of_a_founded_house_are_those_of_the_log():
    assert Roster.objects.count() > 3
    assert found() == ("", "")


def test_roster_that_no_entry_tells_of_is_found(unit, owner_connection):
    owner_connection.execute(
        "INSERT INTO keys.vault_roster (group_id, number, body, signatures)"
        " SELECT group_id, number + 1, body || 'x'::bytea, signatures FROM keys.vault_roster WHERE id = %s",
        [unit.pk],
    )

    assert found() == ("roster", f"roster {unit.number + 1} of group {unit.group_id}")


def test_roster_that_was_exchanged_is_found(unit, owner_connection):
    owner_connection.execute("UPDATE keys.vault_roster SET body = set_bit(body, 9, 1 - get_bit(body, 9))")

    assert found()[0] == "roster"


def test_roster_that_is_gone_is_found(unit, owner_connection):
    entry = Entry.objects.filter(subject_type="vault.roster").order_by("-id").first()
    newest = Roster.objects.order_by("-id").first()

    owner_connection.execute("DELETE FROM keys.vault_roster WHERE id = %s", [newest.pk])

    assert found() == ("roster", f"entry {entry.pk}")


def test_comparing_takes_two_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        compare_rosters()
