"""A packet ends for its agency without any key, and moves with its case without the agency noticing."""

import uuid

import pytest
from django.db import transaction

from cellule.accounts.acting import Acting
from cellule.vault import packets
from cellule.vault.models import OwnerKey
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import HeldElsewhere, NotAMember, group_id
from tests.vault import parcels
from tests.vault.parcels import (
    Parcel,
    lies_with,
    open_parcels,
    parcel_of,
    send,
    texts,
    words,
    wraps_of,
    write,
)

SENT = ["demande, envelope", "demande, agreed"]

# Everything that happens to a packet's keys stays in the transaction around the test.
pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(db) -> uuid.UUID:
    return group_id("unit")


@pytest.fixture
def clinic(db) -> uuid.UUID:
    return parcels.clinic()


@pytest.fixture
def clinic_group(clinic) -> uuid.UUID:
    return parcels.group_of(clinic)


@pytest.fixture
def parcel(caseworker, clinic) -> Parcel:
    return send(caseworker, clinic)


# --- The cut ----------------------------------------------------------------------------------------


@pytest.fixture(params=["never opened", "opened before"])
def kept(request, parcel, coordinator, clinic_group) -> list[OwnerKey]:
    """The agency's key rows, copied before the cut."""
    if request.param == "opened before":
        open_parcels(coordinator, parcel)
    return list(OwnerKey.objects.filter(owner=parcel.pk, holder=clinic_group))


def _cut(parcel: Parcel) -> int:
    with transaction.atomic():
        return packets.cut(parcel.pk, parcel.agency_holder)


def test_agency_reads_and_writes_nothing_after_the_cut(parcel, kept, caseworker, coordinator, unit):
    asked = write(caseworker, parcel, "question")

    assert _cut(parcel) == 2

    opened = open_parcels(coordinator, parcel)[parcel.pk]
    for row, column in ((parcel, "envelope"), (parcel, "agreed"), (asked, "words")):
        with pytest.raises(CannotOpen):
            opened.read(row, column)
    with pytest.raises(CannotOpen):
        write(coordinator, parcel, "réponse")
    assert wraps_of(parcel).keys() == lies_with(parcel, unit)


def test_unit_reads_everything_and_writes_on_after_the_cut(parcel, caseworker, supervisor, coordinator):
    asked, answered = write(caseworker, parcel, "question"), write(coordinator, parcel, "réponse")
    _cut(parcel)

    noted = write(caseworker, parcel, "rappelée")
    again = write(supervisor, parcel, "réglée")

    for person in (caseworker, supervisor):
        assert texts(person, parcel) == SENT
        assert words(person, parcel, asked, answered, noted, again) == ["question", "réponse", "rappelée", "réglée"]


def test_what_the_unit_writes_after_the_cut_lies_under_a_key_of_its_own(parcel, caseworker, unit):
    _cut(parcel)

    write(caseworker, parcel, "rappelée")
    write(caseworker, parcel, "réglée")

    assert wraps_of(parcel).keys() == lies_with(parcel, unit) | {("envelope", 2, unit)}


def test_keys_that_the_agency_kept_open_what_it_had_and_nothing_newer(parcel, kept, caseworker, coordinator):
    """Key copies kept are not protected from; what is written from now on is."""
    asked = write(caseworker, parcel, "question")
    _cut(parcel)
    noted = write(caseworker, parcel, "rappelée")

    OwnerKey.objects.bulk_create(kept)

    assert texts(coordinator, parcel) == SENT
    assert words(coordinator, parcel, asked) == ["question"]
    with pytest.raises(CannotOpen):
        words(coordinator, parcel, noted)
    with pytest.raises(CannotOpen):
        write(coordinator, parcel, "réponse")


def test_keys_put_back_after_the_cut_leave_the_unit_with_its_own(parcel, kept, caseworker, coordinator):
    _cut(parcel)
    write(caseworker, parcel, "rappelée")
    OwnerKey.objects.bulk_create(kept)

    again = write(caseworker, parcel, "réglée")

    assert words(caseworker, parcel, again) == ["réglée"]
    with pytest.raises(CannotOpen):
        words(coordinator, parcel, again)


