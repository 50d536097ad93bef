"""The fictional directory: what ships with the house, and that telling it again changes nothing."""

from collections import Counter

import pytest
from django.utils import timezone

from audit.log.models import Entry
from referrals.fiction import AGREEMENTS, DIRECTORY, tell
from referrals.hsds.files import read_file
from referrals.models import Agency, Agreement, Service
from tests.people import acting


@pytest.fixture
def told(db) -> None:
    tell({"mireille": acting("mireille")})


def test_fictional_directory_has_every_kind_of_agency(told):
    kinds = Counter(Agency.objects.values_list("kind", flat=True))

    assert kinds == {"legal_clinic": 1, "shelter": 2, "health": 1, "rights": 1, "food_bank": 1, "police": 1}
    assert Service.objects.active().count() == 21


def test_fictional_directory_is_read_without_a_word():
    found = read_file(DIRECTORY).found

    assert (found.problems, found.remarks) == ([], [])


def test_three_agreements_are_in_force(told):
    in_force = Agreement.objects.in_force(timezone.localdate())

    assert set(in_force.values_list("agency__name", flat=True)) == set(AGREEMENTS)


def test_secret_shelter_has_no_address(told):
    rows = Service.objects.filter(agency__name="Maison Fictive du Saule")

    assert set(rows.values_list("address", "address_hidden")) == {("", True)}


def test_telling_it_again_changes_nothing(told):
    before = [list(model.objects.order_by("pk").values()) for model in (Agency, Service, Agreement)]

    tell({"mireille": acting("mireille")})

    assert [list(model.objects.order_by("pk").values()) for model in (Agency, Service, Agreement)] == before
    assert Entry.objects.filter(action="referrals.agreement_in_force").count() == 3


def test_numbers_are_fictional():
    """555-01xx belongs to nobody."""
    directory = read_file(DIRECTORY)
    records = [*directory.agencies.values(), *directory.services.values()]
    numbers = {record.fields["phone"] for record in records} - {""}

    assert {number for number in numbers if not number.startswith("+151455501")} == set()
    assert len(numbers) == 8
