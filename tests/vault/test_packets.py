"""A packet opens for the unit and for the agency it is addressed to, and for nobody else."""

import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.log.actions import Relation
from audit.log.record import record
from cellule.accounts.acting import Acting
from cellule.vault import membership, packets, removal, rosters
from cellule.vault.models import OwnerKey
from cellule.vault.owner_keys import owner_keys
from cellule.vault.packets import AddressedAlready
from cellule.vault.posted import taken_out
from cellule.vault.rosters import RosterRefused
from cellule.vault.sealing import CannotOpen, wrap_suite
from cellule.vault.unlocked import NotAMember, group_id
from tests.vault import parcels
from tests.vault.newcomers import let_in, newcomer
from tests.vault.papers import Words
from tests.vault.parcels import (
    AGREED,
    ENVELOPE,
    PARCEL_OPENED,
    Parcel,
    address,
    afresh,
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


# --- Sending ----------------------------------------------------------------------------------------


def test_both_sides_read_both_parts(parcel, caseworker, supervisor, coordinator, agency_worker):
    for person in (caseworker, supervisor, coordinator, agency_worker):
        assert texts(person, parcel) == SENT


def test_each_part_has_one_key_and_each_side_a_wrap_of_it(parcel, unit, clinic_group):
    suites = {
        holder: {wrap_suite(wrap) for (_, _, held), wrap in wraps_of(parcel).items() if held == holder}
        for holder in (unit, clinic_group)
    }

    assert wraps_of(parcel).keys() == lies_with(parcel, unit, clinic_group)
    assert suites == {unit: {1}, clinic_group: {3}}


def test_nobody_else_opens_it(parcel, other_coordinator, intake_worker, auditor, privacy_officer, administrator):
    for person in (other_coordinator, intake_worker, auditor, privacy_officer, administrator):
        with pytest.raises(NotAMember):
            open_parcels(person, parcel)
        with pytest.raises(NotAMember):
            write(person, parcel, "ajout")


def test_one_part_asked_for_opens_one_part(parcel, coordinator):
    opened = open_parcels(coordinator, parcel, parts=[ENVELOPE])[parcel.pk]

    assert opened.read(parcel, "envelope") == Words(SENT[0])
    with pytest.raises(CannotOpen):
        opened.read(parcel, "agreed")


def test_packet_is_addressed_once(parcel, caseworker, clinic, other_coordinator):
    rows = wraps_of(parcel)

    for organisation in (clinic, other_coordinator.user.organisation_id):
        with pytest.raises(AddressedAlready):
            address(caseworker, parcel, packets.agency_roster(caseworker.vault, organisation))

    assert wraps_of(parcel) == rows


@pytest.mark.parametrize(
    ("name", "held_by"),
    [("intake_worker", "intake"), ("auditor", "auditors"), ("caseworker", "privacy"), ("intake_worker", "unit")],
)
def test_who_is_not_of_the_unit_and_the_holding_group_sends_nothing(request, clinic, name, held_by):
    person, prepared = request.getfixturevalue(name), parcel_of(held_by)

    with pytest.raises(NotAMember):
        address(person, prepared, packets.agency_roster(person.vault, clinic))

    assert wraps_of(prepared) == {}


def test_agency_sends_nothing_to_another(coordinator, clinic_group, other_coordinator):
    prepared = Parcel(key_holder=clinic_group, reference="7QK2M9XD")

    with pytest.raises(NotAMember):
        address(coordinator, prepared, rosters.verified(other_coordinator.vault.own_group()))

    assert wraps_of(prepared) == {}


def test_packet_of_one_person_is_none(caseworker, clinic):
    own = Parcel(key_holder=caseworker.user.pk, reference="7QK2M9XD")

    with pytest.raises(NotAMember):
        address(caseworker, own, packets.agency_roster(caseworker.vault, clinic))

    assert wraps_of(own) == {}


def test_agency_that_nobody_could_open_for_receives_nothing(supervisor, caseworker, administrator):
    agency, first = newcomer("agency_coordinator", by=administrator)
    with pytest.raises(NotAMember):
        packets.agency_roster(caseworker.vault, agency.pk)

    let_in(first, by=supervisor, organisation=agency.pk)

    with pytest.raises(NotAMember):
        packets.agency_roster(caseworker.vault, agency.pk)
    membership.settle(first.vault(), first.actor)
    prepared = send(caseworker, agency.pk)
    assert wraps_of(prepared).keys() == lies_with(prepared, prepared.key_holder, first.vault().own_group())


def test_older_roster_of_the_agency_is_refused(caseworker, coordinator, clinic, clinic_group):
    """Under an older post box a person who was removed since could open what is sent now."""
    older = packets.agency_roster(caseworker.vault, clinic)
    _turn(coordinator)
    prepared = parcel_of()

    with pytest.raises(RosterRefused):
        address(caseworker, prepared, older)

    assert wraps_of(prepared) == {}


@pytest.mark.parametrize("other", ["nobody", "another agency"])
def test_packet_goes_to_the_agency_that_its_row_names(caseworker, clinic, other_coordinator, other):
    prepared = parcel_of()
    prepared.agency_holder = None if other == "nobody" else other_coordinator.vault.own_group()

    with pytest.raises(ValueError, match="addressed to the agency"):
        packets.address(caseworker.vault, prepared, packets.agency_roster(caseworker.vault, clinic))

    assert wraps_of(prepared) == {}


def test_group_of_the_house_is_no_agency(caseworker, unit):
    prepared = parcel_of()

    with pytest.raises(ValueError, match="addressed to the agency"):
        address(caseworker, prepared, rosters.verified(unit))


# --- Opening ----------------------------------------------------------------------------------------


def test_first_opening_takes_the_keys_out_of_the_post_box(parcel, coordinator, agency_worker, clinic_group):
    before = wraps_of(parcel)
    open_parcels(coordinator, parcel)
    after = wraps_of(parcel)

    open_parcels(agency_worker, parcel)

    assert {wrap_suite(wrap) for wrap in after.values()} == {1}
    assert {key for key in before if before[key] != after[key]} == lies_with(parcel, clinic_group)
    assert wraps_of(parcel) == after


def test_wrap_that_changed_meanwhile_is_not_written_over(parcel, coordinator, clinic_group):
    """Who is cut off, or opened it a moment before in another request, keeps what lies there now."""
    row = OwnerKey.objects.get(owner=parcel.pk, compartment="envelope", holder=clinic_group)
    read = [each for each in owner_keys([parcel], [ENVELOPE]) if each.holder == clinic_group]
    OwnerKey.objects.filter(pk=row.pk).update(wrap=b"something else")

    taken_out(coordinator.vault, read)

    assert bytes(OwnerKey.objects.get(pk=row.pk).wrap) == b"something else"


@pytest.mark.parametrize("who", ["caseworker", "coordinator"])
@pytest.mark.parametrize("wrong", ["reference", "person"])
def test_entry_about_something_else_opens_nothing(request, parcel, supervisor, who, wrong):
    person = request.getfixturevalue(who)
    told = {"reference": "another"} if wrong == "reference" else {"reference": parcel.reference}
    with transaction.atomic():
        entry = record(PARCEL_OPENED, by=(supervisor if wrong == "person" else person).actor, **told)

    with pytest.raises(ValueError, match="tells of another"):
        packets.open_packet(person.vault, parcel, [ENVELOPE], entry)


def test_entry_of_a_list_must_name_every_packet(parcel, caseworker, clinic):
    other = send(caseworker, clinic)
    with transaction.atomic():
        entry = record(PARCEL_OPENED, by=caseworker.actor, shown=[parcel.reference])

    with pytest.raises(ValueError, match="tells of another"):
        packets.open_packets(caseworker.vault, [parcel, other], [ENVELOPE], entry)


def test_one_packet_opens_under_the_entry_that_names_it(parcel, coordinator):
    with transaction.atomic():
        entry = record(PARCEL_OPENED, by=coordinator.actor, reference=parcel.reference, relation=Relation.NONE)
        opened = packets.open_packet(coordinator.vault, parcel, [AGREED], entry)

    assert opened.read(parcel, "agreed") == Words(SENT[1])


@pytest.mark.parametrize("who", ["caseworker", "coordinator"])
@pytest.mark.parametrize("first", [True, False])
def test_list_of_ten_takes_as_many_queries_as_one(request, caseworker, clinic, who, first):
    """Also the first time, when all of them lie in the post box."""
    person = request.getfixturevalue(who)
    sent = [send(caseworker, clinic, str(number)) for number in range(11)]
    if not first:
        open_parcels(person, *sent)

    counts = []
    for shown in (sent[:1], sent[1:]):
        with CaptureQueriesContext(connection) as queries:
            opened = open_parcels(person, *shown)
        counts.append(len(queries))
        for parcel in shown:
            assert opened[parcel.pk].read(parcel, "envelope").text == f"{sent.index(parcel)}, envelope"

    assert counts[0] == counts[1]


def test_what_is_being_prepared_opens_empty_in_a_list(parcel, caseworker):
    prepared = parcel_of()

    opened = open_parcels(caseworker, parcel, prepared)

    assert opened[parcel.pk].read(parcel, "envelope") == Words(SENT[0])
    assert opened[prepared.pk].read(prepared, "envelope") is None


# --- Messages ---------------------------------------------------------------------------------------


def test_each_side_reads_what_the_other_writes_and_nothing_is_minted(parcel, caseworker, coordinator, supervisor):
    asked = write(caseworker, parcel, "question")
    answered = write(coordinator, parcel, "réponse")
    wraps = wraps_of(parcel)

    for person in (caseworker, supervisor, coordinator):
        assert words(person, parcel, asked, answered) == ["question", "réponse"]
    assert wraps_of(parcel).keys() == wraps.keys()
    assert len(wraps) == 4


def test_agency_may_write_before_it_has_opened_anything(parcel, coordinator, caseworker, clinic_group):
    answered = write(coordinator, parcel, "non")

    assert words(caseworker, parcel, answered) == ["non"]
    suites = {key: wrap_suite(wrap) for key, wrap in wraps_of(parcel).items()}
    assert suites["envelope", 1, clinic_group] == 1
    assert suites["agreed", 1, clinic_group] == 3


def test_writer_seals_one_part(parcel, coordinator):
    sealer = packets.writer(coordinator.vault, parcel, ENVELOPE)

    with pytest.raises(KeyError):
        sealer.write(parcel, "agreed", Words("autre chose"))


def test_nothing_is_written_to_what_was_never_sent(caseworker):
    prepared = parcel_of()

    with pytest.raises(CannotOpen):
        write(caseworker, prepared, "ajout")

    assert wraps_of(prepared) == {}


# --- The agency's people and epochs -----------------------------------------------------------------


def test_agency_whose_root_turned_meanwhile_opens_it_over_the_chain(parcel, coordinator, agency_worker, clinic_group):
    _turn(coordinator)

    answered = write(agency_worker, parcel, "réponse")

    assert afresh(coordinator).vault.newest_epoch(clinic_group) == 2
    assert texts(agency_worker, parcel) == texts(coordinator, parcel) == SENT
    assert words(coordinator, parcel, answered) == ["réponse"]


def test_who_left_the_agency_opens_nothing_that_is_sent_afterwards(
    caseworker, coordinator, agency_worker, clinic, clinic_group
):
    kept = agency_worker.vault.current_root(clinic_group)
    removal.remove(agency_worker.user.pk, organisation=clinic, by=coordinator.actor, unlocked=coordinator.vault)

    parcel = send(caseworker, clinic)

    assert texts(coordinator, parcel) == SENT
    with pytest.raises(NotAMember):
        open_parcels(agency_worker, parcel)
    row = OwnerKey.objects.filter(owner=parcel.pk, holder=clinic_group).first()
    assert row.epoch == kept.epoch + 1


def test_newcomer_opens_what_was_sent_before(parcel, coordinator, clinic, administrator):
    _, joined = newcomer("agency_worker", by=administrator, organisation=clinic)
    let_in(joined, by=coordinator, organisation=clinic)

    with transaction.atomic():
        entry = record(PARCEL_OPENED, by=joined.actor, reference=parcel.reference)
        opened = packets.open_packet(joined.vault(), parcel, [ENVELOPE], entry)

    assert opened.read(parcel, "envelope") == Words(SENT[0])


def _turn(coordinator: Acting) -> None:
    """A new root of the agency, as after a leaving."""
    fresh = afresh(coordinator)
    with transaction.atomic():
        membership.turn(fresh.vault, rosters.verified(fresh.vault.own_group()), coordinator.actor)