def test_cut_of_one_packet_leaves_the_others(parcel, caseworker, coordinator, other_coordinator, clinic):
    another = send(caseworker, clinic)
    elsewhere = send(caseworker, other_coordinator.user.organisation_id)

    _cut(parcel)

    assert texts(coordinator, another) == texts(other_coordinator, elsewhere) == SENT


def test_cut_twice_deletes_nothing_more(parcel, unit):
    assert (_cut(parcel), _cut(parcel)) == (2, 0)
    assert wraps_of(parcel).keys() == lies_with(parcel, unit)


# --- Moving with the case ---------------------------------------------------------------------------


def _move(by: Acting, parcel: Parcel, to_group: uuid.UUID) -> None:
    with transaction.atomic():
        packets.move_packet(by.vault, parcel, to_group)
        parcel.key_holder = to_group


def test_packet_moves_with_its_case_and_stays_the_agencys(
    caseworker, intake_worker, coordinator, clinic, clinic_group, unit
):
    parcel = send(caseworker, clinic, kind="intake")
    asked = write(intake_worker, parcel, "question")
    agencys = {key: wrap for key, wrap in wraps_of(parcel).items() if key[2] == clinic_group}

    _move(caseworker, parcel, unit)

    assert {key: wrap for key, wrap in wraps_of(parcel).items() if key[2] == clinic_group} == agencys
    answered = write(coordinator, parcel, "réponse")
    assert texts(caseworker, parcel) == texts(coordinator, parcel) == SENT
    assert words(caseworker, parcel, asked, answered) == ["question", "réponse"]
    minted = {("envelope", 3, unit), ("envelope", 3, clinic_group)}
    assert wraps_of(parcel).keys() == lies_with(parcel, unit, clinic_group) | minted
    with pytest.raises(NotAMember):
        open_parcels(intake_worker, parcel)


def test_packet_that_was_cut_off_moves_with_all_its_keys(caseworker, supervisor, clinic, unit):
    parcel = send(caseworker, clinic, kind="intake")
    _cut(parcel)
    noted = write(caseworker, parcel, "rappelée")

    _move(caseworker, parcel, unit)

    assert texts(supervisor, parcel) == SENT
    assert words(supervisor, parcel, noted) == ["rappelée"]
    assert wraps_of(parcel).keys() == lies_with(parcel, unit) | {("envelope", 2, unit)}


@pytest.mark.parametrize("who", ["intake_worker", "coordinator", "auditor"])
@pytest.mark.parametrize("to_kind", ["intake", "auditors"])
def test_who_is_not_in_both_groups_moves_nothing(request, parcel, who, to_kind):
    person, rows = request.getfixturevalue(who), wraps_of(parcel)

    with pytest.raises(NotAMember), transaction.atomic():
        packets.move_packet(person.vault, parcel, group_id(to_kind))

    assert wraps_of(parcel) == rows


def test_packet_does_not_move_to_an_agency(parcel, caseworker, clinic_group):
    rows = wraps_of(parcel)

    with pytest.raises(NotAMember), transaction.atomic():
        packets.move_packet(caseworker.vault, parcel, clinic_group)

    assert wraps_of(parcel) == rows


def test_move_to_where_it_is_changes_nothing(parcel, caseworker, unit):
    rows = wraps_of(parcel)

    _move(caseworker, parcel, unit)

    assert wraps_of(parcel) == rows


def test_packet_whose_row_names_a_group_without_its_keys_is_neither_moved_nor_written(parcel, caseworker, unit):
    rows = wraps_of(parcel)
    parcel.key_holder = group_id("intake")

    with pytest.raises(HeldElsewhere), transaction.atomic():
        packets.move_packet(caseworker.vault, parcel, unit)
    with pytest.raises(HeldElsewhere):
        write(caseworker, parcel, "ajout")

    assert wraps_of(parcel) == rows


def test_what_is_being_prepared_moves_without_keys(caseworker, unit):
    prepared = parcel_of("intake")

    _move(caseworker, prepared, unit)

    assert (wraps_of(prepared), prepared.key_holder) == ({}, unit)
