"""Text that reached a locked session."""

import pytest

from cellule.vault import parking, slots
from cellule.vault.models import OwnerKey, ParkedText
from cellule.vault.sealing import CannotOpen

FIELDS = [("body", "MARQUE-GARDÉE"), ("once", "a"), ("once", "b")]


@pytest.fixture
def parked(caseworker):
    return parking.park(caseworker.user.pk, "/dossiers/7QK2M9XD/notes/nouvelle/", FIELDS)


def test_its_author_gets_it_back_in_order(parked, caseworker):
    assert parking.reopen(caseworker.vault, parked) == FIELDS


def test_nobody_else_does(parked, supervisor):
    with pytest.raises(CannotOpen):
        parking.reopen(supervisor.vault, parked)


def test_a_row_given_to_somebody_else_does_not_open(parked, supervisor):
    ParkedText.objects.update(holder=supervisor.user.pk)
    OwnerKey.objects.filter(owner=parked.pk).update(holder=supervisor.user.pk)

    with pytest.raises(CannotOpen):
        parking.reopen(supervisor.vault, ParkedText.objects.get())


def test_moved_to_another_form_it_does_not_open(parked, caseworker):
    ParkedText.objects.update(path="/dossiers/22222222/notes/nouvelle/")

    with pytest.raises(CannotOpen):
        parking.reopen(caseworker.vault, ParkedText.objects.get())


def test_planted_public_keys_get_nothing(caseworker):
    """New keys enrolled under the author's name are in no roster, so nothing is sealed to them."""
    slots.enrol(caseworker.user.pk, "mots plantés")
    parked = parking.park(caseworker.user.pk, "/x/", FIELDS)

    assert parking.reopen(caseworker.vault, parked) == FIELDS


def test_discarding_deletes_key_and_text(parked, caseworker, supervisor):
    parking.discard(supervisor.user.pk, parked.pk)
    assert ParkedText.objects.count() == 1

    parking.discard(caseworker.user.pk, parked.pk)
    assert ParkedText.objects.count() == 0
    assert OwnerKey.objects.filter(owner=parked.pk).count() == 0


def test_nothing_of_it_lies_in_clear(parked):
    assert "MARQUE-GARDÉE".encode() not in bytes(parked.sealed)
