"""Who can make a circle, who can be in one, and what becomes of it when somebody leaves the house."""

import secrets
import uuid
from dataclasses import replace

import pytest
from django.db import transaction

from cellule.accounts.acting import Acting
from cellule.vault import circles, membership, removal, rosters
from cellule.vault.circles import NoCircle
from cellule.vault.identities import HOUSE, Identity
from cellule.vault.models import EpochLink, GroupWrap, HolderKeys, KeyGroup, ProposedRoster
from cellule.vault.moving import move
from cellule.vault.removal import LastOne
from cellule.vault.rosters import Member, RosterBody, RosterRefused
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import HeldElsewhere, NotAMember, group_id
from tests.vault.kept import Kept
from tests.vault.papers import Folder, folder_of, open_folder, read, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(db):
    return rosters.verified(group_id("unit"))


@pytest.fixture
def folder(caseworker) -> Folder:
    """A case of the unit with something in it."""
    made = folder_of("unit")
    made.before = write(caseworker, made, "avant")
    return made


@pytest.fixture
def circle(folder, caseworker, supervisor) -> uuid.UUID:
    """Claire's and Mireille's, around the folder."""
    return _encircle(folder, caseworker, supervisor)


def _encircle(folder: Folder, asking: Acting, agreeing: Acting, *others: Acting) -> uuid.UUID:
    circles.ask(asking.vault, folder.pk, [person.user.pk for person in (asking, agreeing, *others)])
    with transaction.atomic():
        made = circles.make(agreeing.vault, folder.pk, agreeing.actor)
        move(agreeing.vault, folder, made)
        folder.key_holder = made
    for person in (asking, agreeing, *others):
        person.vault.forget()
    return made


def _first(unit, owner: uuid.UUID | None, members: tuple[Member, ...]) -> RosterBody:
    """A first roster of a circle, as somebody who writes to the database may make it up."""
    kind = KeyGroup.Kind.CIRCLE
    group = KeyGroup.objects.create(kind=kind)
    return RosterBody(group.pk, kind, 0, "", 0, b"", b"", members, authority=unit.body.number, owner=owner)


def _check(body: RosterBody, *signers: Acting) -> None:
    rosters.check_next(None, rosters.sign(body, *((one.user.pk, one.vault.identity) for one in signers)), body)


def _lines(unit, *people: Acting) -> tuple[Member, ...]:
    return tuple(unit.body.member(person.user.pk) for person in people)


# --- Which first roster holds -----------------------------------------------------------------------


def test_circle_of_two_signed_by_two_holds(unit, caseworker, supervisor):
    _check(_first(unit, uuid.uuid4(), _lines(unit, caseworker, supervisor)), caseworker, supervisor)


def test_one_person_makes_no_circle(unit, caseworker, supervisor):
    body = _first(unit, uuid.uuid4(), _lines(unit, caseworker, supervisor))

    for signers in ([supervisor], [caseworker], [supervisor, supervisor]):
        with pytest.raises(RosterRefused):
            _check(body, *signers)


def test_two_caseworkers_make_no_circle(unit, caseworker, other_caseworker, supervisor):
    body = _first(unit, uuid.uuid4(), _lines(unit, caseworker, other_caseworker, supervisor))

    with pytest.raises(RosterRefused):
        _check(body, caseworker, other_caseworker)


def test_supervisor_who_is_not_in_it_makes_no_circle(unit, caseworker, supervisor, second_supervisor):
    body = _first(unit, uuid.uuid4(), _lines(unit, caseworker, supervisor))

    with pytest.raises(RosterRefused):
        _check(body, caseworker, second_supervisor)


def test_nobody_is_alone_in_a_circle(unit, caseworker, supervisor):
    with pytest.raises(RosterRefused):
        _check(_first(unit, uuid.uuid4(), _lines(unit, supervisor)), caseworker, supervisor)


@pytest.mark.parametrize("who", ["a stranger", "the intake", "other keys", "more rights"])
def test_only_lines_of_the_unit_s_roster_are_in_a_circle(unit, caseworker, supervisor, intake_worker, who):
    stranger = Identity(secrets.token_bytes(32)).public
    HolderKeys.objects.create(fingerprint=stranger.fingerprint, holder=uuid.uuid4(), public=stranger.encode())
    mine, theirs = _lines(unit, caseworker, supervisor)
    planted = {
        "a stranger": Member(uuid.uuid4(), stranger.fingerprint, "caseworker"),
        "the intake": rosters.verified(group_id("intake")).member(intake_worker.user.pk),
        "other keys": replace(mine, fingerprint=stranger.fingerprint),
        "more rights": replace(mine, may_admit=True),
    }[who]

    with pytest.raises(RosterRefused):
        _check(_first(unit, uuid.uuid4(), (planted, theirs)), caseworker, supervisor)


