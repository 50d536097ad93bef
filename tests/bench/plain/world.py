"""Fills the clear tables with what the house holds sealed, and with a crowd of other cases."""

from datetime import datetime
from typing import Any

from django.db import connection

from tests.bench.plain.models import (
    Agency,
    Case,
    Incident,
    Milestone,
    Need,
    Note,
    Referral,
    ReferralEvent,
    ReferralMessage,
    Risk,
    SafeContact,
    Service,
    User,
)

ROWS = {"incidents": Incident, "notes": Note, "risks": Risk, "milestones": Milestone, "needs": Need}
_CROWD = """
INSERT INTO plain_case (id, reference, state, lead_id, opened_at, channel, language, interpreter, called, risk,
    awaits_lead, version)
SELECT gen_random_uuid(), lpad(to_hex(i), 8, '0'), CASE WHEN i %% 2 = 0 THEN 'closed' ELSE 'active' END,
    (ARRAY(SELECT id FROM plain_user WHERE username LIKE 'crowd%%' ORDER BY username))[1 + i %% 50],
    now() - (1 + i %% 260) * interval '1 week', 'phone', 'tam', 'yes', '', '', false, 1
FROM generate_series(1, %(cases)s) AS i
"""


def fill(world: dict[str, Any]) -> None:
    """Make the same people, cases, and what is written down in them."""
    for key, name in world["people"]:
        User.objects.create(pk=key, username=key, name=name, password="!")
    for told in world["cases"]:
        ordinary = dict(told["ordinary"])
        case = Case.objects.create(
            reference=told["reference"],
            state=told["state"],
            lead_id=told["lead"],
            risk=told["risk"],
            opened_at=datetime.fromisoformat(ordinary.pop("opened_at")),
            **ordinary,
        )
        for name, model in ROWS.items():
            model.objects.bulk_create(model(case=case, **row) for row in told[name])
        if told["contact"]:
            SafeContact.objects.create(case=case, **told["contact"])
    _fill_referral(world["referrals"]["told"])


def _fill_referral(told: dict[str, Any]) -> None:
    """The one referral that is looked at, and its agency; whose case it is makes no difference to its page."""
    agency = Agency.objects.create(name=told["agency"])
    key, name = told["partner"]
    User.objects.create(pk=key, username=key, name=name, password="!", agency=agency)
    service = Service.objects.create(agency=agency, name=told["service"])
    referral = Referral.objects.create(case=Case.objects.last(), service=service, **told["referral"])
    for model, rows in ((ReferralEvent, told["events"]), (ReferralMessage, told["messages"])):
        model.objects.bulk_create(
            model(referral=referral, recorded_at=datetime.fromisoformat(at), recorded_by_id=by, **words)
            for at, by, words in rows
        )


def insert_crowd(cases: int) -> None:
    """Insert so many cases of 50 other people."""
    User.objects.bulk_create(User(username=f"crowd{number:02}", name="Foule", password="!") for number in range(50))
    with connection.cursor() as cursor:
        cursor.execute(_CROWD, {"cases": cases})
