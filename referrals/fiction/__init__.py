"""A fictional directory, agreements and referrals, made by the same verbs as true ones. None of it exists."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from cellule.accounts.acting import Acting
from cellule.accounts.models import Organisation
from referrals.fiction.tale import Tale
from referrals.fiction.tales import CLINIC, HEALTH, SHELTER, TALES
from referrals.hsds.files import read_file
from referrals.hsds.loading import load
from referrals.models import Agency, Agreement

DIRECTORY = Path(__file__).parent / "directory.json"
# With whom the unit has an agreement, and its number.
AGREEMENTS = {
    CLINIC: "2026-001",
    SHELTER: "2026-002",
    HEALTH: "2026-003",
}
_WORLD = uuid.UUID("b9e4a0de-6b0e-4c1d-8f7b-1a54c0f0a3d2")


def tell(cast: Mapping[str, Acting]) -> None:
    """Import the fictional directory, agree with three agencies, and tell what is sent to them; again, it changes nothing.

    A tale is told whole or not at all, so that it can be told again after a crash.
    """
    load(read_file(DIRECTORY))
    for name, number in AGREEMENTS.items():
        agency = Agency.objects.get(name=name)
        _agree(agency, number, cast["mireille"])
        agency.connect(Organisation.objects.get(name=name), by=cast["mireille"])
    for alias, (lead, tell_it) in TALES.items():
        tale = Tale(alias, lead, cast)
        if tale.can_be_told:
            tale.opens()
            with transaction.atomic():
                tell_it(tale)


def _agree(agency: Agency, number: str, by: Acting) -> None:
    """One agreement for a year and a half; a step that was taken before a crash is not taken again."""
    today = timezone.localdate()
    agreement = Agreement.draft(
        agency,
        by=by,
        row_id=uuid.uuid5(_WORLD, number),
        number=number,
        starts_on=today - timedelta(days=90),
        ends_on=today + timedelta(days=450),
        signed_on=today - timedelta(days=100),
    )
    if agreement.state == "draft":
        agreement.put_in_force(by=by)
