"""A case from the first call to closing and back, by its steps."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from cases.models import Case, ContactRules
from cases.models.codes import ClosingReason, ClosingTalk, RiskLevel


def test_case_walks_from_the_first_call_to_closing_and_back(case, caseworker, supervisor, second_supervisor, logged):
    logged()
    case.begin_intake(by=caseworker, in_tongue="tam", with_interpreter="yes")
    assert (case.state, case.is_held_by_unit) == ("intake", True)
    case.write_contact(by=caseworker, rules=ContactRules(none_possible=True), details=None, version=0)
    case.begin_assessment(by=caseworker)
    case.assess_risk(by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.HIGH, flags={}, rationale="Il la suit.")
    assert [bool(offer.missing) for offer in case.offers(caseworker.user) if offer.step.name == "activate"] == [True]
    case.countersign(by=supervisor)
    case.activate(by=caseworker)
    case.follow_up(by=caseworker)
    case.propose_closing(
        by=caseworker, reason=ClosingReason.GOALS_REACHED, talk=ClosingTalk.HELD, words="Tout va bien."
    )
    case.close(by=supervisor)
    assert case.state == "closed"
    case.reopen(by=supervisor)
    assert case.state == "active"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    print(logged())


def test_raw(case):
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="active")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="closed", closed_by=uuid.uuid4(), closed_week=case.opened_week)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
