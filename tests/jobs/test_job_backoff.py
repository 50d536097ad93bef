"""Pauses double and have an end."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellule.jobs.backoff import backoff


@pytest.mark.parametrize(
    ("times", "seconds"), [(0, 60), (1, 60), (2, 120), (3, 240), (6, 1920), (7, 3600), (8, 3600), (10_000, 3600)]
)
def test_backoff_doubles_up_to_the_longest_pause(settings, times: int, seconds: int):
    settings.JOB_FIRST_PAUSE_SECONDS, settings.JOB_LONGEST_PAUSE_SECONDS = 60, 3600

    assert backoff(times) == timedelta(seconds=seconds)


@given(st.integers(min_value=1, max_value=10**9))
def test_backoff_never_shrinks(times: int):
    assert backoff(times) <= backoff(times + 1)
