"""Letters to a group's post box."""

import uuid

import pytest

from cellule.vault import letters
from cellule.vault.models import Letter, LetterKey
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember

DOCUMENT = {"words": "MARQUE-LETTRE"}


@pytest.fixture
def letter(db):
    return letters.write_letter("privacy", "log.detail", uuid.uuid4(), DOCUMENT, b"s" * 16)


def test_a_member_opens_it(letter, privacy_officer):
    assert letters.open_letter(privacy_officer.vault, letter) == (DOCUMENT, b"s" * 16)


def test_nobody_else_does(letter, auditor, caseworker, supervisor, administrator):
    for person in (auditor, caseworker, supervisor, administrator):
        with pytest.raises(NotAMember):
            letters.open_letter(person.vault, letter)


@pytest.mark.parametrize("change", [{"purpose": "other"}, {"row": uuid.uuid4()}])
def test_it_is_bound_to_its_purpose_and_row(letter, privacy_officer, change):
    Letter.objects.filter(pk=letter.pk).update(**change)

    with pytest.raises(CannotOpen):
        letters.open_letter(privacy_officer.vault, Letter.objects.get(pk=letter.pk))


def test_a_body_swapped_with_another_letters_does_not_open(letter, privacy_officer):
    other = letters.write_letter("privacy", "log.detail", uuid.uuid4(), {"words": "x"}, b"t" * 16)
    Letter.objects.filter(pk=letter.pk).update(sealed=other.sealed)
    with pytest.raises(CannotOpen):
        letters.open_letter(privacy_officer.vault, Letter.objects.get(pk=letter.pk))

    half = LetterKey.objects.get(letter=other.pk)
    LetterKey.objects.filter(letter=letter.pk).update(wrap=bytes(half.wrap))
    with pytest.raises(CannotOpen):
        letters.open_letter(privacy_officer.vault, Letter.objects.get(pk=letter.pk))


def test_without_its_key_half_it_is_dead(letter, privacy_officer):
    LetterKey.objects.filter(letter=letter.pk).delete()

    with pytest.raises(CannotOpen):
        letters.open_letter(privacy_officer.vault, letter)


def test_nothing_of_it_lies_in_clear(letter):
    assert b"MARQUE-LETTRE" not in bytes(letter.sealed)


def test_its_commitment_depends_on_salt_and_words():
    first = letters.commitment(DOCUMENT, b"s" * 16)

    assert first == letters.commitment(dict(DOCUMENT), b"s" * 16)
    assert first != letters.commitment(DOCUMENT, b"t" * 16)
    assert first != letters.commitment({"words": "x"}, b"s" * 16)
