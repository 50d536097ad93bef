"""Jobs of this room: forgetting what has ended. They hold no key."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Found
from cellule.jobs.kinds import recurring


@recurring("cases.forget_found", every=timedelta(minutes=15))
def forget_found(job: Any) -> None:
    """Delete results of searches that can no longer be looked at, their keys first."""
    Found.objects.filter(ends_at__lte=timezone.now()).forget()
