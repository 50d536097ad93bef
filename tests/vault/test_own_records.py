"""What belongs to one person alone, such as a draft: under their own key, and nobody else's."""

import pytest

from audit.log.actions import Relation
from audit.log.models import Entry
from cellule.vault.models import OwnerKey
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import HeldElsewhere, NotAMember
from tests.vault.papers import OPENED, PARTS, Folder, folder_of, keys_of, open_folder, read, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(caseworker) -> Folder:
    return Folder(key_holder=caseworker.user.pk)


@pytest.fixture
def draft(own, caseworker):
    return write(caseworker, own, "brouillon")


def test_its_author_opens_it_with_an_entry_as_any_owner(own, draft, caseworker):
    one = open_folder(caseworker, own)
    several = caseworker.vault.open_owners([own], PARTS, action=OPENED, by=caseworker.actor)

    assert (read(one, draft), read(several[own.pk], draft)) == ([{"brouillon"}], [{"brouillon"}])
    assert Entry.objects.of_action(OPENED.code).count() == 2


def test_its_keys_lie_with_the_person(own, draft, caseworker):
    rows = OwnerKey.objects.filter(owner=own.pk).order_by("compartment")

    told = [(row.compartment, row.version, row.holder, row.epoch) for row in rows]
    assert told == [(part, 1, caseworker.user.pk, 1) for part in ("identity", "story")]


def test_written_again_it_keeps_its_key(own, draft, caseworker):
    rows = keys_of(own)

    again = write(caseworker, own, "suite")

    assert keys_of(own) == rows
    assert read(open_folder(caseworker, own), draft, again) == [{"brouillon"}, {"suite"}]


def test_somebody_in_no_group_has_own_records_too(administrator):
    own = Folder(key_holder=administrator.user.pk)

    paper = write(administrator, own, "pense-bête")

    assert read(open_folder(administrator, own), paper) == [{"pense-bête"}]


def test_nobody_else_opens_it_or_writes_to_it(own, draft, supervisor, other_caseworker, administrator):
    rows = keys_of(own)

    for person in (supervisor, other_caseworker, administrator):
        with pytest.raises(NotAMember):
            person.vault.open_owner(own, PARTS, action=OPENED, by=person.actor, relation=Relation.NONE)
        with pytest.raises(NotAMember):
            person.vault.open_owners([own], PARTS, action=OPENED, by=person.actor)
        with pytest.raises(NotAMember):
            write(person, own, "ajout")

    assert keys_of(own) == rows


def test_keys_given_to_somebody_else_do_not_open(own, draft, other_caseworker):
    own.key_holder = other_caseworker.user.pk
    OwnerKey.objects.filter(owner=own.pk).update(holder=own.key_holder)

    with pytest.raises(CannotOpen):
        open_folder(other_caseworker, own)
    with pytest.raises(CannotOpen):
        write(other_caseworker, own, "ajout")


@pytest.mark.parametrize("epoch", [0, 2])
def test_key_of_another_epoch_does_not_open(own, draft, caseworker, epoch):
    OwnerKey.objects.filter(owner=own.pk).update(epoch=epoch)

    with pytest.raises(CannotOpen):
        open_folder(caseworker, own)


def test_case_whose_row_names_a_person_is_neither_read_nor_written(caseworker):
    """Somebody with the database makes a case look like a draft, to have it read without an entry or sealed away."""
    folder = folder_of("unit")
    write(caseworker, folder, "dossier")
    rows = keys_of(folder)
    folder.key_holder = caseworker.user.pk

    with pytest.raises(HeldElsewhere):
        open_folder(caseworker, folder)
    with pytest.raises(HeldElsewhere):
        write(caseworker, folder, "ajout")
    assert keys_of(folder) == rows
