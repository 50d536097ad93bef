"""What a serving process asks before it takes anything: would a real house be unsafe as it is set up here?

Rooms say what they look at with `@register("house", deploy=True)`, so that `manage.py check --deploy` tells it too.
"""

import sys

from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.db import connections

TAG = "house"


def refusals() -> list[CheckMessage]:
    """What keeps this house from being served; nothing keeps a fictional one."""
    if settings.FICTION:
        return []
    found = run_checks(tags=[TAG], include_deployment_checks=True)
    return sorted((message for message in found if message.is_serious()), key=lambda message: message.id)


def refuse_to_start() -> None:
    """End a process that would serve unsafely, with one line for each reason; no connection stays open for a fork."""
    found = refusals()
    connections.close_all()
    if found:
        sys.exit("\n".join(["This house does not start:", *(_line(message) for message in found)]))


def _line(message: CheckMessage) -> str:
    return f"  {message.id}: {message.msg} {message.hint or ''}".rstrip()
