"""From picking a service to the sending, on the pages."""

import datetime
import uuid

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.log.models import Entry
from audit.log.record import record
from cases.models import Category, ContactDetails, ContactRules, PersonIdentity, PersonOrdinary, State
from cases.models.codes import AgeBand, ContactChannel, NeedKind, RiskLevel
from cellule.vault import packets
from cellule.vault.models.owner import Compartment
from referrals.actions import AGREED_OPENED
from referrals.models import Referral
from tests.factories import assess, case_at
from tests.people import said
from tests.referrals.agencies import service
from tests.referrals.sent import CLINIC, EVERYTHING, consent, draft, joined

pytestmark = pytest.mark.django_db

SUMMARY = "Elle cherche un lit loin de chez elle."


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def case(caseworker):
    """A case in which everything is written down that could be sent."""
    case = case_at(State.ACTIVE, caseworker)
    client = case.people.get(is_client=True)
    known = PersonOrdinary(called="Lune Bleue", age_band=AgeBand.TO_34)
    case.correct_person(client, by=caseworker, known=known, version=client.version)
    identity = PersonIdentity("Zélie Fictive", born={"kind": "year", "start": "1990-01-01", "end": "1990-12-31"})
    case.write_identity(client, by=caseworker, identity=identity, version=client.version)
    contact = case.safe_contact
    rules = ContactRules(channels=(ContactChannel.CALL,), voicemail={"unknown": "later"})
    details = ContactDetails("+15145550123", "", "olive")
    case.write_contact(by=caseworker, rules=rules, details=details, version=contact.version)
    case.add_need(by=caseworker, row_id=uuid.uuid4(), kind=NeedKind.SHELTER, urgent=True)
    assess(case, caseworker, RiskLevel.HIGH)
    return case


def _chosen(**told):
    return {"needs": ["shelter"], "urgency": "normal", "borough": "", "parts": [], "summary": "", **told}


def test_draft_is_begun_once_for_a_case_and_a_service(as_, case, clinic):
    claire, address = as_("claire"), reverse("referrals:begin", args=[clinic.services.get().reference])

    answers = [claire.post(address, {"case": case.reference}) for _time in range(2)]

    referral = Referral.objects.get()
    assert [answer["Location"] for answer in answers] == [reverse("referrals:compose", args=[referral.reference])] * 2
    assert (referral.state, referral.case, referral.consent) == ("draft", case, None)


def test_sheet_asks_for_which_case(as_, case, clinic):
    page = as_("claire").get(reverse("referrals:begin", args=[clinic.services.get().reference]))

    assert page.context["form"].fields["case"].choices[1:] == [(case.reference, f"{case.code} – Lune Bleue")]


@pytest.mark.parametrize("person", ["joaquin", "mireille"])
def test_case_of_somebody_else_cannot_be_chosen(as_, case, clinic, person):
    address = reverse("referrals:begin", args=[clinic.services.get().reference])

    answer = as_(person).post(address, {"case": case.reference})

    assert (answer.status_code, Referral.objects.count()) == (422, 0)


def test_services_for_the_need_are_shown_first_and_no_address_tells_it(as_, case, clinic):
    fitting = service(clinic, name="Lit pour la nuit", categories=["shelter"])
    claire, address = as_("claire"), reverse("referrals:new", args=[case.reference])

    shown = [line[0] for line in claire.get(address).context["lines"]]
    searched = claire.post(address, {"texte": "consultation"})

    assert shown == [fitting]
    assert [line[0].name for line in searched.context["lines"]] == ["Consultation fictive"]
    assert "besoin=" not in searched.text


def test_without_a_consent_the_way_leads_to_it(as_, case, caseworker, clinic):
    referral = draft(case, caseworker, clinic.services.get())

    page = as_("claire").get(reverse("referrals:compose", args=[referral.reference]))

    asks = f"{reverse('referrals:new_consent', args=[case.reference])}?organisme={clinic.reference}"
    assert (page.context["consent"], page.context["has_consent"]) == (asks, False)
    assert asks in page.text


def test_only_what_the_consent_names_can_be_chosen(as_, case, caseworker, clinic):
    consent(case, caseworker, clinic, {Category.NEEDS, Category.NAME})
    referral = draft(case, caseworker, clinic.services.get())
    claire, address = as_("claire"), reverse("referrals:compose", args=[referral.reference])

    page = claire.get(address)
    refused = claire.post(address, _chosen(parts=["contact"]))

    form = page.context["form"]
    assert [code for code, _label in form.fields["parts"].choices] == ["name"]
    assert "summary" not in form.fields
    assert [kind for kind, _why in page.context["ground"].withheld] == ["contact", "risk", "identity", "story"]
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["parts"])


