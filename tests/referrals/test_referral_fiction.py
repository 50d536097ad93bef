"""The fictional referrals: told once, by both sides, and standing as the story says."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.log.models import Entry
from cases.models import Case, Consent
from referrals.fiction.tales import TALES
from referrals.models import Agency, Referral
from tests.people import acting


@pytest.fixture
def told(db) -> None:
    call_command("fiction")


def _lines(**asked: object) -> list[tuple[str, str, str]]:
    rows = Referral.objects.filter(**asked).order_by("service__name")
    return list(rows.values_list("agency__name", "service__name", "state"))


def test_fictional_referrals_stand_as_the_story_says(told):
    clinic, shelter, health = (
        "Clinique juridique fictive du Phare",
        "Maison Fictive du Saule",
        "Clinique Fictive Santé sans condition",
    )

    assert _lines() == [
        (clinic, "Clinique des travailleuses et travailleurs", "in_service"),
        (clinic, "Consultation juridique sans rendez-vous", "viewed"),
        (health, "Consultation médicale", "recalled"),
        (shelter, "Hébergement d’urgence du Saule", "completed"),
        (clinic, "Représentation pour victimes d’un crime", "recalled"),
        (shelter, "Soutien externe du Saule", "declined"),
        (health, "Soutien psychologique", "sent"),
    ]
    assert _lines(stop_due=True) == [(health, "Consultation médicale", "recalled")]
    assert _lines(settled=False) == [(shelter, "Soutien externe du Saule", "declined")]
    states = sorted(Consent.objects.values_list("recipient__name", "state"))
    assert states == [
        (health, "given"),
        (health, "withdrawn"),
        (clinic, "given"),
        (clinic, "given"),
        (clinic, "withdrawn"),
        (shelter, "expired"),
        (shelter, "given"),
        (shelter, "refused"),
    ]


def test_fictional_referrals_are_told_once(told):
    before = [list(model.objects.order_by("pk").values()) for model in (Referral, Consent, Agency, Case)]

    call_command("fiction")

    assert [list(model.objects.order_by("pk").values()) for model in (Referral, Consent, Agency, Case)] == before
    assert Entry.objects.filter(action="referrals.referral_begun").count() == Referral.objects.count() == 7


def test_fictional_case_that_was_helped_is_closed_and_those_that_are_not_stay_open(told):
    closed = {str(case.pk) for case in Case.objects.filter(state="closed", referrals__isnull=False)}
    told_of = set(Case.objects.filter(referrals__isnull=False).values_list("pk", flat=True))

    assert len(closed) == 1
    assert len(told_of) == len(TALES)


def test_each_fictional_agency_sees_its_own_and_nothing_that_is_over(told):
    seen = {
        name: sorted(Referral.objects.visible_to(acting(name).user).values_list("service__name", flat=True))
        for name in ("noor", "thea", "solange", "dimitri")
    }

    assert seen == {
        "noor": ["Clinique des travailleuses et travailleurs", "Consultation juridique sans rendez-vous"],
        "thea": ["Clinique des travailleuses et travailleurs", "Consultation juridique sans rendez-vous"],
        "solange": ["Hébergement d’urgence du Saule"],
        "dimitri": ["Consultation médicale", "Soutien psychologique"],
    }


def test_fictional_log_has_both_sides_of_a_referral(told, as_):
    referral = Referral.objects.get(service__name="Hébergement d’urgence du Saule")

    page = as_("paule").post(reverse("review:log"), {"reference": referral.code}).text

    # Whoever closed the case has ended the shelter's access with it.
    everybody = ("Claire Exemple", "Solange Exemple-Tremblay", "Mireille Fictive-Roy", "Noor Fictive-Haddad")
    assert [name for name in everybody if name in page] == list(everybody[:3])
    assert "lilas" not in page
