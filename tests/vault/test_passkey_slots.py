"""Passkey slots: the same root as the passphrase's, bound to their person, row and kind."""

import os
import uuid

import pytest
from django.db import IntegrityError

from cellule.vault import secrets_file, slots
from cellule.vault.models import Slot
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import Unlocked

PASSPHRASE = "abaisser abandon abdiquer abeille abolir aborder"
VALUE = bytes(range(32))


@pytest.fixture
def person(db):
    holder = uuid.uuid4()
    identity = slots.enrol(holder, PASSPHRASE)
    return holder, identity, slots.add_passkey(holder, identity, VALUE)


def test_passphrase_and_passkey_open_the_same_root(person):
    holder, identity, slot = person

    assert slots.open_root_by_passkey(holder, slot, VALUE).root == identity.root
    assert slots.open_root(holder, PASSPHRASE).root == identity.root


@pytest.mark.parametrize("value", [b"", VALUE[:31], bytes(32), VALUE[::-1]])
def test_another_value_does_not_open(person, value):
    with pytest.raises(CannotOpen):
        slots.open_root_by_passkey(person[0], person[2], value)


def test_no_slot_and_somebody_else_s_slot_do_not_open(person):
    for holder, slot in [(person[0], uuid.uuid4()), (uuid.uuid4(), person[2])]:
        with pytest.raises(CannotOpen):
            slots.open_root_by_passkey(holder, slot, VALUE)


def test_several_passkeys_stand_beside_one_passphrase(person):
    holder, identity, _ = person
    other = os.urandom(32)
    second = slots.add_passkey(holder, identity, other)

    slots.remove_passkey(holder, person[2])

    assert slots.open_root_by_passkey(holder, second, other).root == identity.root
    assert sorted(Slot.objects.filter(holder=holder).values_list("kind", flat=True)) == ["passkey", "passphrase"]


def test_the_passphrase_s_slot_is_one_and_is_never_removed_as_a_passkey(person):
    holder, identity, _ = person
    passphrase = Slot.objects.get(holder=holder, kind=Slot.Kind.PASSPHRASE)

    slots.remove_passkey(holder, passphrase.pk)

    assert slots.open_root(holder, PASSPHRASE).root == identity.root
    passphrase.pk = uuid.uuid4()
    with pytest.raises(IntegrityError, match="slot_one_passphrase_per_holder"):
        passphrase.save(force_insert=True)


def test_a_passkey_s_slot_does_not_pass_for_a_passphrase(person):
    """The kind is part of what a wrap is bound to."""
    holder, _, slot = person
    Slot.objects.filter(holder=holder, kind=Slot.Kind.PASSPHRASE).update(kind=Slot.Kind.PASSKEY)
    Slot.objects.filter(pk=slot).update(kind=Slot.Kind.PASSPHRASE, memory=8192, passes=1, lanes=1)

    with pytest.raises(CannotOpen):
        slots.open_root(holder, PASSPHRASE)


@pytest.mark.parametrize("column", ["salt", "wrap"])
def test_a_slot_swapped_with_another_person_s_does_not_open(person, column):
    holder, _, slot = person
    other = uuid.uuid4()
    theirs = slots.add_passkey(other, slots.enrol(other, PASSPHRASE), VALUE)
    Slot.objects.filter(pk=slot).update(**{column: bytes(getattr(Slot.objects.get(pk=theirs), column))})

    with pytest.raises(CannotOpen):
        slots.open_root_by_passkey(holder, slot, VALUE)


def test_a_slot_whose_fingerprint_was_changed_does_not_open(person):
    Slot.objects.filter(pk=person[2]).update(fingerprint="0" * 64)

    with pytest.raises(CannotOpen):
        slots.open_root_by_passkey(person[0], person[2], VALUE)


def test_without_the_pepper_the_slot_stays_shut(person, settings, tmp_path):
    settings.SECRETS_FILE = tmp_path / "house.json"
    secrets_file.make()

    with pytest.raises(CannotOpen):
        slots.open_root_by_passkey(person[0], person[2], VALUE)


def test_a_planted_passkey_opens_a_root_that_no_roster_knows(caseworker):
    holder = caseworker.user.pk
    stranger = uuid.uuid4()
    planted = slots.add_passkey(stranger, slots.enrol(stranger, PASSPHRASE), VALUE)
    Slot.objects.filter(pk=planted).update(holder=holder)

    with pytest.raises(CannotOpen):
        slots.open_root_by_passkey(holder, planted, VALUE)
    Slot.objects.filter(holder=holder).delete()
    root = slots.enrol(holder, PASSPHRASE)
    opened = slots.open_root_by_passkey(holder, slots.add_passkey(holder, root, VALUE), VALUE)

    assert Unlocked(holder, caseworker.user.role, opened).memberships == {}


def test_the_question_to_passkeys_is_the_house_s_own(db, settings, tmp_path):
    before = slots.prf_input()
    again = slots.prf_input()
    settings.SECRETS_FILE = tmp_path / "house.json"
    secrets_file.make()

    assert (len(before), again) == (32, before)
    assert slots.prf_input() != before