def test_circle_is_one_case_s(unit, caseworker, supervisor):
    with pytest.raises(RosterRefused):
        _check(_first(unit, None, _lines(unit, caseworker, supervisor)), caseworker, supervisor)
    body = unit.successor(owner=uuid.uuid4())
    row = rosters.sign(body, (supervisor.user.pk, supervisor.vault.identity))
    with pytest.raises(RosterRefused):
        rosters.check_next(unit, row, body)


@pytest.mark.parametrize("number", [None, -1, 99, True])
def test_circle_names_a_roster_of_the_unit(unit, caseworker, supervisor, number):
    body = replace(_first(unit, uuid.uuid4(), _lines(unit, caseworker, supervisor)), authority=number)

    with pytest.raises(RosterRefused):
        _check(body, caseworker, supervisor)


# --- What may change --------------------------------------------------------------------------------


def test_nobody_joins_a_circle_that_is_there(unit, circle, caseworker, supervisor, second_supervisor):
    before = rosters.verified(circle)
    body = before.successor(members=(*before.body.members, unit.body.member(second_supervisor.user.pk)))
    signers = [(one.user.pk, one.vault.identity) for one in (supervisor, second_supervisor, caseworker)]

    with pytest.raises(RosterRefused):
        rosters.check_next(before, rosters.sign(body, *signers), body)


def test_circle_does_not_go_to_another_case(circle, supervisor):
    before = rosters.verified(circle)
    body = before.successor(owner=uuid.uuid4())

    with pytest.raises(RosterRefused):
        rosters.check_next(before, rosters.sign(body, (supervisor.user.pk, supervisor.vault.identity)), body)


# --- Asked, and made --------------------------------------------------------------------------------


def test_proposal_for_another_case_makes_no_circle(folder, caseworker, supervisor):
    circles.ask(caseworker.vault, uuid.uuid4(), [caseworker.user.pk, supervisor.user.pk])
    ProposedRoster.objects.update(entrant=folder.pk)

    with pytest.raises(NoCircle):
        circles.make(supervisor.vault, folder.pk, supervisor.actor)


def test_altered_proposal_makes_no_circle(unit, folder, caseworker, supervisor, other_caseworker):
    circles.ask(caseworker.vault, folder.pk, [caseworker.user.pk, supervisor.user.pk])
    proposal = ProposedRoster.objects.get(entrant=folder.pk)
    body = RosterBody.decode(bytes(proposal.body))
    members = (*body.members, *_lines(unit, other_caseworker))
    ProposedRoster.objects.update(body=replace(body, members=members).encode())

    with pytest.raises(NoCircle):
        circles.make(supervisor.vault, folder.pk, supervisor.actor)


def test_circle_is_not_made_with_somebody_who_has_left(folder, caseworker, other_caseworker, supervisor):
    people = [one.user.pk for one in (caseworker, other_caseworker, supervisor)]
    circles.ask(caseworker.vault, folder.pk, people)
    removal.remove(other_caseworker.user.pk, organisation=None, by=supervisor.actor, unlocked=supervisor.vault)

    with pytest.raises(NoCircle):
        circles.make(supervisor.vault, folder.pk, supervisor.actor)


def test_whoever_takes_first_calls_asks_for_none(folder, intake_worker, caseworker, supervisor):
    with pytest.raises(NotAMember):
        circles.ask(intake_worker.vault, folder.pk, [caseworker.user.pk, supervisor.user.pk])


# --- Who opens what ---------------------------------------------------------------------------------


def test_circle_opens_all_of_it_and_nobody_else_anything(folder, circle, caseworker, supervisor, second_supervisor):
    after = write(caseworker, folder, "après")

    for person in (caseworker, supervisor):
        assert read(open_folder(person, folder), folder.before, after) == [{"avant"}, {"après"}]
    with pytest.raises(NotAMember):
        open_folder(second_supervisor, folder)
    assert circles.people_of(supervisor.vault, circle) == (caseworker.user.pk, supervisor.user.pk)
    with pytest.raises(NotAMember):
        circles.people_of(second_supervisor.vault, circle)


def test_copies_taken_before_open_nothing_newer(folder, caseworker, supervisor, second_supervisor):
    kept = Kept(second_supervisor.user.pk, second_supervisor.vault.identity).dump()
    _encircle(folder, caseworker, supervisor)
    after = write(caseworker, folder, "après")

    assert kept.dump().opens([folder.before, after]) == [True, False]


