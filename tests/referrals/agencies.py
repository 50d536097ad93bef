"""Agencies, services and agreements for tests; what is not said is made up."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from cellule.accounts.acting import Acting
from cellule.references import new_reference
from referrals.models import Agency, AgencyKind, Agreement, Service


def agency(**told: Any) -> Agency:
    """An agency as an import leaves it."""
    made_up = {
        "reference": new_reference(),
        "hsds_id": str(uuid.uuid4()),
        "name": "Clinique juridique fictive",
        "kind": AgencyKind.LEGAL_CLINIC,
        "imported_on": timezone.localdate(),
    }
    return Agency.objects.create(**{**made_up, **told})


def service(of: Agency, **told: Any) -> Service:
    """A service as an import leaves it."""
    name = told.get("name", "Consultation fictive")
    made_up = {
        "reference": new_reference(),
        "hsds_id": str(uuid.uuid4()),
        "name": name,
        "sort_key": name.casefold(),
        "words": name.casefold(),
    }
    return Service.objects.create(agency=of, **{**made_up, **told})


def agreement(with_: Agency, *, by: Acting, in_force: bool = False, **told: Any) -> Agreement:
    """An agreement of this year, signed; `in_force` takes the step too."""
    today = timezone.localdate()
    made_up = {
        "row_id": uuid.uuid4(),
        "number": "2026-001",
        "starts_on": today - datetime.timedelta(days=30),
        "ends_on": today + datetime.timedelta(days=335),
        "signed_on": today - datetime.timedelta(days=40),
    }
    made = Agreement.draft(with_, by=by, **{**made_up, **told})
    if in_force:
        made.put_in_force(by=by)
    return made
