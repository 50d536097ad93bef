"""The key of an entry says when it was written, so that a list by key is a list by time."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from audit.log.identifier import first_uuid7, from_microseconds, microseconds, utc_day, uuid7

moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))


@given(moments)
def test_identifier_is_a_uuid_of_version_seven(at):
    key = uuid7(at)

    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    assert key.int >> 80 == microseconds(at) // 1000


@given(moments)
def test_identifier_of_a_later_microsecond_is_greater(at):
    later = at + timedelta(microseconds=1)

    assert first_uuid7(at) <= uuid7(at) < first_uuid7(later)


@given(moments)
def test_identifier_counts_microseconds_without_loss(at):
    assert from_microseconds(microseconds(at)) == at


@given(moments)
def test_identifier_knows_its_day(at):
    assert utc_day(uuid7(at)) == at.date().toordinal() - date(1970, 1, 1).toordinal()


def test_identifier_differs_within_one_microsecond():
    at = datetime(2026, 11, 22, tzinfo=UTC)

    assert len({uuid7(at) for _ in range(100)}) == 100
