"""Somebody leaves a key group: what ends at once, what turns when, and what a roster may not do."""

import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction

from cellule.accounts.acting import Acting
from cellule.steps import TooLate
from cellule.vault import membership, removal, rosters
from cellule.vault.departures import stays
from cellule.vault.models import Departure, EpochLink, GroupWrap, OwnerKey
from cellule.vault.removal import LastOne
from cellule.vault.rosters import Member, RosterRefused
from cellule.vault.unlocked import NotAMember, TurnIsDue, group_id
from tests.vault.papers import folder_of, open_folder, read, write
from tests.vault.parcels import afresh

pytestmark = pytest.mark.django_db


def _remove(person: Acting, by: Acting, *, keyless: bool = False) -> None:
    vault = None if keyless else by.vault
    removal.remove(person.user.pk, organisation=None, by=by.actor, unlocked=vault)


@pytest.fixture
def unit(db):
    return rosters.verified(group_id("unit"))


# --- What a roster may not do -----------------------------------------------------------------------


def _signed(body, *signers: Acting):
    return rosters.sign(body, *((one.user.pk, one.vault.identity) for one in signers))


def test_nobody_leaves_while_the_root_stays(unit, supervisor, caseworker):
    staying = tuple(m for m in unit.body.members if m.user != caseworker.user.pk)
    body = unit.successor(members=staying)

    with pytest.raises(RosterRefused):
        rosters.check_next(unit, _signed(body, supervisor), body)


def test_nobody_gets_other_keys_while_the_root_stays(unit, supervisor, caseworker, administrator):
    mine = unit.member(caseworker.user.pk)
    others = tuple(m for m in unit.body.members if m != mine)
    body = unit.successor(members=(*others, replace(mine, fingerprint=administrator.vault.identity.fingerprint)))

    with pytest.raises(RosterRefused):
        rosters.check_next(unit, _signed(body, supervisor), body)


@pytest.mark.parametrize("change", ["removed", "demoted"])
def test_no_roster_leaves_nobody_who_may_admit(unit, supervisor, second_supervisor, caseworker, change):
    kept = [m for m in unit.body.members if m.role != "supervisor"]
    if change == "demoted":
        kept = [Member(m.user, m.fingerprint, "caseworker") for m in unit.body.members]
    made = membership.GroupRoot(unit.body.group, 2, bytes(32))
    body = unit.successor(members=tuple(kept), epoch=2, post_box=made.public_post_box, commitment=made.commitment)

    with pytest.raises(RosterRefused):
        rosters.check_next(unit, _signed(body, supervisor, second_supervisor, caseworker), body)


def test_who_is_taken_out_does_not_sign_the_next_root(unit, supervisor, caseworker):
    made = membership.GroupRoot(unit.body.group, 2, bytes(32))
    staying = tuple(m for m in unit.body.members if m.user != supervisor.user.pk)
    turned = {"epoch": 2, "post_box": made.public_post_box, "commitment": made.commitment}
    body = unit.successor(members=staying, vouched=(), **turned)

    with pytest.raises(RosterRefused):
        rosters.check_next(unit, _signed(body, supervisor), body)
    rosters.check_next(unit, _signed(body, caseworker), body)


def test_member_without_the_right_leaves_out_but_lets_nobody_in(unit, caseworker, other_caseworker, intake_worker):
    made = membership.GroupRoot(unit.body.group, 2, bytes(32))
    root = {"epoch": 2, "post_box": made.public_post_box, "commitment": made.commitment}
    left = tuple(m for m in unit.body.members if m.user != other_caseworker.user.pk)
    entrant = Member(intake_worker.user.pk, intake_worker.vault.identity.fingerprint, "caseworker")
    leaving_out, letting_in = unit.successor(members=left, **root), unit.successor(members=(*left, entrant), **root)

    rosters.check_next(unit, _signed(leaving_out, caseworker), leaving_out)
    with pytest.raises(RosterRefused):
        rosters.check_next(unit, _signed(letting_in, caseworker), letting_in)


def test_roster_knows_since_which_number_each_is_in(unit, supervisor, caseworker):
    assert unit.joined[supervisor.vault.identity.fingerprint] == 0
    number = unit.joined[caseworker.vault.identity.fingerprint]

    _remove(supervisor, afresh(caseworker), keyless=True)
    membership.settle(afresh(caseworker).vault, caseworker.actor)

    after = rosters.verified(unit.body.group)
    assert (after.joined[caseworker.vault.identity.fingerprint], after.body.number) == (number, unit.body.number + 1)
    assert supervisor.vault.identity.fingerprint not in after.joined


# --- In the remover's request, or in the next member's ----------------------------------------------


