"""References: what they look like, what they forgive, which slips the check finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellule.references import SYMBOLS, ReferenceConverter, new_reference, parse, shown

references = st.builds(lambda _: new_reference(), st.integers())


def test_symbols_cannot_be_taken_for_one_another():
    assert len(SYMBOLS) == 32
    assert not set(SYMBOLS) & set("01IO")


@given(references)
def test_new_reference_is_read_back_however_it_is_typed(reference):
    typed = [
        reference,
        shown(reference),
        shown(reference).lower(),
        f"  {' '.join(reference)} ",
        reference.replace("", "–"),
    ]

    assert [parse(text) for text in typed] == [reference] * 5


@given(references, st.integers(0, 7), st.sampled_from(SYMBOLS))
def test_check_finds_every_wrong_symbol(reference, place, symbol):
    wrong = reference[:place] + symbol + reference[place + 1 :]

    if wrong == reference:
        assert parse(wrong) == reference
    else:
        with pytest.raises(ValueError, match="not a reference"):
            parse(wrong)


@given(references, st.integers(0, 6))
def test_check_finds_every_swap_of_neighbours_but_one_pair(reference, place):
    pair = reference[place : place + 2]
    swapped = reference[:place] + pair[::-1] + reference[place + 2 :]

    if pair[0] == pair[1] or set(pair) == {"2", "Z"}:
        assert parse(swapped) == swapped
    else:
        with pytest.raises(ValueError, match="not a reference"):
            parse(swapped)


@given(st.text(max_size=12))
def test_anything_else_is_no_reference(text):
    try:
        reference = parse(text)
    except ValueError:
        return
    assert len(reference) == 8
    assert set(reference) <= set(SYMBOLS)


def test_address_takes_a_reference_with_or_without_its_dash():
    converter = ReferenceConverter()
    reference = new_reference()

    assert converter.to_python(shown(reference).lower()) == reference
    assert converter.to_python(reference) == reference
    assert converter.to_url(reference) == shown(reference)
