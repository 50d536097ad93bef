"""How long the ledger waits before it tries again."""

from datetime import timedelta

from django.conf import settings


def backoff(times: int) -> timedelta:
    """Give the pause after the given number of tries (≥ 1): it doubles from the first pause up to the longest."""
    # The exponent is bounded before it is used: a job that waited for years must not overflow.
    doublings = min(max(times, 1) - 1, 30)
    return timedelta(seconds=min(settings.JOB_FIRST_PAUSE_SECONDS * 2**doublings, settings.JOB_LONGEST_PAUSE_SECONDS))


def lease() -> timedelta:
    """Give the time for which a worker may hold a job before another one may take it."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)