def test_removal_turns_in_the_remover_s_request(unit, supervisor, caseworker, other_caseworker):
    folder = folder_of("unit")
    before = write(caseworker, folder, "avant")

    _remove(caseworker, supervisor)
    after = write(afresh(other_caseworker), folder, "après")

    newest = rosters.verified(unit.body.group)
    assert (newest.body.epoch, newest.member(caseworker.user.pk)) == (2, None)
    assert read(open_folder(afresh(other_caseworker), folder), before, after) == [{"avant"}, {"après"}]
    with pytest.raises(NotAMember):
        open_folder(afresh(caseworker), folder)
    assert {row.holder for row in GroupWrap.objects.filter(group_id=unit.body.group, epoch=2)} == {
        *(member.user for member in newest.body.members),
        membership.HOUSE,
    }


def test_owner_keys_stay_behind_the_chain_until_the_next_write(supervisor, caseworker, other_caseworker):
    written, untouched = folder_of("unit"), folder_of("unit")
    write(caseworker, written, "avant")
    write(caseworker, untouched, "avant")

    _remove(caseworker, supervisor)
    write(afresh(other_caseworker), written, "après")

    versions = {
        folder: sorted(OwnerKey.objects.filter(owner=folder.pk).values_list("version", "epoch").distinct())
        for folder in (written, untouched)
    }
    assert versions == {written: [(1, 1), (2, 2)], untouched: [(1, 1)]}
    assert EpochLink.objects.filter(group_id=written.key_holder).count() == 1


def test_nobody_writes_before_the_group_has_turned(supervisor, caseworker, other_caseworker, administrator):
    """The colleague's request began before the account was closed."""
    folder, colleague = folder_of("unit"), afresh(other_caseworker)
    write(colleague, folder, "avant")

    _remove(caseworker, administrator, keyless=True)

    with pytest.raises(TurnIsDue) as refusal:
        write(colleague, folder, "trop tôt")
    assert isinstance(refusal.value, TooLate)
    membership.settle(colleague.vault, colleague.actor)
    write(colleague, folder, "après")
    assert OwnerKey.objects.filter(owner=folder.pk, epoch=2).exists()


def test_request_that_began_before_the_turn_writes_under_the_new_root(supervisor, caseworker, other_caseworker):
    folder, colleague = folder_of("unit"), afresh(other_caseworker)
    write(colleague, folder, "avant")

    _remove(caseworker, supervisor)
    write(colleague, folder, "après")

    assert set(OwnerKey.objects.filter(owner=folder.pk, version=2).values_list("epoch", flat=True)) == {2}


def test_who_was_taken_out_in_between_writes_nothing_more(supervisor, caseworker, administrator):
    folder = folder_of("unit")
    write(caseworker, folder, "avant")

    _remove(caseworker, administrator, keyless=True)

    with pytest.raises(NotAMember):
        write(caseworker, folder, "trop tard")


def test_who_was_taken_out_settles_nothing(supervisor, caseworker, administrator):
    _remove(caseworker, administrator, keyless=True)

    assert membership.settle(afresh(caseworker).vault, caseworker.actor) is False
    assert Departure.objects.count() == 2


def test_two_members_at_once_turn_it_once(supervisor, caseworker, other_caseworker, administrator, unit):
    _remove(caseworker, administrator, keyless=True)
    first, second = afresh(other_caseworker), afresh(supervisor)
    # Both have looked before either acts.
    assert (first.vault.leaving(unit.body.group), second.vault.leaving(unit.body.group)) != (frozenset(), frozenset())

    membership.settle(first.vault, first.actor)
    membership.settle(second.vault, second.actor)

    assert rosters.verified(unit.body.group).body.epoch == 2


def test_last_supervisor_is_not_taken_out_and_nothing_ends(supervisor, second_supervisor, administrator):
    _remove(second_supervisor, supervisor)
    wraps = GroupWrap.objects.filter(holder=supervisor.user.pk).count()

    with pytest.raises(LastOne):
        _remove(supervisor, administrator, keyless=True)

    assert (wraps > 0, GroupWrap.objects.filter(holder=supervisor.user.pk).count()) == (True, wraps)


def test_somebody_who_is_leaving_is_no_successor(supervisor, second_supervisor, administrator):
    _remove(second_supervisor, administrator, keyless=True)

    with pytest.raises(LastOne):
        _remove(supervisor, administrator, keyless=True)


# --- Writers and changes wait for each other --------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_removal_waits_for_who_is_writing(supervisor, caseworker):
    """A writer who has seen the newest roster commits before it changes."""
    told: list[str] = []

    def take_out() -> None:
        _remove(caseworker, afresh(supervisor))
        told.append("removed")
        connection.close()

    remover = threading.Thread(target=take_out)
    with transaction.atomic():
        stays(group_id("unit"))
        remover.start()
        remover.join(1)
        waited = list(told)
        told.append("written")
    remover.join(20)

    assert (waited, told) == ([], ["written", "removed"])
