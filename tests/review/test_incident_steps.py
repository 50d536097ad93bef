"""Confidentiality incidents: who opens one, who sees it, and that its state has no way on yet."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit.log.models import Entry
from audit.review.detail import open_detail
from audit.review.models import Incident, IncidentState, Item
from cellule.accounts.roles import SYSTEM
from cellule.notices.models import Notice
from tests.audit.reviewed import looked, proposed
from tests.people import acting

PEOPLE = ("claire", "joaquin", "mireille", "paule", "rose", "luc", "noor")


@pytest.fixture
def incident(caseworker, auditor, privacy_officer) -> Incident:
    proposed(looked(caseworker, "7QK2M9XD"), auditor).sign_incident(by=privacy_officer)
    return Incident.objects.get()


# States × people: one state and no step yet, so what is left is who sees it.
VISIBLE = {IncidentState.DETECTED: {name: name == "rose" for name in PEOPLE}}


def test_every_state_has_its_row_and_there_is_no_step_yet():
    assert list(VISIBLE) == list(IncidentState)
    assert [step.name for step in Incident.steps()] == []


def test_incident_exists_for_privacy_officers_alone(incident):
    seen = {name: Incident.objects.visible_to(acting(name).user).exists() for name in PEOPLE}

    assert seen == VISIBLE[IncidentState(incident.state)]
    assert Incident.objects.visible_to(SYSTEM).get() == incident


def test_incident_about_a_privacy_officer_is_not_theirs_to_see(incident, privacy_officer):
    Item.objects.update(actor_id=str(privacy_officer.user.pk), second_signer="somebody")

    assert list(Incident.objects.visible_to(privacy_officer.user)) == []


def test_what_when_and_whose_is_sealed_to_the_privacy_officers(incident, caseworker, auditor, privacy_officer):
    told = Entry.objects.get(pk=incident.entry)

    opened = open_detail(told, privacy_officer)

    assert (opened["what"], opened["about"]) == ("cases.case_opened", "7QK2M9XD")
    assert opened["whose"] == f"{caseworker.user.name} ({caseworker.user.pk})"
    assert opened["when"].startswith(incident.item.at.astimezone().isoformat()[:4])
    assert {told.reference, told.subject_type} == {incident.code, "review.incident"}


def test_signers_and_the_person_are_not_told_who_answers_for_it_is(incident, caseworker, auditor, privacy_officer):
    told = Notice.objects.filter(kind="review.incident").values_list("recipient", flat=True)

    # Rose signed it herself.
    assert list(told) == []
    assert Notice.objects.filter(kind="review.second").get().recipient == privacy_officer.user


def test_privacy_officer_is_told_when_others_sign(caseworker, auditor, privacy_officer):
    item = looked(caseworker)
    item.propose_incident(by=privacy_officer)

    item.sign_incident(by=auditor)

    assert Notice.objects.get(kind="review.incident").recipient == privacy_officer.user


def test_nothing_is_opened_when_the_second_signature_is_refused(caseworker, auditor):
    item = proposed(looked(caseworker), auditor)

    with pytest.raises(PermissionDenied):
        item.sign_incident(by=auditor)

    assert Incident.objects.count() == 0


def test_database_takes_no_other_state(incident):
    with pytest.raises(IntegrityError, match="no declared step"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(state="closed")
