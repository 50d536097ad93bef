"""Somebody leaves one side of a packet: both sides write on under a key that was never theirs, and read each other."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cellule.accounts.acting import Acting
from cellule.vault import membership, packets, removal, rosters
from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.owner_keys import told_key
from cellule.vault.sealing import CannotOpen, record_header, wrap_suite
from cellule.vault.senders import Forged
from cellule.vault.unlocked import OpenedOwner, TurnIsDue, group_id
from tests.vault import parcels
from tests.vault.parcels import Message, Parcel, afresh, send, texts, words, wraps_of, write

pytestmark = pytest.mark.django_db

SENT = ["demande, envelope", "demande, agreed"]


@pytest.fixture
def clinic(db):
    return parcels.clinic()


@pytest.fixture
def clinic_group(clinic):
    return parcels.group_of(clinic)


@pytest.fixture
def parcel(caseworker, clinic) -> Parcel:
    return send(caseworker, clinic)


def _leaves(person: Acting, by: Acting, *, keyless: bool = False) -> None:
    vault = None if keyless else by.vault
    removal.remove(person.user.pk, organisation=person.vault.organisation, by=by.actor, unlocked=vault)


def _asks_for_a_page(by: Acting) -> None:
    """What every request of a member begins with."""
    membership.settle(afresh(by).vault, by.actor)


def _kept_key(parcel: Parcel, by: Acting) -> OpenedOwner:
    """The key of the first version, as somebody may have kept it."""
    held = OwnerKey.objects.get(owner=parcel.pk, compartment="envelope", version=1, holder=parcel.key_holder)
    key = told_key(held, by.vault.wrapping_key(parcel.key_holder, held.epoch))[0]
    return OpenedOwner(parcel.pk, {("envelope", record_header(version)): AESGCM(key) for version in range(1, 9)})


def _reads(kept: OpenedOwner, message: Message) -> bool:
    try:
        kept.read(message, "words")
    except CannotOpen:
        return False
    return True


def _minted(parcel: Parcel) -> list[tuple[int, int]]:
    rows = OwnerKey.objects.filter(owner=parcel.pk, compartment="envelope").order_by("version", "epoch")
    return sorted({(row.version, row.epoch) for row in rows})


@pytest.mark.parametrize("writes_first", ["unit", "agency"])
@pytest.mark.parametrize("leaves", ["unit", "agency"])
def test_both_sides_write_on_under_a_key_that_who_left_never_had(
    parcel, caseworker, other_caseworker, supervisor, coordinator, agency_worker, leaves, writes_first
):
    before = write(caseworker, parcel, "avant")
    kept = _kept_key(parcel, caseworker)
    if leaves == "unit":
        _leaves(other_caseworker, supervisor)
    else:
        _leaves(agency_worker, coordinator)

    sides = [(caseworker, "de la cellule"), (coordinator, "de l’organisme")]
    after = [write(by, parcel, text) for by, text in (sides if writes_first == "unit" else reversed(sides))]
    again = [write(by, parcel, f"encore {text}") for by, text in sides]

    for reader in (caseworker, supervisor, coordinator):
        assert texts(reader, parcel) == SENT
        assert set(words(reader, parcel, *after)) == {"de l’organisme", "de la cellule"}
        assert words(reader, parcel, before, *again) == ["avant", "encore de la cellule", "encore de l’organisme"]
    assert [_reads(kept, message) for message in (before, *after, *again)] == [True, False, False, False, False]


def test_each_side_mints_one_key_after_a_turn(parcel, caseworker, other_caseworker, supervisor, coordinator):
    _leaves(other_caseworker, supervisor)

    for by in (caseworker, coordinator, caseworker, coordinator, caseworker):
        write(by, parcel, "suite")

    assert _minted(parcel) == [(1, 1), (4, 1), (4, 2), (6, 1), (6, 2)]


@pytest.mark.parametrize("who", ["caseworker", "coordinator"])
def test_next_keys_of_many_packets_cost_as_many_statements_as_one(
    request, caseworker, other_caseworker, supervisor, coordinator, clinic, who
):
    parcels = [send(caseworker, clinic) for _ in range(4)]
    for parcel in parcels:
        # Taken out of the post box, as when it was looked at.
        texts(coordinator, parcel)
    _leaves(other_caseworker, supervisor)
    # The new root lies under their own key once they have opened anything with it.
    texts(request.getfixturevalue(who), parcels[0])

    counts = []
    for some in (parcels[:1], parcels[1:]):
        by = afresh(request.getfixturevalue(who))
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            packets.writers(by.vault, some, Compartment.ENVELOPE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert [max(version for version, _epoch in _minted(each)) > 1 for each in parcels] == [True] * 4


def test_nothing_is_minted_while_nobody_leaves(parcel, caseworker, coordinator):
    before = wraps_of(parcel).keys()

    write(coordinator, parcel, "réponse")
    write(caseworker, parcel, "question")

    assert wraps_of(parcel).keys() == before


def test_what_the_agency_posted_lies_under_the_unit_s_root_once_it_was_read(
    parcel, caseworker, other_caseworker, supervisor, coordinator
):
    _leaves(other_caseworker, supervisor)
    answered = write(coordinator, parcel, "réponse")
    posted = wrap_suite(wraps_of(parcel)["envelope", 3, parcel.key_holder])

    assert words(caseworker, parcel, answered) == ["réponse"]

    assert (posted, wrap_suite(wraps_of(parcel)["envelope", 3, parcel.key_holder])) == (3, 1)


def test_after_the_cut_the_unit_turns_its_own_key(parcel, caseworker, other_caseworker, supervisor, coordinator):
    _leaves(other_caseworker, supervisor)
    write(caseworker, parcel, "avant")
    with transaction.atomic():
        packets.cut(parcel.pk, parcel.agency_holder)

    noted = write(caseworker, parcel, "après")
    _leaves(supervisor, caseworker, keyless=True)
    _asks_for_a_page(caseworker)
    again = write(caseworker, parcel, "encore")

    assert words(caseworker, parcel, noted, again) == ["après", "encore"]
    assert [version for version, _epoch in _minted(parcel)] == [1, 4, 5, 8]
    with pytest.raises(CannotOpen):
        write(coordinator, parcel, "réponse")


def test_moved_packet_is_read_with_what_the_agency_had_posted(
    caseworker, intake_worker, supervisor, coordinator, clinic
):
    parcel = send(caseworker, clinic, kind="intake")
    _leaves(intake_worker, supervisor)
    answered = write(coordinator, parcel, "réponse")

    packets.move_packet(afresh(caseworker).vault, parcel, group_id("unit"))
    parcel.key_holder = group_id("unit")

    assert (texts(caseworker, parcel), words(caseworker, parcel, answered)) == (SENT, ["réponse"])
    assert words(coordinator, parcel, write(caseworker, parcel, "suite")) == ["suite"]


@pytest.mark.parametrize("writes_first", ["unit", "agency"])
def test_after_a_move_nobody_writes_under_what_the_older_group_knew(parcel, caseworker, coordinator, writes_first):
    before = write(caseworker, parcel, "avant")
    kept = _kept_key(parcel, caseworker)

    packets.move_packet(afresh(caseworker).vault, parcel, group_id("intake"))
    parcel.key_holder = group_id("intake")
    sides = [caseworker, coordinator] if writes_first == "unit" else [coordinator, caseworker]
    after = [write(by, parcel, by.user.name) for by in (*sides, *sides)]

    assert [_reads(kept, message) for message in (before, *after)] == [True, False, False, False, False]
    for reader in (caseworker, coordinator):
        assert words(reader, parcel, before, *after) == ["avant", *(by.user.name for by in (*sides, *sides))]
    assert [version for version, _epoch in _minted(parcel)] == ([1, 4, 6] if writes_first == "unit" else [1, 3, 4])


def test_who_takes_first_calls_writes_once_a_caseworker_has_signed_the_next_key(
    caseworker, intake_worker, coordinator, clinic
):
    parcel = send(caseworker, clinic)
    packets.move_packet(afresh(caseworker).vault, parcel, group_id("intake"))
    parcel.key_holder = group_id("intake")

    with pytest.raises(TurnIsDue):
        write(intake_worker, parcel, "trop tôt")
    write(caseworker, parcel, "question")
    assert words(coordinator, parcel, write(intake_worker, parcel, "après")) == ["après"]


def test_nothing_is_sent_to_an_agency_that_has_still_to_turn(
    clinic, caseworker, coordinator, agency_worker, supervisor
):
    """Whoever left could open what goes to the post box of the older root."""
    _leaves(agency_worker, supervisor, keyless=True)

    with pytest.raises(TurnIsDue):
        send(caseworker, clinic)
    _asks_for_a_page(coordinator)
    assert texts(coordinator, send(afresh(caseworker), clinic)) == SENT


def test_nothing_is_written_to_a_side_that_has_still_to_turn(
    parcel, caseworker, coordinator, agency_worker, supervisor
):
    _leaves(agency_worker, supervisor, keyless=True)

    with pytest.raises(TurnIsDue):
        write(caseworker, parcel, "trop tôt")
    _asks_for_a_page(coordinator)
    assert words(coordinator, parcel, write(caseworker, parcel, "après")) == ["après"]


# --- Whoever writes to the database -----------------------------------------------------------------


def test_next_key_goes_to_no_other_agency_than_the_first(
    parcel, caseworker, other_caseworker, supervisor, other_coordinator, clinic_group
):
    """The packet's row names another agency, whose rows are put beside it."""
    other = other_coordinator.vault.own_group()
    OwnerKey.objects.filter(owner=parcel.pk, holder=clinic_group).update(holder=other)
    parcel.agency_holder = other
    _leaves(other_caseworker, supervisor)

    with pytest.raises(Forged):
        write(caseworker, parcel, "à qui ?")

    assert {version for _part, version, _holder in wraps_of(parcel)} == {1}


