"""Jobs of this room: forgetting what has ended. They hold no key."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Found
from cellule.jobs.kinds import recurring
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
