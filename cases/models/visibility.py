"""Which cases exist for whom: one answer for lists, counts, pages, panels and refusals."""

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

from cases.models.codes import OPEN
from cases.models.entrusting import LEAD, SHARE
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
# A grant counts with the keys beside it: whoever has none in a circle, or has lost theirs, is not in it.
_OWN_GROUPS = "SELECT w.group_id FROM keys.vault_groupwrap w WHERE w.holder = %s"
_GRANTS_OF = """
ARRAY(
    SELECT p.codename FROM auth_permission p JOIN (
        SELECT u.permission_id FROM cases_caseusergrant u WHERE u.user_id = %s AND u.content_object_id = cases_case.id
        UNION ALL
        SELECT u.permission_id FROM cases_casegroupgrant u
        JOIN accounts_user_groups m ON m.group_id = u.group_id
        WHERE m.user_id = %s AND u.content_object_id = cases_case.id
    ) granted ON granted.permission_id = p.id
    WHERE EXISTS (SELECT 1 FROM keys.vault_groupwrap w WHERE w.group_id = cases_case.key_holder AND w.holder = %s)
)::text[]
"""


class Among(models.Lookup):
    """`column = ANY (ARRAY(…))`: rows are found by index, whatever the planner guesses of how many there are."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        # Raw statements come in parentheses of their own.
        statement, asked = compiler.compile(self.rhs)
        return f"{column} = ANY (ARRAY{statement})", [*params, *asked]


def _granted(user: uuid.UUID, permission: str = "") -> Among:
    """What was granted to one person or their organisation; `permission` is a codename, empty for any."""
    asked = [user, permission] if permission else [user]
    return Among(models.F("pk"), RawSQL(_GRANTED.format(kept=_WITH if permission else ""), [*asked, *asked]))


def _held_by(user: uuid.UUID) -> Among:
    """What lies under the keys of a group to which one person holds the root."""
    return Among(models.F("key_holder"), RawSQL(_OWN_GROUPS, [user]))


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the cases that exist for this person: granted to them or their organisation, or theirs to supervise."""
        if user is SYSTEM:
            return self
        if not user.is_active:
            return self.none()
        if user.has_perm(Permission.SUPERVISE_CASES):
            # First what holds of nearly every case, so that a long list of grants is searched for the others only.
            of_the_unit = Among(models.F("key_holder"), RawSQL(_OF_THE_UNIT, []))
            return self.filter(models.Q(of_the_unit) | models.Q(_granted(user.pk)) & models.Q(_held_by(user.pk)))
        return self.worked_by(user)

    def worked_by(self, user: "User") -> Self:
        """Keep the cases this person works on, leading them or sharing in them."""
        if not user.is_active:
            return self.none()
        return self.filter(_granted(user.pk), _held_by(user.pk))

    def shared_with(self, user: "User") -> Self:
        """Keep the cases that others lead and share with this person."""
        if not user.is_active:
            return self.none()
        return self.filter(_granted(user.pk, SHARE), _held_by(user.pk))

    def under(self, lead: uuid.UUID) -> Self:
        """Keep the cases of one lead, given by their id, for who looks over the unit; also of one who has left."""
        return self.filter(_granted(lead, LEAD))

    def telling_grants_of(self, user: "User") -> Self:
        """Have each case know what was granted on it to this person, so that it need not be asked again."""
        granted = RawSQL(_GRANTS_OF, [user.pk] * 3, ArrayField(models.TextField()))
        return self.annotate(granted=granted, asked_by=models.Value(user.pk, models.UUIDField()))

    def open(self) -> Self:
        """Keep the cases that go on."""
        return self.filter(state__in=[state.value for state in OPEN])

    def awaiting_lead(self) -> Self:
        """Keep the cases that nobody leads."""
        return self.filter(awaits_lead=True)

    def awaiting_decision(self) -> Self:
        """Keep the cases whose closing is proposed, and not decided on."""
        return self.open().filter(closing_proposed_by__isnull=False)

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

    # An annotation, of which the types of Django know nothing.
    found = Case.objects.filter(pk=case).telling_grants_of(user).values_list("granted", flat=True).first()  # type: ignore[misc]
    return frozenset(found or ())