@pytest.mark.parametrize("writes", ["unit", "agency"])
def test_older_key_under_a_newer_number_is_not_written_under(
    parcel, caseworker, other_caseworker, supervisor, coordinator, agency_worker, clinic_group, writes
):
    """The other side's wrap bears its newest epoch: it opens nothing there, and this side cannot look into it."""
    kept = _kept_key(parcel, caseworker)
    if writes == "unit":
        _leaves(agency_worker, coordinator)
    else:
        _leaves(other_caseworker, supervisor)
    planted = OwnerKey.objects.filter(owner=parcel.pk, holder=clinic_group if writes == "unit" else parcel.key_holder)
    assert planted.update(epoch=2) == 2

    after = write(caseworker if writes == "unit" else coordinator, parcel, "après")

    assert not _reads(kept, after)


def test_agency_posts_its_next_key_to_no_group_outside_the_unit(parcel, coordinator, agency_worker):
    auditors = group_id("auditors")
    OwnerKey.objects.filter(owner=parcel.pk, holder=parcel.key_holder).update(holder=auditors)
    parcel.key_holder = auditors
    _leaves(agency_worker, coordinator)

    with pytest.raises(rosters.RosterRefused):
        write(coordinator, parcel, "à qui ?")


def test_unit_writes_under_no_key_that_the_agency_minted(parcel, caseworker, other_caseworker, supervisor, coordinator):
    """Somebody who left the agency may plant one; what the unit writes lies under its own."""
    _leaves(other_caseworker, supervisor)
    write(coordinator, parcel, "réponse")

    write(caseworker, parcel, "question")

    assert _minted(parcel)[-1][0] == 4
