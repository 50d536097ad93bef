"""The sender's name under a packet: over what is sealed in it, for one agency, consent and end, and for nothing else."""

import datetime
import json
import secrets
import uuid
from typing import Any

import pytest

from cellule.vault import membership, packets, removal, rosters
from cellule.vault.identities import Identity
from cellule.vault.packets import Signed
from cellule.vault.sealing import CannotOpen
from cellule.vault.senders import Forged
from cellule.vault.unlocked import NotAMember, Unlocked, group_id
from tests.vault import parcels
from tests.vault.papers import Words
from tests.vault.parcels import AGREED, COLUMNS, CONSENT, ENDS_ON, Parcel, send, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db) -> uuid.UUID:
    return parcels.clinic()


@pytest.fixture
def roster(caseworker, clinic) -> rosters.VerifiedRoster:
    return packets.agency_roster(caseworker.vault, clinic)


@pytest.fixture
def parcel(caseworker, clinic) -> Parcel:
    return send(caseworker, clinic)


@pytest.fixture
def signature(caseworker, parcel, roster) -> dict[str, Any]:
    """As the column gives it back."""
    return json.loads(json.dumps(signed(caseworker, parcel, roster)))


def test_agency_learns_who_signed_under_which_consent_until_when(parcel, signature, caseworker, roster):
    assert packets.verify(parcel, COLUMNS, signature) == Signed(caseworker.user.pk, roster.hash, CONSENT, ENDS_ON)


def test_signature_stands_when_the_packet_moves_with_its_case(caseworker, clinic, roster):
    parcel = send(caseworker, clinic, kind="intake")
    signature = signed(caseworker, parcel, roster)
    packets.move_packet(caseworker.vault, parcel, group_id("unit"))
    parcel.key_holder = group_id("unit")

    assert packets.verify(parcel, COLUMNS, signature).sender == caseworker.user.pk


def test_signature_stands_when_the_sender_has_left_and_the_agency_changed(
    parcel, signature, caseworker, supervisor, coordinator
):
    removal.remove(caseworker.user.pk, organisation=None, by=supervisor.actor, unlocked=supervisor.vault)
    membership.turn(coordinator.vault, rosters.verified(parcel.agency_holder), coordinator.actor)

    assert packets.verify(parcel, COLUMNS, signature).sender == caseworker.user.pk


def test_who_has_left_signs_nothing_more(parcel, roster, caseworker, supervisor):
    removal.remove(caseworker.user.pk, organisation=None, by=supervisor.actor, unlocked=supervisor.vault)
    left = Unlocked(caseworker.user.pk, "caseworker", caseworker.vault.identity)

    with pytest.raises(NotAMember):
        packets.sign(left, parcel, COLUMNS, agency_roster=roster.hash, consent=CONSENT, ends_on=ENDS_ON)


@pytest.mark.parametrize("who", ["intake_worker", "coordinator", "auditor", "administrator"])
def test_who_is_not_of_the_unit_signs_nothing(request, parcel, roster, who):
    with pytest.raises(NotAMember):
        signed(request.getfixturevalue(who), parcel, roster)


def test_empty_column_is_not_signed_for(parcel, roster, caseworker):
    parcel.agreed = None

    with pytest.raises(CannotOpen):
        signed(caseworker, parcel, roster)


# --- Altered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"sender": str(uuid.UUID(int=9))},
        {"sender": 7},
        {"roster": 0},
        {"roster": 1000},
        {"roster": -1},
        {"roster": True},
        {"roster": "4"},
        {"agency_roster": "ab" * 32},
        {"agency_roster": None},
        {"consent": str(uuid.UUID(int=8))},
        {"consent": "none"},
        {"ends_on": "2027-06-01"},
        {"ends_on": "for ever"},
        {"signature": "00" * 64},
        {"signature": "ab"},
        {"signature": ""},
        {"signature": "no hex"},
    ],
    ids=str,
)
def test_altered_signature_is_refused(parcel, signature, change):
    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signature | change)


@pytest.mark.parametrize("stored", [None, [], {}, "signed", 1], ids=str)
def test_what_is_no_signature_is_refused(parcel, stored):
    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, stored)


