"""Words people say and type."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cellule.vault import words


def test_a_passphrase_has_six_words_of_the_list():
    passphrase = words.new_passphrase()

    assert len(passphrase.split()) == 6
    assert passphrase != words.new_passphrase()


@given(st.integers(0, 3), st.booleans())
def test_accents_case_hyphens_and_spaces_do_not_matter(spaces, upper):
    shown = "éligible agréable abaisser"
    typed = unicodedata.normalize("NFD", shown).replace(" ", "-" if spaces == 0 else " " * spaces)

    assert words.same_words(f"  {typed.upper() if upper else typed} ", shown)
    assert words.same_words("eligible agreable abaisser", shown)


@given(st.text(max_size=40))
def test_other_words_are_not_the_same(typed):
    assert not words.same_words(typed, "blond adopter pelage goupille daigner")


@given(st.binary(min_size=32, max_size=32))
def test_sheets_read_back(secret):
    assert words.sheet_secret(words.sheet_words(secret)) == secret
