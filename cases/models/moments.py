"""When something was written down: by the week in clear, to the moment under seal."""

import datetime

from django.utils import timezone


def this_week() -> datetime.date:
    """The Monday of this week, in Montréal."""
    today = timezone.localdate()
    return today - datetime.timedelta(days=today.weekday())


def now() -> str:
    """This moment as it is written into sealed documents: ISO 8601, UTC, fine enough to put rows in order."""
    return timezone.now().isoformat()
