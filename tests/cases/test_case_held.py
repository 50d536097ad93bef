"""What is asked again once a case is held: is it still theirs, and is it still open."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from guardian.shortcuts import assign_perm

from cases.models import LEAD, Case, CaseGroupGrant, CaseUserGrant


def test_case_granted_to_the_organisation_alone_is_written_by_its_people(case, other_caseworker):
    assign_perm(LEAD, other_caseworker.user.organisation.group, case)
    theirs = Case.objects.get()

    theirs.add_note(by=other_caseworker, row_id=uuid.uuid4(), body="Elle rappelle demain.")

    assert (Case.objects.get().version, theirs.notes.count()) == (theirs.version, 1)


@pytest.mark.parametrize("through", ["person", "organisation"])
def test_case_taken_back_since_it_was_read_is_left_as_it_was(case, caseworker, through):
    if through == "organisation":
        assign_perm(LEAD, caseworker.user.organisation.group, case)
        CaseUserGrant.objects.all().delete()
    read_before = Case.objects.get()
    assert read_before.is_led_by(caseworker.user)
    CaseUserGrant.objects.all().delete()
    CaseGroupGrant.objects.all().delete()

    with pytest.raises(PermissionDenied):
        read_before.add_note(by=caseworker, row_id=uuid.uuid4(), body="Elle rappelle demain.")

    left = Case.objects.get()
    assert (left.version, left.notes.count()) == (read_before.version, 0)


def test_case_closed_since_it_was_read_is_left_as_it_was(case, caseworker):
    read_before = Case.objects.get()
    case.close_inquiry(by=caseworker, reason="withdrew")

    with pytest.raises(PermissionDenied):
        read_before.add_note(by=caseworker, row_id=uuid.uuid4(), body="Elle rappelle demain.")

    assert (Case.objects.get().version, case.notes.count()) == (case.version, 0)