def test_planted_wrap_lets_nobody_in(folder, circle, second_supervisor, supervisor):
    mine = GroupWrap.objects.get(group_id=circle, holder=supervisor.user.pk)
    GroupWrap.objects.create(group_id=circle, epoch=1, holder=second_supervisor.user.pk, wrap=mine.wrap)
    second_supervisor.vault.forget()

    assert circle not in second_supervisor.vault.memberships
    with pytest.raises(NotAMember):
        open_folder(second_supervisor, folder)


def test_case_that_is_said_to_be_the_unit_s_stays_shut(folder, circle, caseworker, second_supervisor):
    folder.key_holder = group_id("unit")

    for person in (caseworker, second_supervisor):
        with pytest.raises(HeldElsewhere):
            open_folder(person, folder)


def test_key_rows_under_another_circle_s_name_open_nothing(folder, circle, caseworker, supervisor):
    other = folder_of("unit")
    write(caseworker, other, "autre")
    theirs = _encircle(other, caseworker, supervisor)
    row = GroupWrap.objects.get(group_id=theirs, holder=caseworker.user.pk)
    GroupWrap.objects.filter(group_id=circle, holder=caseworker.user.pk).update(wrap=row.wrap)
    caseworker.vault.forget()
    caseworker.vault._roots.clear()

    with pytest.raises(CannotOpen):
        open_folder(caseworker, folder)


def test_house_root_holds_each_circle_too(circle):
    assert GroupWrap.objects.filter(group_id=circle, holder=HOUSE).count() == 1


# --- Who leaves -------------------------------------------------------------------------------------


def test_who_leaves_the_house_leaves_the_circle(folder, circle, caseworker, supervisor):
    kept = Kept(caseworker.user.pk, caseworker.vault.identity).dump()

    removal.remove(caseworker.user.pk, organisation=None, by=supervisor.actor, unlocked=supervisor.vault)
    after = write(supervisor, folder, "après")

    assert rosters.verified(circle).body.epoch == 2
    assert kept.dump().opens([folder.before, after]) == [True, False]
    assert read(open_folder(supervisor, folder), folder.before, after) == [{"avant"}, {"après"}]
    assert circles.people_of(supervisor.vault, circle) == (supervisor.user.pk,)


def test_only_supervisor_of_a_circle_can_be_taken_out(folder, circle, caseworker, supervisor, second_supervisor):
    by = second_supervisor
    removal.remove(supervisor.user.pk, organisation=None, by=by.actor, unlocked=by.vault)
    caseworker.vault.forget()
    membership.settle(caseworker.vault, caseworker.actor)

    after = write(caseworker, folder, "après")

    assert rosters.verified(circle).body.epoch == 2
    assert read(open_folder(caseworker, folder), after) == [{"après"}]


def test_last_one_of_a_circle_stays(circle, caseworker, supervisor, second_supervisor):
    by = second_supervisor
    removal.remove(caseworker.user.pk, organisation=None, by=by.actor, unlocked=by.vault)

    with pytest.raises(LastOne):
        removal.remove(supervisor.user.pk, organisation=None, by=by.actor, unlocked=by.vault)


def test_forgotten_circle_keeps_nobody_in_the_house(folder, circle, caseworker, supervisor, second_supervisor):
    with transaction.atomic():
        move(supervisor.vault, folder, group_id("unit"))
        folder.key_holder = group_id("unit")
        circles.forget(circle)
    by = second_supervisor

    removal.remove(caseworker.user.pk, organisation=None, by=by.actor, unlocked=by.vault)
    removal.remove(supervisor.user.pk, organisation=None, by=by.actor, unlocked=by.vault)

    assert not GroupWrap.objects.filter(group_id=circle).exists()
    assert not EpochLink.objects.filter(group_id=circle).exists()


def test_circle_that_holds_something_is_not_forgotten(circle):
    circles.forget(circle)

    assert GroupWrap.objects.filter(group_id=circle).count() == 3


def _change_role(person: Acting, role: str, kinds: tuple[str, ...], by: Acting) -> None:
    removal.change_role(by.vault, person.user.pk, role=role, may_admit=False, kinds=kinds, by=by.actor)


def test_who_leaves_the_unit_leaves_its_circles(circle, caseworker, supervisor):
    _change_role(caseworker, "intake_worker", ("intake",), supervisor)

    assert circles.people_of(supervisor.vault, circle) == (supervisor.user.pk,)


def test_who_gets_another_role_of_the_unit_stays_in_their_circles(
    folder, circle, caseworker, supervisor, second_supervisor
):
    _change_role(supervisor, "caseworker", ("intake", "unit"), second_supervisor)
    supervisor.vault.role = "caseworker"
    supervisor.vault.forget()

    assert circles.people_of(supervisor.vault, circle) == (caseworker.user.pk, supervisor.user.pk)
    assert read(open_folder(supervisor, folder), folder.before) == [{"avant"}]
