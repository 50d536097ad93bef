"""Passphrase slots: the only verifier, bound to their person and row."""

import uuid

import pytest
from django.conf import settings

from cellule.vault import secrets_file, slots
from cellule.vault.identities import Identity
from cellule.vault.models import HolderKeys, Slot
from cellule.vault.sealing import CannotOpen
from tests.world import PEOPLE

PASSPHRASE = "abaisser abandon abdiquer abeille abolir aborder"


@pytest.fixture
def person(db):
    holder = uuid.uuid4()
    return holder, slots.enrol(holder, PASSPHRASE)


def test_the_right_words_open_the_root(person):
    holder, identity = person

    assert slots.open_root(holder, "Abaisser  ABANDON abdiquer-abeille abolir aborder").root == identity.root


@pytest.mark.parametrize(
    "typed", ["", "abaisser", PASSPHRASE + " x", "aborder abolir abeille abdiquer abandon abaisser"]
)
def test_other_words_do_not(person, typed):
    with pytest.raises(CannotOpen):
        slots.open_root(person[0], typed)


def test_nobody_and_people_without_a_slot_cost_the_same_run(db, monkeypatch):
    runs = []
    measured = slots._stretch
    monkeypatch.setattr(slots, "_stretch", lambda *a: runs.append(a) or measured(*a))

    for holder in (None, uuid.uuid4()):
        with pytest.raises(CannotOpen):
            slots.open_root(holder, PASSPHRASE)

    assert [run[2:] for run in runs] == [tuple(settings.SLOT_COST[name] for name in ("memory", "passes", "lanes"))] * 2


def test_a_slot_swapped_with_another_persons_does_not_open(person, db):
    holder, _ = person
    other = uuid.uuid4()
    slots.enrol(other, PASSPHRASE)
    theirs = Slot.objects.get(holder=other)
    Slot.objects.filter(holder=holder).update(salt=bytes(theirs.salt), wrap=bytes(theirs.wrap))

    with pytest.raises(CannotOpen):
        slots.open_root(holder, PASSPHRASE)


def test_a_planted_slot_opens_a_root_that_no_roster_knows(caseworker):
    """A whole slot with a chosen passphrase, put in place of a member's."""
    holder = caseworker.user.pk
    Slot.objects.filter(holder=holder).delete()
    planted = slots.enrol(holder, PASSPHRASE)

    from cellule.vault.unlocked import Unlocked

    assert Unlocked(holder, caseworker.user.role, planted).memberships == {}


def test_a_slot_whose_fingerprint_was_changed_does_not_open(person):
    holder, _ = person
    Slot.objects.filter(holder=holder).update(fingerprint="0" * 64)

    with pytest.raises(CannotOpen):
        slots.open_root(holder, PASSPHRASE)


def test_without_the_pepper_the_slot_stays_shut(person, settings, tmp_path):
    holder, _ = person
    settings.SECRETS_FILE = tmp_path / "house.json"
    secrets_file.make()

    with pytest.raises(CannotOpen):
        slots.open_root(holder, PASSPHRASE)


def test_a_new_passphrase_keeps_the_root(person):
    holder, identity = person
    slots.change_passphrase(holder, identity, "aborder abolir abeille abdiquer abandon abaisser")

    assert slots.open_root(holder, "aborder abolir abeille abdiquer abandon abaisser").root == identity.root
    with pytest.raises(CannotOpen):
        slots.open_root(holder, PASSPHRASE)


def test_no_password_hash_exists(caseworker):
    """What stands in the password column verifies nothing and knows nothing of the passphrase."""
    assert len(caseworker.user.password) == 43
    assert PEOPLE["claire"].passphrase not in caseworker.user.password
    assert HolderKeys.objects.filter(holder=caseworker.user.pk).count() == 1


def test_identities_show_nothing(person):
    assert repr(Identity(bytes(32))) == "<Identity sealed>"
