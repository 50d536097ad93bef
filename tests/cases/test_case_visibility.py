"""Which cases exist for whom, and that asking does not read the whole table."""

import pytest
from django.contrib.auth.models import Permission
from guardian.shortcuts import assign_perm

from cases.models import LEAD, Case, CaseGroupGrant
from cases.models.moments import this_week
from cellule.accounts.models import User
from tests.people import acting


def test_case_exists_for_who_leads_it_and_for_nobody_else(case):
    seen = {user.name: list(Case.objects.visible_to(user)) for user in User.objects.all()}

    assert {name for name, cases in seen.items() if cases} == {"Claire Exemple"}
    assert seen["Claire Exemple"] == [case]


def test_nothing_exists_for_somebody_deactivated(case, caseworker):
    caseworker.user.is_active = False

    assert not Case.objects.visible_to(caseworker.user).exists()
    assert not Case.objects.led_by(caseworker.user).exists()
    assert not Case.objects.get(pk=case.pk).is_led_by(caseworker.user)


def test_grant_to_the_organisation_reaches_its_people(case, other_caseworker):
    assign_perm(LEAD, other_caseworker.user.organisation.group, case)

    assert list(Case.objects.visible_to(other_caseworker.user)) == [case]
    assert Case.objects.get().is_led_by(other_caseworker.user)
    assert CaseGroupGrant.objects.count() == 1


def test_case_granted_twice_is_listed_once(case, caseworker):
    assign_perm(LEAD, caseworker.user.organisation.group, case)

    assert list(Case.objects.visible_to(caseworker.user)) == [case]


@pytest.mark.parametrize("narrowed", [Case.objects.visible_to, Case.objects.led_by], ids=["visible", "led"])
def test_list_reads_cases_by_index(owner_connection, narrowed):
    claire = acting("claire")
    owner_connection.execute(
        "INSERT INTO cases_case (id, reference, opened_week, key_holder, state, version, ordinary)"
        " SELECT gen_random_uuid(), left(md5(i::text), 8), %s, gen_random_uuid(), 'inquiry', 1, decode(repeat('00', 162), 'hex')"
        " FROM generate_series(1, 30000) AS i",
        [this_week()],
    )
    owner_connection.execute(
        "INSERT INTO cases_caseusergrant (id, content_object_id, permission_id, user_id)"
        " SELECT gen_random_uuid(), id, %s, %s FROM (SELECT id FROM cases_case LIMIT 40)",
        [Permission.objects.get(codename=LEAD).pk, claire.user.pk],
    )
    owner_connection.execute("ANALYZE")

    cases = narrowed(claire.user).newest_first()[:51]

    assert len(cases) == 40
    plan = cases.explain()
    assert "Seq Scan on cases_case " not in plan
    assert "Index Scan using cases_case" in plan
