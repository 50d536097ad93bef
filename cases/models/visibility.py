"""Which cases exist for whom: one answer for lists, counts, pages, panels and refusals."""

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL

from cases.models.codes import OPEN
from cellule.accounts.roles import SYSTEM, Permission

if TYPE_CHECKING:
    from cases.models.case import Case
    from cellule.accounts.models import User

# Two lookups by index and one by primary key; guardian's own shortcut reads the whole table of cases. Written out,
# because every page asks it and composing the statement anew takes longer than running it.
_GRANTED = """
SELECT u.content_object_id FROM cases_caseusergrant u WHERE u.user_id = %s{kept}
UNION ALL
SELECT u.content_object_id FROM cases_casegroupgrant u
JOIN accounts_user_groups m ON m.group_id = u.group_id WHERE m.user_id = %s{kept}
"""
_WITH = " AND u.permission_id IN (SELECT id FROM auth_permission WHERE codename = %s)"
# What a supervisor answers for is what the intake and the unit hold the keys of; a grant for each case and supervisor
# would say the same in many rows, and make the list as slow as it is long.
_OF_THE_UNIT = "SELECT g.id FROM keys.vault_keygroup g WHERE g.kind IN ('intake', 'unit')"
_GRANTS_OF = """
ARRAY(
    SELECT p.codename FROM auth_permission p JOIN (
        SELECT u.permission_id FROM cases_caseusergrant u WHERE u.user_id = %s AND u.content_object_id = cases_case.id
        UNION ALL
        SELECT u.permission_id FROM cases_casegroupgrant u
        JOIN accounts_user_groups m ON m.group_id = u.group_id
        WHERE m.user_id = %s AND u.content_object_id = cases_case.id
    ) granted ON granted.permission_id = p.id
)::text[]
"""


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the cases that exist for this person: granted to them or their organisation, or theirs to supervise."""
        if user is SYSTEM:
            return self
        if not user.is_active:
            return self.none()
        seen = models.Q(pk__in=RawSQL(_GRANTED.format(kept=""), [user.pk, user.pk]))
        if user.has_perm(Permission.SUPERVISE_CASES):
            seen |= models.Q(key_holder__in=RawSQL(_OF_THE_UNIT, []))
        return self.filter(seen)

    def worked_by(self, user: "User") -> Self:
        """Keep the cases this person works on, leading them or sharing in them."""
        if not user.is_active:
            return self.none()
        return self.filter(pk__in=RawSQL(_GRANTED.format(kept=""), [user.pk, user.pk]))

    def led_by(self, user: "User") -> Self:
        """Keep the cases this person leads, alone or with their organisation."""
        if not user.is_active:
            return self.none()
        lead = "lead_case"
        return self.filter(pk__in=RawSQL(_GRANTED.format(kept=_WITH), [user.pk, lead, user.pk, lead]))

    def telling_grants_of(self, user: "User") -> Self:
        """Have each case know what was granted on it to this person, so that it need not be asked again."""
        granted = RawSQL(_GRANTS_OF, [user.pk, user.pk], ArrayField(models.TextField()))
        return self.annotate(granted=granted, asked_by=models.Value(user.pk, models.UUIDField()))

    def open(self) -> Self:
        """Keep the cases that go on."""
        return self.filter(state__in=[state.value for state in OPEN])

    def newest_first(self) -> Self:
        return self.order_by("-opened_week", "pk")

    def older_than(self, case: "Case") -> Self:
        """Keep what follows a case in the order of `newest_first`."""
        return self.filter(
            models.Q(opened_week__lt=case.opened_week) | models.Q(opened_week=case.opened_week, pk__gt=case.pk)
        )

    def newer_than(self, case: "Case") -> Self:
        """Keep what comes before a case in the order of `newest_first`."""
        return self.filter(
            models.Q(opened_week__gt=case.opened_week) | models.Q(opened_week=case.opened_week, pk__lt=case.pk)
        )


def grants_on(case: uuid.UUID, user: "User") -> frozenset[str]:
    """What was granted on one case to a person or their organisation: codenames of permissions."""
    from cases.models.case import Case  # this module is what the model is made of

    found = Case.objects.filter(pk=case).telling_grants_of(user).values_list("granted", flat=True).first()
    return frozenset(found or ())
