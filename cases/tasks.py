"""Jobs of this room: sweeping the store of files."""

from datetime import timedelta

from django.utils import timezone

from cellule.jobs.kinds import recurring
from cellule.vault.files import sweep

# Whoever sends a file has this long until its row is there.
YOUNG = timedelta(hours=24)


@recurring("cases.sweep_files", every=timedelta(hours=1))
def sweep_files(job) -> None:
    """Take out of the store what no key opens: files that were destroyed, and those that no row came to name."""
    sweep(timezone.now() - YOUNG)