def test_what_is_not_written_down_cannot_be_chosen(as_, caseworker, clinic):
    case = case_at(State.ACTIVE, caseworker)
    consent(case, caseworker, clinic, EVERYTHING)
    referral = draft(case, caseworker, clinic.services.get())

    ground = as_("claire").get(reverse("referrals:compose", args=[referral.reference])).context["ground"]

    assert ground.parts == ["contact", "risk"]
    assert dict(ground.withheld) == dict.fromkeys(
        ["name", "identity"], said("Nothing of it is written down in the case.")
    )


def test_sent_is_what_was_shown(as_, case, caseworker, coordinator, clinic):
    consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())
    claire, address = as_("claire"), reverse("referrals:compose", args=[referral.reference])
    chosen = _chosen(parts=["name", "contact", "risk", "identity"], summary=SUMMARY, urgency="urgent", borough="08")

    shown = claire.post(address, chosen)
    answer = claire.post(reverse("referrals:preview", args=[referral.reference]), dict(_grouped(shown.context["kept"])))

    assert (shown.status_code, answer.status_code) == (200, 302)
    referral = Referral.objects.get()
    assert (referral.state, referral.due_on) == ("sent", timezone.localdate() + datetime.timedelta(days=1))
    read = _read(referral, caseworker)
    assert list(read.read(referral, "envelope").needs) == ["shelter"]
    agreed = read.read(referral, "agreed")
    assert (agreed.called, agreed.summary, agreed.risk) == ("Lune Bleue", SUMMARY, "high")
    assert (agreed.legal_name, agreed.born["start"]) == ("Zélie Fictive", "1990-01-01")
    assert dict(map(tuple, agreed.contact)) == {
        "channels": '["call"]',
        "phone": "+15145550123",
        "code_word": "olive",
    }


def test_contact_and_identity_are_opened_for_this_reason_and_only_when_they_go_along(as_, case, caseworker, clinic):
    consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())
    claire, address = as_("claire"), reverse("referrals:compose", args=[referral.reference])

    claire.get(address)
    claire.post(address, _chosen(parts=["name"]))
    before = _reveals()
    claire.post(address, _chosen(parts=["contact", "identity"]))

    assert before == []
    assert _reveals() == [("cases.contact_revealed", "referral"), ("cases.identity_revealed", "referral")]


def test_change_leads_back_to_what_was_typed(as_, case, caseworker, clinic):
    consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())
    claire = as_("claire")

    page = claire.post(
        reverse("referrals:preview", args=[referral.reference]), {**_chosen(summary=SUMMARY), "modifier": "1"}
    )

    assert (page.status_code, page.context["form"]["summary"].value()) == (200, SUMMARY)
    assert Referral.objects.get().state == "draft"


def test_preview_by_its_address_leads_to_the_form(as_, case, caseworker, clinic):
    consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())

    answer = as_("claire").get(reverse("referrals:preview", args=[referral.reference]))

    assert answer["Location"] == reverse("referrals:compose", args=[referral.reference])


def test_status_in_the_summary_is_questioned(as_, case, caseworker, clinic):
    consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())

    answer = as_("claire").post(
        reverse("referrals:compose", args=[referral.reference]), _chosen(summary="Elle est sans papiers.")
    )

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["summary"])


def test_consent_withdrawn_after_the_preview_stops_the_sending(as_, case, caseworker, clinic):
    given = consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())
    claire = as_("claire")
    claire.post(reverse("referrals:compose", args=[referral.reference]), _chosen())
    given.withdraw(by=caseworker)

    page = claire.post(reverse("referrals:preview", args=[referral.reference]), _chosen())

    assert page.context["has_consent"] is False
    assert Referral.objects.get().state == "draft"


def test_sending_twice_sends_once(as_, case, caseworker, clinic):
    consent(case, caseworker, clinic)
    referral = draft(case, caseworker, clinic.services.get())
    claire, address = as_("claire"), reverse("referrals:preview", args=[referral.reference])

    answers = [claire.post(address, _chosen()) for _time in range(2)]

    assert [answer["Location"] for answer in answers] == [reverse("referrals:referral", args=[referral.reference])] * 2
    assert Entry.objects.of_action("referrals.referral_sent").count() == 1


def _reveals() -> list[tuple[str, str]]:
    found = Entry.objects.filter(action__endswith="_revealed")
    return sorted((entry.action, entry.purpose) for entry in found)


def _grouped(kept):
    values: dict[str, list[str]] = {}
    for name, value in kept:
        values.setdefault(name, []).append(value)
    return values


def _read(referral, by):

    with transaction.atomic():
        entry = record(AGREED_OPENED, by=by.actor, **referral._told_by(by))
    return packets.open_packet(by.vault, referral, [Compartment.ENVELOPE, Compartment.AGREED], entry)
