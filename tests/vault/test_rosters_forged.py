"""Planted, forged, forked, older: no roster counts that does not follow from the pinned house root."""

import secrets
import uuid
from dataclasses import replace

import pytest

from cellule.vault import rosters, secrets_file
from cellule.vault.identities import HOUSE, GroupRoot, Identity
from cellule.vault.models import GroupWrap, HolderKeys, KeyGroup, Roster
from cellule.vault.rosters import Member, RosterBody, RosterRefused
from cellule.vault.sealing import CannotOpen, VaultError, wrap_to
from cellule.vault.unlocked import NotAMember, Unlocked, group_id, member_binding


@pytest.fixture(autouse=True)
def _fresh_verification(db):
    """As a process that starts now; the other tests' processes keep what they verified."""
    rosters.forget_cache()
    yield
    rosters.forget_cache()


@pytest.fixture
def intruder():
    """Somebody with write access to the database and keys of their own."""
    user, identity = uuid.uuid4(), Identity(secrets.token_bytes(32))
    public = identity.public
    HolderKeys.objects.create(fingerprint=public.fingerprint, holder=user, public=public.encode())
    return user, identity


@pytest.fixture
def unit(db):
    return rosters.verified(group_id("unit"))


def test_the_founded_house_verifies(unit):
    assert unit.body.epoch == 1
    assert {member.role for member in unit.body.members} == {"supervisor", "caseworker"}


def test_a_roster_signed_by_a_stranger_is_refused(unit, intruder):
    user, identity = intruder
    member = Member(user, identity.public.fingerprint, "supervisor", True)
    rosters.sign(unit.successor(members=(*unit.body.members, member)), (user, identity)).save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_a_stranger_cannot_sign_under_a_supervisors_name(unit, intruder, supervisor):
    user, identity = intruder
    member = Member(user, identity.public.fingerprint, "caseworker", False)
    row = rosters.sign(unit.successor(members=(*unit.body.members, member)), (supervisor.user.pk, identity))
    row.signatures[0]["fingerprint"] = supervisor.vault.identity.public.fingerprint
    row.save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_a_member_without_the_right_admits_nobody(unit, intruder, caseworker):
    user, identity = intruder
    member = Member(user, identity.public.fingerprint, "caseworker", False)
    body = unit.successor(members=(*unit.body.members, member))
    rosters.sign(body, (caseworker.user.pk, caseworker.vault.identity)).save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_a_member_cannot_give_themselves_rights(unit, caseworker):
    mine = next(m for m in unit.body.members if m.user == caseworker.user.pk)
    others = tuple(m for m in unit.body.members if m != mine)
    body = unit.successor(members=(*others, replace(mine, may_admit=True)))
    rosters.sign(body, (caseworker.user.pk, caseworker.vault.identity)).save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_one_supervisor_cannot_make_another(unit, intruder, supervisor):
    user, identity = intruder
    member = Member(user, identity.public.fingerprint, "supervisor", True)
    body = unit.successor(members=(*unit.body.members, member))
    rosters.sign(body, (supervisor.user.pk, supervisor.vault.identity)).save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_two_supervisors_can(unit, intruder, supervisor, second_supervisor):
    user, identity = intruder
    member = Member(user, identity.public.fingerprint, "supervisor", True)
    body = unit.successor(members=(*unit.body.members, member))
    signers = [(one.user.pk, one.vault.identity) for one in (supervisor, second_supervisor)]
    rosters.sign(body, *signers).save()

    assert rosters.verified(unit.body.group).member(user) == member


def test_the_same_supervisor_twice_is_one(unit, intruder, supervisor):
    user, identity = intruder
    member = Member(user, identity.public.fingerprint, "supervisor", True)
    body = unit.successor(members=(*unit.body.members, member))
    me = (supervisor.user.pk, supervisor.vault.identity)
    rosters.sign(body, me, me).save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_another_root_in_the_same_epoch_is_refused(unit, caseworker):
    planted = GroupRoot(unit.body.group, unit.body.epoch, secrets.token_bytes(32))
    body = unit.successor(post_box=planted.public_post_box, commitment=planted.commitment)
    rosters.sign(body, (caseworker.user.pk, caseworker.vault.identity)).save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_a_planted_house_is_not_the_pinned_one(owner_connection, intruder):
    """Whoever writes the whole chain anew, with a house of their own, does not hold the pin."""
    _, house = intruder
    group = group_id("unit")
    body = RosterBody(
        group=group, kind="unit", number=0, previous="", epoch=0, post_box=b"", commitment=b"", members=()
    )
    owner_connection.execute("DELETE FROM keys.vault_roster WHERE group_id = %s", [group])
    rosters.sign(body, (HOUSE, house)).save()

    assert secrets_file.read().pin != house.public.fingerprint
    with pytest.raises(RosterRefused):
        rosters.verified(group)


