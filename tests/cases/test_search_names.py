"""What is found by what: spelling, script, order, a part of a number, a code."""

import uuid

import pytest

from cases.search.index import Asked, Index
from cases.search.spelling import digits_of, keys_of, sound_of, words_of
from tests.cases.named import beside, found, named

# What was written down, and what somebody types who looks for it.
FOUND = [
    ("Zélie Quetzal", "zelie"),
    ("Zelie Quetzal", "Zélie"),
    ("Zélie Quetzal", "quetzal zélie"),
    ("Zélie Quetzal", "Zeile Quetzal"),
    ("Zélie Quetzal", "zel"),
    ("Lune Bleue", "LUNE BLEU"),
    ("Al Sayed", "alsayed"),
    ("Alsayed", "Al Sayed"),
    ("O’Brien", "obrien"),
    ("Nguyễn Thị Hoa", "nguyen hoa"),
    ("محمد", "Mohamed"),
    ("Muhammad", "محمد"),
    ("Mohammed", "Mouhamed"),
    ("Наталья", "Natalia"),
    ("Natalya", "Наталья"),
    ("நிலா", "Nila"),
    ("Nila", "நிலா"),
    ("王小明", "Wang Xiaoming"),
    ("Xiao Ming", "小明"),
    ("Ω", "ω"),
    ("X", "x"),
    ("李", "Li"),
]
NOT_FOUND = [
    ("Zélie Quetzal", "Rodolfo"),
    ("Zélie Quetzal", "quetzal rodolfo martin"),
    ("Xavier", "x"),
    ("Nila", "Nora"),
    ("محمد", "Amina"),
]


def _fits(written: str, typed: str) -> bool:
    index = Index(Index.over([(uuid.uuid4(), 1, keys_of([written], []))]))
    return bool(list(index.fitting(Asked.of(typed))))


@pytest.mark.parametrize(("written", "typed"), FOUND)
def test_name_is_found_in_another_spelling(written, typed):
    assert _fits(written, typed)


@pytest.mark.parametrize(("written", "typed"), NOT_FOUND)
def test_another_name_is_not_found(written, typed):
    assert not _fits(written, typed)


def test_words_are_plain_letters_of_any_script():
    assert words_of("Éloïse D’Arc-Tremblay, 王小明") == ["eloise", "darc", "tremblay", "wang", "xiao", "ming"]


def test_spellings_of_one_name_sound_alike():
    names = ("mohamed", "muhammad", "mouhammed", "mhmd")

    assert {sound_of(name) for name in names} == {"mhmd"}


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("514 555-0134", "5145550134"), ("(0)134", "0134"), ("٠١٣٤٥", "01345"), ("0134a", ""), ("12", "")],
)
def test_part_of_a_number_has_four_digits_and_no_letter(typed, digits):
    assert digits_of(typed) == digits


def test_the_same_name_comes_before_one_that_is_only_like_it(caseworker):
    like, same, begins = (named(caseworker, called) for called in ("Zelia Fictif", "Zélie", "Zéliette"))

    assert found(caseworker, "zelie") == [same.pk, begins.pk, like.pk]


def test_every_word_of_a_case_leads_to_it(caseworker):
    case = named(caseworker, "Lune Bleue", legal="Zélie Quetzal", script="محمد", phone="+15145550134")
    beside(case, caseworker, "Oncle Ficto")

    for typed in (
        "lune",
        "quetzal",
        "Mohamed",
        "555 01",
        "0134",
        "0514 555",
        "ficto",
        case.code,
        case.reference.lower(),
    ):
        assert found(caseworker, typed) == [case.pk], typed


def test_nothing_typed_by_chance_leads_anywhere(caseworker):
    named(caseworker, "Lune Bleue", phone="+15145550134")

    assert [found(caseworker, typed) for typed in ("rodolfo", "99887", "7QK2-M9XD", "—")] == [[], [], [], []]
