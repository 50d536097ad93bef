"""All people of an agency have lost their keys: a supervisor lets a coordinator in anew, and nothing leads back."""

import uuid

import pytest

from audit.log.models import Entry
from cellule.accounts import team
from cellule.accounts.acting import Acting
from cellule.vault import membership, packets, removal, rosters
from cellule.vault.membership import MayNotAdmit
from cellule.vault.models import EpochLink, GroupWrap, OwnerKey, Roster
from cellule.vault.packets import AddressedAlready, BeyondReach
from cellule.vault.rosters import Member, RosterRefused
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember
from tests.vault import parcels
from tests.vault.parcels import Parcel, send, texts
from tests.vault.test_circle_returns import enrol_anew, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db) -> uuid.UUID:
    return parcels.clinic()


@pytest.fixture
def group(clinic) -> uuid.UUID:
    return parcels.group_of(clinic)


@pytest.fixture
def parcel(caseworker, clinic) -> Parcel:
    return send(caseworker, clinic)


@pytest.fixture
def lost(parcel, coordinator, agency_worker) -> Acting:
    """Noor and Thea have both lost their passphrases; Noor has enrolled anew, and waits."""
    enrol_anew("thea")
    return enrol_anew("noor")


def let_in(person: Acting, by: Acting) -> None:
    """As if the person had read their words out on the directory's number; then they ask for a page."""
    by.vault.forget()
    membership.settle(by.vault, by.actor)
    team.admit(person.user, words_of(person), by=by)
    person.vault.forget()
    membership.settle(person.vault, person.actor)


def test_coordinator_begins_anew_and_the_chain_of_rosters_goes_on(lost, group, supervisor):
    before = rosters.verified(group)

    let_in(lost, supervisor)

    now = rosters.verified(group)
    assert (now.body.number, now.body.epoch) == (before.body.number + 2, before.body.epoch + 1)
    assert now.history[: len(before.history)] == before.history
    assert [(m.user, m.fingerprint) for m in now.body.members] == [(lost.user.pk, lost.vault.identity.fingerprint)]
    assert lost.is_admitted
    assert Entry.objects.of_action("vault.agency_begun_anew").count() == 1


def test_nothing_leads_back_to_the_lost_root(lost, group, supervisor):
    epoch = rosters.verified(group).body.epoch

    let_in(lost, supervisor)

    with pytest.raises(CannotOpen):
        lost.vault.root(group, epoch)
    assert not EpochLink.objects.filter(group_id=group).exists()
    assert set(GroupWrap.objects.filter(group_id=group).values_list("epoch", "holder")) == {(epoch + 1, lost.user.pk)}


def test_colleague_is_let_in_by_the_coordinator_again(lost, group, supervisor):
    let_in(lost, supervisor)
    thea = enrol_anew("thea")

    let_in(thea, lost)

    assert thea.vault.current_root(group).root == lost.vault.current_root(group).root


def test_nobody_can_send_until_the_coordinator_has_made_the_root(lost, clinic, supervisor, caseworker):
    supervisor.vault.forget()
    team.admit(lost.user, words_of(lost), by=supervisor)

    with pytest.raises(NotAMember):
        packets.agency_roster(caseworker.vault, clinic)


def test_twice_is_once(lost, group, supervisor, second_supervisor):
    let_in(lost, supervisor)
    number = rosters.verified(group).body.number

    let_in(lost, second_supervisor)

    assert rosters.verified(group).body.number == number


def test_who_is_no_supervisor_lets_nobody_begin_anew(lost, group, caseworker):
    with pytest.raises(MayNotAdmit):
        let_in(lost, caseworker)


def test_agency_where_somebody_still_opens_keeps_its_root(
    parcel, group, clinic, coordinator, agency_worker, supervisor
):
    """Noor alone has lost hers: Thea's next request makes the next root, from which the chain leads back."""
    noor = enrol_anew("noor")
    epoch = rosters.verified(group).body.epoch
    let_in(noor, supervisor)
    assert not noor.is_admitted

    agency_worker.vault.forget()
    membership.settle(agency_worker.vault, agency_worker.actor)
    noor.vault.forget()

    assert (noor.is_admitted, rosters.verified(group).body.epoch) == (True, epoch + 1)
    assert noor.vault.root(group, epoch).root == agency_worker.vault.root(group, epoch).root
    assert texts(noor, parcel) == ["demande, envelope", "demande, agreed"]


# --- Planted rosters --------------------------------------------------------------------------------


