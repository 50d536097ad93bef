"""A slot made under an older pepper, or too cheap, moves at the next unlock: the same root, and nobody notices."""

import pytest

from cellule.vault import secrets_file, slots
from cellule.vault.models import Slot
from cellule.vault.sealing import CannotOpen
from tests.people import acting
from tests.vault.ceremonies import sheets
from tests.world import PEOPLE

__all__ = ["sheets"]
pytestmark = pytest.mark.django_db


def _slot(person) -> Slot:
    return Slot.objects.get(holder=person.user.pk)


def _columns(slot: Slot) -> tuple:
    return slot.memory, slot.passes, slot.lanes, slot.pepper_number


def test_slot_of_today_is_left_alone(sheets, caseworker):
    before = Slot.objects.filter(holder=caseworker.user.pk).values().get()

    acting("claire")

    assert Slot.objects.filter(holder=caseworker.user.pk).values().get() == before


def test_slot_moves_to_the_new_pepper_at_the_next_unlock(sheets, caseworker):
    before = _slot(caseworker)
    number = secrets_file.add_pepper()
    assert (number, slots.is_behind(before)) == (before.pepper_number + 1, True)

    opened = acting("claire")

    moved = _slot(caseworker)
    assert opened.vault.identity.root == caseworker.vault.identity.root
    assert (_columns(moved), moved.pk, bytes(moved.salt)) == (
        (*_columns(before)[:3], number),
        before.pk,
        bytes(before.salt),
    )
    assert bytes(moved.wrap) != bytes(before.wrap)
    assert acting("claire").vault.identity.root == caseworker.vault.identity.root


def test_old_pepper_opens_no_slot_that_has_moved(sheets, caseworker):
    old = secrets_file.read().pepper_number
    secrets_file.add_pepper()
    acting("claire")

    secrets_file.drop_pepper(old)

    assert acting("claire").is_admitted
    # Whoever has not signed in since is the control: their slot still needs the pepper that is gone.
    with pytest.raises(CannotOpen):
        acting("joaquin")


def test_newest_pepper_is_never_dropped(sheets):
    number = secrets_file.read().pepper_number

    with pytest.raises(ValueError, match="newest"):
        secrets_file.drop_pepper(number)

    assert secrets_file.read().pepper_number == number


@pytest.mark.parametrize(("name", "more"), [("memory", 16 * 1024), ("passes", 2), ("lanes", 2)])
def test_cheap_slot_gets_the_cost_of_today_at_the_next_unlock(sheets, settings, caseworker, name, more):
    before = _slot(caseworker)
    settings.SLOT_COST = {**settings.SLOT_COST, name: more}
    assert slots.is_behind(before)

    opened = acting("claire")

    moved = _slot(caseworker)
    assert (getattr(moved, name), bytes(moved.salt) != bytes(before.salt)) == (more, True)
    assert opened.vault.identity.root == caseworker.vault.identity.root
    assert acting("claire").vault.identity.root == caseworker.vault.identity.root
    assert not slots.is_behind(_slot(caseworker))


def test_dearer_slot_stays_as_dear(sheets, settings, caseworker):
    before = _columns(_slot(caseworker))
    settings.SLOT_COST = {"memory": 32, "passes": 1, "lanes": 1}
    secrets_file.add_pepper()

    acting("claire")

    assert _columns(_slot(caseworker))[:3] == before[:3]


def test_wrong_passphrase_renews_nothing(sheets, caseworker):
    secrets_file.add_pepper()
    before = _slot(caseworker)

    with pytest.raises(CannotOpen):
        slots.open_root(caseworker.user.pk, PEOPLE["joaquin"].passphrase)

    assert bytes(_slot(caseworker).wrap) == bytes(before.wrap)


def test_planted_slot_is_neither_opened_nor_renewed(sheets, caseworker, other_caseworker):
    """A colleague's slot under this person's id, and one whose wrap is another's."""
    secrets_file.add_pepper()
    theirs = _slot(other_caseworker)
    Slot.objects.filter(holder=caseworker.user.pk).update(wrap=bytes(theirs.wrap), salt=bytes(theirs.salt))

    for passphrase in (PEOPLE["claire"].passphrase, PEOPLE["joaquin"].passphrase):
        with pytest.raises(CannotOpen):
            slots.open_root(caseworker.user.pk, passphrase)

    assert bytes(_slot(caseworker).wrap) == bytes(theirs.wrap)
    assert slots.open_root(other_caseworker.user.pk, PEOPLE["joaquin"].passphrase).root


def test_changed_passphrase_has_the_last_word_over_a_renewal(sheets, caseworker):
    """The unlock had read the slot before the passphrase was changed: what it would write finds no row."""
    read_before = _slot(caseworker)
    secrets_file.add_pepper()
    slots.change_passphrase(caseworker.user.pk, caseworker.vault.identity, "un deux trois quatre cinq six")

    slots._renew(read_before, caseworker.vault.identity, b"\x00" * 32)

    with pytest.raises(CannotOpen):
        acting("claire")
    opened = slots.open_root(caseworker.user.pk, "un deux trois quatre cinq six")
    assert opened.root == caseworker.vault.identity.root