@pytest.mark.parametrize("name", ["sender", "roster", "agency_roster", "consent", "ends_on", "signature", "v"])
def test_signature_that_lacks_something_is_refused(parcel, signature, name):
    del signature[name]

    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signature)


def test_signature_of_another_packet_is_refused(parcel, signature, caseworker, clinic):
    another = send(caseworker, clinic)

    with pytest.raises(Forged):
        packets.verify(another, COLUMNS, signature)


def test_sealed_columns_in_another_row_are_refused(parcel, signature):
    """Row and signature copied together, under a new id."""
    copied = Parcel(
        key_holder=parcel.key_holder,
        agency_holder=parcel.agency_holder,
        reference="7QK2M9XD",
        envelope=parcel.envelope,
        agreed=parcel.agreed,
    )

    with pytest.raises(Forged):
        packets.verify(copied, COLUMNS, signature)


@pytest.mark.parametrize(
    "columns", [["envelope"], ["agreed", "envelope"], ["envelope", "agreed", "agreed"], []], ids=str
)
def test_other_columns_than_those_signed_are_refused(parcel, signature, columns):
    with pytest.raises(Forged):
        packets.verify(parcel, columns, signature)


def test_column_that_was_sealed_anew_is_refused(parcel, signature, caseworker):
    """Also by somebody who has the key: what was agreed to is what was signed."""
    packets.writer(caseworker.vault, parcel, AGREED).write(parcel, "agreed", Words("autre chose"))

    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signature)


def test_column_that_was_emptied_is_refused(parcel, signature):
    parcel.agreed = None

    with pytest.raises(CannotOpen):
        packets.verify(parcel, COLUMNS, signature)


@pytest.mark.parametrize("other", ["nobody", "another agency", "the unit"])
def test_packet_that_names_another_agency_is_refused(parcel, signature, other):
    parcel.agency_holder = {
        "nobody": None,
        "another agency": parcels.group_of(parcels.shelter()),
        "the unit": parcel.key_holder,
    }[other]

    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signature)


# --- Signed by or for somebody else -----------------------------------------------------------------


def test_stranger_cannot_sign_in_her_name(parcel, roster, caseworker):
    posing = Unlocked(caseworker.user.pk, "caseworker", Identity(secrets.token_bytes(32)))
    # What the server would refuse, done by hand.
    posing.memberships = caseworker.vault.memberships

    forged = packets.sign(posing, parcel, COLUMNS, agency_roster=roster.hash, consent=CONSENT, ends_on=ENDS_ON)

    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, forged)


def test_signature_for_the_roster_of_another_agency_is_refused(parcel, caseworker):
    another = packets.agency_roster(caseworker.vault, parcels.shelter())

    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signed(caseworker, parcel, another))


def test_signature_for_a_roster_that_the_agency_never_had_is_refused(parcel, caseworker, roster):
    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signed(caseworker, parcel, roster, agency_roster="ab" * 32))


def test_signature_for_the_roster_before_the_agency_had_a_post_box_is_refused(parcel, caseworker, roster):
    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signed(caseworker, parcel, roster, agency_roster=roster.history[0]))


@pytest.mark.parametrize("place", [1, 2])
def test_older_or_newer_roster_put_in_its_place_is_refused(parcel, signature, coordinator, roster, place):
    membership.turn(coordinator.vault, rosters.verified(parcel.agency_holder), coordinator.actor)
    history = rosters.verified(parcel.agency_holder).history
    others = [one for one in history if one != roster.hash]

    with pytest.raises(Forged):
        packets.verify(parcel, COLUMNS, signature | {"agency_roster": others[place]})


def test_each_end_is_signed_by_itself(parcel, caseworker, roster):
    later = signed(caseworker, parcel, roster, ends_on=datetime.date(2027, 6, 30), consent=uuid.UUID(int=8))

    assert packets.verify(parcel, COLUMNS, later) == Signed(
        caseworker.user.pk, roster.hash, uuid.UUID(int=8), datetime.date(2027, 6, 30)
    )
