"""How far a run is: a bar on a terminal, plain lines elsewhere; both on stderr, away from the table."""

import sys
import time
from collections.abc import Iterator

_WIDTH = 30
# Without a terminal, so many lines for each thing that is measured.
_LINES = 4


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def turns(name: str, number: int) -> Iterator[int]:
    """Count from 0 to `number`, and show how far that is."""
    if not sys.stderr.isatty():
        for turn in range(number):
            if turn * _LINES // number != (turn - 1) * _LINES // number:
                say(f"{name}: {100 * turn // number} %")
            yield turn
        return
    for turn in range(number):
        full = _WIDTH * turn // number
        print(f"\r{'█' * full}{'·' * (_WIDTH - full)} {name} ", end="", file=sys.stderr, flush=True)
        yield turn
    print(f"\r{'█' * _WIDTH} {name} ", file=sys.stderr, flush=True)
