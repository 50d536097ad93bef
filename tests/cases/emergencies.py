"""Emergency accesses as tests ask for them, and the time that passes for them."""

import datetime
import uuid

from django.db import transaction
from django.db.models import F

from cases.destroying import destroy_case
from cases.models import BreakGlass, Case, EmergencyReason
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM


def asked(case: Case | str, by: Acting, *, secret: bool = False, row_id: uuid.UUID | None = None) -> BreakGlass:
    """Ask for a case, or for a reference that may be nobody's."""
    reference = case if isinstance(case, str) else case.reference
    told = {"reason": EmergencyReason.PRESENT, "words": "Elle est au comptoir.", "secret": secret}
    return BreakGlass.ask(by=by, row_id=row_id or uuid.uuid4(), asked_for=reference, **told)


def passed(emergency: BreakGlass, **time: int) -> None:
    """Let so much time have passed since it was asked for: the database's clock alone counts, so its moments move."""
    span = datetime.timedelta(**time)
    moments = {name: F(name) - span for name in ("asked_at", "begun_at", "ends_at")}
    BreakGlass.objects.filter(pk=emergency.pk).update(**moments)


def pass_on(emergency: BreakGlass) -> None:
    """What the job does that is asked for with every request that opened nothing."""
    with transaction.atomic():
        emergency.pass_on()


def vanished(case: Case) -> str:
    """Destroy a case for good; give what its reference was."""
    with transaction.atomic():
        destroy_case(case, by=SYSTEM)
    return case.reference
