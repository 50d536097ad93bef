"""The key of an entry: a UUIDv7, so that the order of keys is the order of time."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# In milliseconds, as keys count.
_YEAR_2200 = 7_258_118_400_000


def microseconds(at: datetime) -> int:
    """Count whole microseconds from 1970 in UTC to `at` (aware), without any float."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Give the moment in UTC that `microseconds` counted."""
    return _EPOCH + count * _MICROSECOND


def uuid7(at: datetime) -> UUID:
    """Make a key for an entry at `at`; its 12 bits after the millisecond hold the fraction (RFC 9562, 6.2 method 3)."""
    return _uuid7(at, secrets.randbits(62))


def first_uuid7(at: datetime) -> UUID:
    """Give the lowest key an entry at `at` can have: the bound for a period."""
    return _uuid7(at, 0)


def moment_of(key: UUID) -> datetime:
    """Give the millisecond (UTC) of a key; of one that is no UUIDv7, or of a year past 2199, the first moment of all."""
    count = key.int >> 80
    return from_microseconds(count * 1000 if key.version == 7 and count < _YEAR_2200 else 0)


def utc_day(key: UUID) -> int:
    """Give the day of a key, counted from 1970 in UTC."""
    return (key.int >> 80) // 86_400_000


def random_tail() -> str:
    """Give the last 64 bits of a new key, as hex: the variant and 62 random bits."""
    return f"{0b10 << 62 | secrets.randbits(62):016x}"


def _uuid7(at: datetime, tail: int) -> UUID:
    milliseconds, rest = divmod(microseconds(at), 1000)
    fraction = rest * 4096 // 1000
    return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | tail)
