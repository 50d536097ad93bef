"""Jobs of this room: forgetting what has ended. They hold no key."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import BreakGlass, Found
from cellule.accounts.roles import SYSTEM
from cellule.jobs.kinds import job as work
from cellule.jobs.kinds import recurring
from cellule.steps import TooLate
from cellule.vault.files import sweep

# Whoever sends a file has this long until its row is there.
YOUNG = timedelta(hours=24)


@recurring("cases.sweep_files", every=timedelta(hours=1))
def sweep_files(job: Any) -> None:
    """Take out of the store what no key opens: files that were destroyed, and those that no row came to name."""
    sweep(timezone.now() - YOUNG)


@recurring("cases.forget_found", every=timedelta(minutes=15))
def forget_found(job: Any) -> None:
    """Delete results of searches that can no longer be looked at, their keys first."""
    Found.objects.filter(ends_at__lte=timezone.now()).forget()


@work("cases.pass_emergency_on")
def pass_emergency_on(job: Any, emergency: str) -> None:
    """Tell the people of a circle that somebody asks for its case in an emergency."""
    BreakGlass.objects.get(pk=emergency).pass_on()


@recurring("cases.end_emergencies", every=timedelta(minutes=1))
def end_emergencies(job: Any) -> None:
    """Write down that emergency accesses have run out; they opened nothing any more since their last moment."""
    for emergency in BreakGlass.objects.run_out():
        # Its asker may have ended it just now.
        with suppress(TooLate):
            emergency.let_run_out(by=SYSTEM)
