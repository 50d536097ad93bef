"""The bytes of an entry stay what they are: stored vectors, and no second way to write the same thing."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.log.encoding import FORM_1, Malformed, decode, encode, leaf

FULL = {
    "id": UUID("01a200a8-fad2-76f9-ab9d-28ccb4483f90"),
    "at": datetime(2026, 11, 22, 0, 30, 3, 986436, tzinfo=UTC),
    "session": UUID("00112233-4455-6677-8899-aabbccddeeff"),
    "counter": 258,
    "request": UUID("ffeeddcc-bbaa-9988-7766-554433221100"),
    "actor_id": "a1",
    "actor_role": "caseworker",
    "actor_organisation": "Unité",
    "action": "cases.opened",
    "subject_type": "case",
    "reference": "7QK2M9XD",
    "shown": ["23456789", "Ж"],
    "subject": UUID("12345678-1234-4234-8234-123456789abc"),
    "relation": "assigned",
    "purpose": "follow_up",
    "outcome": "done",
    "detail_commitment": bytes(range(32)),
}
SPARSE = FULL | {
    "at": datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "actor_organisation": "",
    "subject_type": "",
    "reference": "",
    "shown": None,
    "subject": None,
    "purpose": "",
    "detail_commitment": None,
}
VECTORS = [
    pytest.param(
        FULL,
        "0101a200a8fad276f9ab9d28ccb4483f90000660d29413c60400112233445566778899aabbccddeeff0000000000000102ff"
        "eeddccbbaa9988776655443322110000026131000a63617365776f726b65720006556e6974c3a9000c63617365732e6f7065"
        "6e6564000463617365000837514b324d395844010002000832333435363738390002d0960112345678123442348234123456"
        "789abc000861737369676e65640009666f6c6c6f775f75700004646f6e65010020000102030405060708090a0b0c0d0e0f10"
        "1112131415161718191a1b1c1d1e1f",
        "5d0589051f6798e297c691315d349d9ab003a85f758114d680c3b785931ec433",
        id="full",
    ),
    pytest.param(
        SPARSE,
        "0101a200a8fad276f9ab9d28ccb4483f90ffffffffffffffff00112233445566778899aabbccddeeff0000000000000102ff"
        "eeddccbbaa9988776655443322110000026131000a63617365776f726b65720000000c63617365732e6f70656e6564000000"
        "000000000861737369676e656400000004646f6e6500",
        "e4049966f58867fbea7c2b729738d60825c573b4d2194396e7a5596e3a637268",
        id="sparse",
    ),
]

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=150)
entries = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "at": st.datetimes(timezones=st.just(UTC)),
        "session": st.uuids(),
        "counter": st.integers(-(2**63), 2**63 - 1),
        "request": st.uuids(),
        "shown": st.none() | st.lists(texts, max_size=5),
        "subject": st.none() | st.uuids(),
        "detail_commitment": st.none() | st.binary(max_size=80),
    }
    | {
        name: texts
        for name in FORM_1
        if name not in {"id", "at", "session", "counter", "request", "shown", "subject", "detail_commitment"}
    }
)


@pytest.mark.parametrize(("fields", "body", "hashed"), VECTORS)
def test_encoding_keeps_the_stored_vectors(fields, body, hashed):
    assert encode(fields) == bytes.fromhex(body)
    assert decode(bytes.fromhex(body)) == fields
    assert leaf(bytes.fromhex(body)) == bytes.fromhex(hashed)


@given(entries)
def test_encoding_comes_back_unchanged(fields):
    assert decode(encode(fields)) == fields


@given(entries, st.data())
def test_encoding_has_one_form_only(fields, data):
    """Whatever byte is changed, the result is refused or is itself the one form of other values."""
    body = bytearray(encode(fields))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))

    try:
        told = decode(bytes(body))
    except Malformed:
        return

    assert encode(told) == bytes(body)


@given(entries, st.binary(min_size=1, max_size=5))
def test_encoding_refuses_what_is_cut_or_goes_on(fields, more):
    body = encode(fields)

    for damaged in (body[:-1], body[1:], body + more, b""):
        with pytest.raises(Malformed):
            decode(damaged)


def test_encoding_does_not_depend_on_the_time_zone():
    montreal = FULL["at"].astimezone(timezone(timedelta(hours=-5)))

    assert encode(FULL | {"at": montreal}) == encode(FULL)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": datetime(2026, 11, 22)},
        {"counter": 2**63},
        {"actor_id": "a\0"},
        {"reference": "\ud800"},
        {"purpose": "x" * 65_536},
        {"name": "Ana"},
    ],
    ids=["no time zone", "too large", "NUL", "not Unicode", "too long", "unknown field"],
)
def test_encoding_refuses_values_that_cannot_come_back(wrong):
    with pytest.raises(Malformed):
        encode(FULL | wrong)


def test_encoding_refuses_missing_fields():
    with pytest.raises(Malformed):
        encode({name: value for name, value in FULL.items() if name != "outcome"})


@pytest.mark.parametrize("version", [0, 2, 255])
def test_encoding_refuses_unknown_versions(version):
    with pytest.raises(Malformed):
        decode(bytes([version]) + encode(FULL)[1:])
