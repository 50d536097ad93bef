"""References: opaque codes that people say, write down and find in addresses. Eight symbols, the last one a check.

The check is Luhn's, modulo 32: it finds every single wrong symbol and every swap of neighbours but 2 with Z.
"""

import re
import secrets
from collections.abc import Mapping

SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
_VALUES = {symbol: value for value, symbol in enumerate(SYMBOLS)}
_IGNORED = {ord(mark): None for mark in " \t\u00a0-\u2010\u2011\u2013"}


def new_reference() -> str:
    """Make a random reference (35 bits and the check), as it is stored: without the dash."""
    body = "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH - 1))
    return body + _check(body)


def shown(reference: str) -> str:
    """Write a stored reference as people read it: 7QK2-M9XD."""
    return f"{reference[:4]}-{reference[4:]}"


def parse(text: str) -> str:
    """Read a reference as somebody typed it; case, spaces and dashes do not matter (ValueError when it is none)."""
    reference = _plain(text)
    if len(reference) != LENGTH or not set(reference) <= _VALUES.keys() or _check(reference[:-1]) != reference[-1]:
        raise ValueError("not a reference")
    return reference


def named_in(arguments: Mapping[str, object]) -> str:
    """The reference among an address's arguments, for the log; empty where there is none that is well formed.

    Written down alike whether it exists or not.
    """
    reference = str(arguments.get("reference", "")).upper()
    return reference if re.fullmatch(ReferenceConverter.regex, reference) else ""


class ReferenceConverter:
    """The part `<reference:reference>` of an address.

    A wrong check symbol passes: the view then finds nothing, and the answer and the log line are those of any
    other unknown reference.
    """

    regex = r"[2-9A-HJ-NP-Za-hj-np-z]{4}-?[2-9A-HJ-NP-Za-hj-np-z]{4}"

    def to_python(self, value: str) -> str:
        return _plain(value)

    def to_url(self, value: str) -> str:
        return shown(_plain(value))


def _plain(text: str) -> str:
    return text.translate(_IGNORED).upper()


def _check(body: str) -> str:
    total = 0
    for place, symbol in enumerate(reversed(body)):
        value = _VALUES[symbol] * (1 if place % 2 else 2)
        total += value // len(SYMBOLS) + value % len(SYMBOLS)
    return SYMBOLS[-total % len(SYMBOLS)]
