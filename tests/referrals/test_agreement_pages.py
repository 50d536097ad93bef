"""Writing down an agreement and taking its steps, on the pages."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.log.models import Entry
from referrals.models import AgencyKind, Agreement
from tests.referrals.agencies import agency, agreement


@pytest.fixture
def clinic(db):
    return agency()


def _fill(client, of, **told: str):
    address = reverse("referrals:new_agreement", args=[of.reference])
    once = client.get(address).context["form"]["once"].value()
    year = timezone.localdate().year
    fields = {"number": "2026-7", "starts_on": f"{year}-01-01", "ends_on": f"{year + 1}-12-31", "once": once, **told}
    return client.post(address, fields), lambda: client.post(address, fields)


def test_agreement_is_a_draft_first(as_, clinic):
    answer, _again = _fill(as_("mireille"), clinic)

    kept = Agreement.objects.get()
    assert answer.status_code == 302
    assert (kept.number, kept.state, kept.signed_on) == ("2026-7", "draft", None)
    entry = Entry.objects.of_action("referrals.agreement_drafted").get()
    assert (entry.reference, entry.subject_type, entry.relation) == (
        clinic.reference,
        "referrals.agreement",
        "supervisor",
    )


def test_form_sent_twice_makes_one_agreement(as_, clinic):
    answer, again = _fill(as_("mireille"), clinic)

    assert (answer.status_code, again().status_code) == (302, 302)
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ({"number": ""}, ["number"]),
        ({"starts_on": ""}, ["starts_on"]),
        ({"ends_on": "demain"}, ["ends_on"]),
        ({"ends_on": "1999-01-01"}, ["ends_on"]),
    ],
)
def test_what_is_wrong_stands_at_its_field(as_, clinic, told, fields):
    answer, _again = _fill(as_("mireille"), clinic, **told)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == fields
    assert Agreement.objects.count() == 0


def test_number_of_an_agency_is_taken_once(as_, clinic, supervisor):
    agreement(clinic, by=supervisor, number="2026-7")

    answer, _again = _fill(as_("mireille"), clinic)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["number"])


def test_steps_are_offered_where_they_can_be_taken(as_, clinic, supervisor):
    kept = agreement(clinic, by=supervisor)
    mireille, sheet = as_("mireille"), reverse("referrals:sheet", args=[clinic.reference])

    def steps() -> list[str]:
        (line,) = mireille.get(sheet).context["agreements"]
        return [href.rstrip("/").rpartition("/")[2] for _text, href in line["steps"]]

    offered = [steps()]
    for slug in ("mettre-en-vigueur", "suspendre", "reprendre", "terminer"):
        address = reverse("referrals:agreement_step", args=[clinic.reference, kept.pk, slug])
        version = mireille.get(address).context["form"]["version"].value()
        assert mireille.post(address, {"version": version}).status_code == 302
        offered.append(steps())

    in_force, suspended = ["suspendre", "terminer"], ["reprendre", "terminer"]
    assert offered == [["mettre-en-vigueur", "terminer"], in_force, suspended, in_force, []]


def test_caseworker_sees_agreements_and_no_steps(as_, clinic, supervisor):
    agreement(clinic, by=supervisor, in_force=True)

    page = as_("claire").get(reverse("referrals:sheet", args=[clinic.reference]))

    (line,) = page.context["agreements"]
    assert (line["steps"], line["refused"], page.context["new_agreement"]) == ([], [], "")
    assert page.context["in_force"] is True


def test_decision_on_an_older_agreement_is_refused(as_, clinic, supervisor):
    kept = agreement(clinic, by=supervisor, in_force=True)
    mireille = as_("mireille")
    address = reverse("referrals:agreement_step", args=[clinic.reference, kept.pk, "terminer"])
    version = mireille.get(address).context["form"]["version"].value()
    kept.suspend(by=supervisor)

    assert mireille.post(address, {"version": version}).status_code == 409
    assert Agreement.objects.get().state == "suspended"


@pytest.mark.parametrize(
    ("slug", "status"), [("reprendre", 409), ("expirer", 403), ("nonsense", 404), ("suspendre", 200)]
)
def test_page_of_a_step_that_cannot_be_taken_is_refused(as_, clinic, supervisor, slug, status):
    kept = agreement(clinic, by=supervisor, in_force=True)

    assert (
        as_("mireille").get(reverse("referrals:agreement_step", args=[clinic.reference, kept.pk, slug])).status_code
        == status
    )


def test_agreement_is_found_under_its_own_agency_only(as_, clinic, supervisor):
    kept, other = agreement(clinic, by=supervisor, in_force=True), agency(name="Autre")
    mireille = as_("mireille")

    addresses = [
        reverse("referrals:agreement_step", args=[of.reference, pk, "suspendre"])
        for of, pk in ((other, kept.pk), (clinic, uuid.uuid4()))
    ]

    assert [mireille.get(address).status_code for address in addresses] == [404, 404]


def test_no_agreement_page_for_police(as_, db):
    police = agency(name="Police imaginaire", kind=AgencyKind.POLICE)
    mireille = as_("mireille")

    page = mireille.get(reverse("referrals:sheet", args=[police.reference]))

    assert page.context["new_agreement"] == ""
    assert mireille.get(reverse("referrals:new_agreement", args=[police.reference])).status_code == 403
