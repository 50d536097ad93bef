"""A new passphrase wraps one person's root anew, and touches nothing else."""

import pytest

from cellule.accounts import enrolment
from cellule.vault import slots
from cellule.vault.models import EpochLink, GroupWrap, HolderKeys, OwnerKey, Roster, Slot, VaultSession
from cellule.vault.sealing import CannotOpen
from tests.people import signed_in
from tests.vault.papers import folder_of, open_folder, read, write
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db

NEW = "aborder abolir abeille abdiquer abandon abaisser"


def _keys(*, besides) -> dict[str, list]:
    """Every row of the key schema but one person's slot and sessions."""
    tables = (OwnerKey, GroupWrap, HolderKeys, EpochLink, Roster)
    rows = {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}
    return rows | {"Slot": list(Slot.objects.exclude(holder=besides).order_by("pk").values())}


def test_new_passphrase_wraps_one_slot_anew_and_nothing_else(caseworker):
    folder = folder_of("unit")
    paper, mine = write(caseworker, folder, "avant"), caseworker.user.pk
    before, slot = _keys(besides=mine), Slot.objects.get(holder=mine)

    enrolment.change_passphrase(caseworker, NEW, NEW)

    assert _keys(besides=mine) == before
    after = Slot.objects.get(holder=mine)
    assert (after.fingerprint, bytes(after.wrap) == bytes(slot.wrap)) == (slot.fingerprint, False)
    assert (after.pk == slot.pk, bytes(after.salt) == bytes(slot.salt)) == (False, False)
    assert slots.open_root(mine, NEW).root == caseworker.vault.identity.root
    assert read(open_folder(caseworker, folder), paper) == [{"avant"}]


def test_old_passphrase_is_dead_and_the_slot_it_opened_is_gone(caseworker):
    mine, old = caseworker.user.pk, PEOPLE["claire"].passphrase
    kept = Slot.objects.get(holder=mine)
    assert slots.open_root(mine, old).root == caseworker.vault.identity.root

    enrolment.change_passphrase(caseworker, NEW, NEW)

    with pytest.raises(CannotOpen):
        slots.open_root(mine, old)
    assert not Slot.objects.filter(pk=kept.pk).exists()


def test_every_session_ends_with_the_old_passphrase(caseworker):
    clients = [signed_in("claire"), signed_in("claire"), signed_in("joaquin")]

    enrolment.change_passphrase(caseworker, NEW, NEW)

    assert [client.get("/compte/").status_code for client in clients] == [302, 302, 200]
    assert VaultSession.objects.filter(holder=caseworker.user.pk).count() == 0


def test_what_is_typed_back_wrongly_changes_nothing(caseworker):
    slot = Slot.objects.filter(holder=caseworker.user.pk).values().get()

    with pytest.raises(enrolment.WrongPassphrase):
        enrolment.change_passphrase(caseworker, NEW, "abaisser")

    assert Slot.objects.filter(holder=caseworker.user.pk).values().get() == slot
