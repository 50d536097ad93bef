"""The timeline as the reader asked for it: links to one kind of event, and to the other order."""

from collections import Counter
from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.functional import Promise

from cases.timeline import SHOWN, Event

# Where the links lead on the page.
PLACE = "#chronologie"


def kinds(request: HttpRequest, events: Sequence[Event], chosen: str) -> list[tuple[Promise, str, bool, int]]:
    """Give the kinds of event that there are, as the sub-navigation takes them, each with how many are new."""
    there = {event.kind for event in events}
    new = Counter(event.kind for event in events if event.is_new)
    return [
        (text, _address(request, voir=kind), kind == chosen, new[kind] if kind else 0)
        for kind, text in SHOWN.items()
        if not kind or kind in there
    ]


def turned(request: HttpRequest, *, by_day: bool) -> str:
    """Give the address of the same events in the other order."""
    return _address(request, ordre="" if by_day else "faits")


def _address(request: HttpRequest, **asked: str) -> str:
    """This page with other choices; only codes of ours go into an address."""
    query = request.GET.copy()
    for name in set(query) - {"voir", "ordre"}:
        del query[name]
    for name, value in asked.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}{PLACE}" if query else f"{request.path}{PLACE}"