def _anew(group: uuid.UUID, members: tuple[Member, ...], *signers: Acting, **changes) -> None:
    before = rosters.verified(group)
    told = {"authority": rosters.verified_of("unit").body.number, "post_box": b"", "commitment": b""} | changes
    body = before.successor(members=members, **told)
    row = rosters.sign(body, *((one.user.pk, one.vault.identity) for one in signers))
    rosters.check_next(before, row, body)


@pytest.fixture
def line(lost) -> Member:
    return Member(lost.user.pk, lost.vault.identity.fingerprint, "agency_coordinator", may_admit=True)


def test_roster_that_begins_anew_holds(group, line, supervisor):
    _anew(group, (line,), supervisor)


def test_only_a_supervisor_signs_it(group, line, lost, coordinator, caseworker, other_coordinator):
    for signers in ([lost], [coordinator], [caseworker], [other_coordinator]):
        with pytest.raises(RosterRefused):
            _anew(group, (line,), *signers)


def test_who_supervises_no_more_does_not(group, line, supervisor, second_supervisor):
    number = rosters.verified_of("unit").body.number
    removal.remove(supervisor.user.pk, organisation=None, by=second_supervisor.actor, unlocked=second_supervisor.vault)

    with pytest.raises(RosterRefused):
        _anew(group, (line,), supervisor, authority=number)


@pytest.mark.parametrize(
    "changes",
    [{"authority": None}, {"authority": 99}, {"epoch": 7}, {"epoch": 0}, {"commitment": b"x"}, {"post_box": b"x"}],
    ids=str,
)
def test_supervisor_makes_no_root(group, line, supervisor, changes):
    with pytest.raises(RosterRefused):
        _anew(group, (line,), supervisor, **changes)


@pytest.mark.parametrize("role", ["a worker", "who may not admit", "nobody"])
def test_coordinators_alone_begin_anew(group, line, supervisor, role):
    members = {
        "a worker": (line, Member(uuid.uuid4(), "0" * 64, "agency_worker")),
        "who may not admit": (Member(line.user, line.fingerprint, line.role),),
        "nobody": (),
    }[role]

    with pytest.raises(RosterRefused):
        _anew(group, members, supervisor)


def test_lost_keys_sign_nothing_newer(lost, group, coordinator, supervisor):
    let_in(lost, supervisor)
    before = rosters.verified(group)
    body = before.successor(members=(*before.body.members, Member(uuid.uuid4(), "0" * 64, "agency_worker")))

    row = rosters.sign(body, (coordinator.user.pk, coordinator.vault.identity))
    with pytest.raises(RosterRefused):
        rosters.check_next(before, row, body)
    assert Roster.objects.filter(group_id=group).count() == before.body.number + 1


# --- Packets ----------------------------------------------------------------------------------------


def test_packet_is_beyond_reach_until_the_unit_addresses_it_again(lost, parcel, clinic, caseworker, supervisor):
    let_in(lost, supervisor)
    with pytest.raises(BeyondReach):
        texts(lost, parcel)

    packets.address_again(caseworker.vault, parcel, packets.agency_roster(caseworker.vault, clinic))

    assert texts(lost, parcel) == ["demande, envelope", "demande, agreed"]
    assert texts(caseworker, parcel) == ["demande, envelope", "demande, agreed"]
    assert not packets.is_beyond_reach(parcel)


def test_packet_that_opens_is_not_addressed_again(parcel, clinic, coordinator, caseworker):
    with pytest.raises(AddressedAlready):
        packets.address_again(caseworker.vault, parcel, packets.agency_roster(caseworker.vault, clinic))

    assert texts(coordinator, parcel) == ["demande, envelope", "demande, agreed"]


def test_packet_that_was_cut_is_not_addressed_again(lost, parcel, clinic, group, caseworker, supervisor):
    packets.cut(parcel.pk, group)
    let_in(lost, supervisor)

    with pytest.raises(AddressedAlready):
        packets.address_again(caseworker.vault, parcel, packets.agency_roster(caseworker.vault, clinic))
    assert not OwnerKey.objects.filter(owner=parcel.pk, holder=group).exists()


def test_only_the_unit_addresses_it_again(
    lost, parcel, clinic, caseworker, intake_worker, other_coordinator, supervisor
):
    let_in(lost, supervisor)
    roster = packets.agency_roster(caseworker.vault, clinic)

    for person in (lost, intake_worker, other_coordinator):
        with pytest.raises(NotAMember):
            packets.address_again(person.vault, parcel, roster)


def test_packet_is_not_addressed_to_an_older_roster(lost, parcel, clinic, caseworker, supervisor):
    older = packets.agency_roster(caseworker.vault, clinic)
    let_in(lost, supervisor)

    with pytest.raises(RosterRefused):
        packets.address_again(caseworker.vault, parcel, older)