def test_an_older_roster_than_seen_before_is_refused(owner_connection):
    group = group_id("unit")
    newest = rosters.verified(group).body.number
    owner_connection.execute("DELETE FROM keys.vault_roster WHERE group_id = %s AND number = %s", [group, newest])

    with pytest.raises(RosterRefused):
        rosters.verified(group)


def test_a_swapped_body_is_refused(owner_connection, unit):
    """The same row with one member's role raised: the signature is over the bytes."""
    group = unit.body.group
    row = Roster.objects.get(group_id=group, number=unit.body.number)
    forged = bytes(row.body).replace(b'"role":"caseworker"', b'"role":"supervisor"')
    assert forged != bytes(row.body)
    owner_connection.execute("UPDATE keys.vault_roster SET body = %s WHERE id = %s", [forged, row.pk])
    rosters.forget_cache()

    with pytest.raises(RosterRefused):
        rosters.verified(group)


def test_a_roster_moved_to_another_group_is_refused(owner_connection):
    intake, unit = group_id("intake"), group_id("unit")
    number = rosters.verified(intake).body.number
    last = Roster.objects.get(group_id=intake, number=number)
    unit_number = rosters.verified(unit).body.number
    Roster.objects.create(group_id=unit, number=unit_number + 1, body=bytes(last.body), signatures=last.signatures)

    with pytest.raises(RosterRefused):
        rosters.verified(unit)


def test_planted_public_keys_do_not_count(owner_connection, intruder, supervisor):
    """Public keys under a pinned fingerprint that do not hash to it."""
    _, identity = intruder
    fingerprint = supervisor.vault.identity.public.fingerprint
    owner_connection.execute(
        "UPDATE keys.vault_holderkeys SET public = %s WHERE fingerprint = %s", [identity.public.encode(), fingerprint]
    )
    rosters.forget_cache()

    with pytest.raises(RosterRefused):
        rosters.verified(group_id("unit"))


def test_a_planted_group_root_misses_the_commitment(caseworker):
    group = group_id("unit")
    planted = secrets.token_bytes(32)
    me = caseworker.vault
    GroupWrap.objects.filter(group_id=group, holder=me.user).update(
        wrap=wrap_to(me.identity.public.box_key, 1, planted, member_binding(group, 1, me.user))
    )

    with pytest.raises(CannotOpen):
        me.current_root(group)


def test_a_wrap_of_another_member_or_group_does_not_open(caseworker, supervisor):
    unit, intake = group_id("unit"), group_id("intake")
    theirs = GroupWrap.objects.get(group_id=unit, holder=supervisor.user.pk, epoch=1)
    GroupWrap.objects.filter(group_id=unit, holder=caseworker.user.pk).update(wrap=bytes(theirs.wrap))
    with pytest.raises(VaultError):
        caseworker.vault.current_root(unit)

    own_intake = GroupWrap.objects.get(group_id=intake, holder=caseworker.user.pk, epoch=1)
    GroupWrap.objects.filter(group_id=unit, holder=caseworker.user.pk).update(wrap=bytes(own_intake.wrap))
    with pytest.raises(VaultError):
        caseworker.vault.current_root(unit)


def test_a_role_column_opens_nothing(intake_worker):
    """An intake worker made a supervisor by an UPDATE: the rosters know nothing of it."""
    raised = Unlocked(intake_worker.user.pk, "supervisor", intake_worker.vault.identity)

    assert raised.memberships == {}
    for group in KeyGroup.objects.values_list("pk", flat=True):
        with pytest.raises(NotAMember):
            raised.current_root(group)


def test_intake_workers_hold_no_key_of_the_unit(intake_worker):
    with pytest.raises(NotAMember):
        intake_worker.vault.current_root(group_id("unit"))
    assert intake_worker.vault.current_root(group_id("intake")).epoch == 1
