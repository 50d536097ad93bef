"""A supervisor says whose people answer for an agency of the directory; once, and for one agency each."""

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cellule.accounts.models import Organisation
from referrals.models import Agency, AgencyKind
from tests.referrals.agencies import agency
from tests.referrals.sent import CLINIC, SHELTER


@pytest.fixture
def clinic(db) -> Agency:
    return agency()


def _address(of: Agency) -> str:
    return reverse("referrals:connect", args=[of.reference])


def _organisation(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def _connect(client, of: Agency, name: str, **told: str):
    return client.post(_address(of), {"organisation": str(_organisation(name).pk), "is_sure": "on", **told})


def test_agency_is_connected_once_and_the_log_says_by_whom(as_, clinic):
    mireille = as_("mireille")

    answer = _connect(mireille, clinic, CLINIC)

    assert (answer.status_code, answer["Location"]) == (302, f"/ressources/{clinic.code}/")
    assert Agency.objects.get(pk=clinic.pk).organisation == _organisation(CLINIC)
    (entry,) = Entry.objects.of_action("referrals.agency_connected")
    told = (entry.subject_type, entry.reference, entry.relation)
    assert told == ("referrals.agency", clinic.reference, "supervisor")


def test_only_partners_that_answer_for_nobody_are_on_the_list(as_, clinic, supervisor):
    agency(name="Autre organisme").connect(_organisation(SHELTER), by=supervisor)

    listed = as_("mireille").get(_address(clinic)).context["form"].fields["organisation"].queryset

    free = Organisation.objects.filter(zone="partner").exclude(name=SHELTER)
    assert list(listed) == list(free)


@pytest.mark.parametrize(
    ("name", "told", "errors"),
    [
        (SHELTER, {}, {"organisation": "invalid_choice"}),
        (CLINIC, {"is_sure": ""}, {"is_sure": "required"}),
        (CLINIC, {"organisation": ""}, {"organisation": "required"}),
    ],
)
def test_taken_organisation_and_an_unsure_answer_are_told_at_their_field(as_, clinic, supervisor, name, told, errors):
    agency(name="Autre organisme").connect(_organisation(SHELTER), by=supervisor)

    answer = _connect(as_("mireille"), clinic, name, **told)

    found = answer.context["form"].errors.as_data()
    assert (answer.status_code, {field: told[0].code for field, told in found.items()}) == (422, errors)
    assert Agency.objects.get(pk=clinic.pk).organisation is None


def test_unit_itself_answers_for_no_agency(as_, clinic):
    unit = Organisation.objects.get(zone="unit")

    answer = _connect(as_("mireille"), clinic, CLINIC, organisation=str(unit.pk))

    assert (answer.status_code, Agency.objects.get(pk=clinic.pk).organisation) == (422, None)


def test_agency_that_is_connected_stays_so(as_, clinic, supervisor):
    mireille = as_("mireille")
    clinic.connect(_organisation(CLINIC), by=supervisor)

    asked, answer = mireille.get(_address(clinic)), _connect(mireille, clinic, SHELTER)

    assert (asked.status_code, answer.status_code) == (302, 409)
    assert Agency.objects.get(pk=clinic.pk).organisation == _organisation(CLINIC)


@pytest.mark.parametrize("kind", [AgencyKind.POLICE, AgencyKind.BORDER])
def test_police_and_border_bodies_are_refused(as_, kind):
    apart = agency(name="Corps fictif", kind=kind)
    mireille = as_("mireille")

    answers = [mireille.get(_address(apart)).status_code, _connect(mireille, apart, CLINIC).status_code]

    assert (answers, Agency.objects.get(pk=apart.pk).organisation) == ([403, 403], None)


def test_sheet_leads_to_it_only_who_supervises_and_only_once(as_, clinic, supervisor):
    sheet, mireille, claire = reverse("referrals:sheet", args=[clinic.reference]), as_("mireille"), as_("claire")

    before = [_address(clinic) in client.get(sheet).text for client in (mireille, claire)]
    clinic.connect(_organisation(CLINIC), by=supervisor)
    after = _address(clinic) in mireille.get(sheet).text

    assert (before, after) == ([True, False], False)
