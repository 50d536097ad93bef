"""Somebody of a circle lost their passphrase: one who stays lets them back in, and nobody else can."""

import secrets
import uuid
from dataclasses import replace

import pytest
from django.db import transaction

from cellule.accounts import enrolment, team
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.fiction import act_as
from cellule.accounts.models import Invitation, User
from cellule.vault import circles, membership, removal, rosters
from cellule.vault.circles import NoCircle
from cellule.vault.identities import Identity
from cellule.vault.membership import WrongWords
from cellule.vault.models import GroupWrap, HolderKeys
from cellule.vault.moving import move
from cellule.vault.rosters import Member, RosterRefused
from cellule.vault.unlocked import NotAMember, group_id
from cellule.vault.words import fingerprint_words
from tests.vault.kept import Kept
from tests.vault.papers import Folder, folder_of, open_folder, read, write
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(caseworker) -> Folder:
    made = folder_of("unit")
    made.before = write(caseworker, made, "avant")
    return made


@pytest.fixture
def circle(folder, caseworker, supervisor) -> uuid.UUID:
    """Claire's and Mireille's, around the folder."""
    circles.ask(caseworker.vault, folder.pk, [caseworker.user.pk, supervisor.user.pk])
    with transaction.atomic():
        made = circles.make(supervisor.vault, folder.pk, supervisor.actor)
        move(supervisor.vault, folder, made)
        folder.key_holder = made
    for person in (caseworker, supervisor):
        person.vault.forget()
    return made


def enrol_anew(name: str) -> Acting:
    """A new link, a new passphrase, new keys; nobody has let them in yet."""
    user = User.objects.select_related("organisation").get(email=PEOPLE[name].email)
    with transaction.atomic():
        invitation = enrolment.invite(user, by=outside_a_browser(user, None).actor, by_mail=False)
    passphrase = PEOPLE[name].passphrase
    enrolment.enrol(Invitation.objects.get(pk=invitation.pk), passphrase, passphrase)
    return act_as(user.email, passphrase)


def words_of(person: Acting) -> str:
    return fingerprint_words(person.vault.identity.fingerprint)


def into_the_unit(person: Acting, *supervisors: Acting) -> None:
    """As if the person had read their words out to each supervisor."""
    for by in supervisors:
        by.vault.forget()
        membership.settle(by.vault, by.actor)
        team.admit(person.user, words_of(person), by=by)
    person.vault.forget()


def _let_back(by: Acting, circle: uuid.UUID, person: Acting, typed: str = "") -> None:
    circles.let_back(by.vault, circle, person.user.pk, typed or words_of(person), by.actor)
    person.vault.forget()


@pytest.fixture
def back(circle, supervisor) -> Acting:
    """Claire, with new keys, of the unit again."""
    claire = enrol_anew("claire")
    into_the_unit(claire, supervisor)
    return claire


def test_whoever_lost_their_keys_opens_nothing_until_they_are_let_back(folder, circle, back, supervisor):
    with pytest.raises(NotAMember):
        open_folder(back, folder)

    _let_back(supervisor, circle, back)
    after = write(back, folder, "après")

    assert read(open_folder(back, folder), folder.before, after) == [{"avant"}, {"après"}]
    assert read(open_folder(supervisor, folder), after) == [{"après"}]
    assert set(circles.people_of(supervisor.vault, circle)) == {back.user.pk, supervisor.user.pk}


def test_keys_that_were_lost_open_nothing_newer(folder, circle, caseworker, supervisor):
    kept = Kept(caseworker.user.pk, caseworker.vault.identity).dump()
    claire = enrol_anew("claire")
    into_the_unit(claire, supervisor)
    _let_back(supervisor, circle, claire)

    after = write(claire, folder, "après")

    assert kept.dump().opens([folder.before, after]) == [True, False]


def test_nobody_outside_lets_anybody_back(circle, back, other_caseworker, second_supervisor):
    for outsider in (back, other_caseworker, second_supervisor):
        outsider.vault.forget()
        with pytest.raises(NotAMember):
            _let_back(outsider, circle, back)


def test_other_words_let_nobody_back(circle, back, supervisor):
    with pytest.raises(WrongWords):
        _let_back(supervisor, circle, back, words_of(supervisor))

    assert circles.lost_to(circle) == (back.user.pk,)


def test_somebody_who_is_not_of_the_unit_yet_does_not_come_back(circle, supervisor):
    claire = enrol_anew("claire")

    with pytest.raises(NoCircle):
        _let_back(supervisor, circle, claire)


def test_nobody_comes_in_who_was_never_in_it(circle, supervisor, second_supervisor):
    with pytest.raises(NoCircle):
        _let_back(supervisor, circle, second_supervisor)


def test_twice_is_once(circle, back, supervisor):
    _let_back(supervisor, circle, back)
    number = rosters.verified(circle).body.number

    with pytest.raises(NoCircle):
        _let_back(supervisor, circle, back)

    assert rosters.verified(circle).body.number == number
    assert GroupWrap.objects.filter(group_id=circle, epoch=2, holder=back.user.pk).count() == 1


def test_settling_signs_nothing_more(circle, back, supervisor):
    _let_back(supervisor, circle, back)

    assert [membership.settle(one.vault, one.actor) for one in (supervisor, back)] == [False, False]


def test_who_left_the_house_after_coming_back_leaves_the_circle(folder, circle, back, supervisor):
    _let_back(supervisor, circle, back)
    kept = Kept(back.user.pk, back.vault.identity).dump()

    removal.remove(back.user.pk, organisation=None, by=supervisor.actor, unlocked=supervisor.vault)
    after = write(supervisor, folder, "après")

    assert kept.dump().opens([folder.before, after]) == [True, False]


# --- Planted rosters --------------------------------------------------------------------------------


def _check(circle: uuid.UUID, members: tuple[Member, ...], *signers: Acting, **changes) -> None:
    before, unit = rosters.verified(circle), rosters.verified(group_id("unit"))
    changes = {"authority": unit.body.number} | changes
    body = before.successor(members=(*before.body.members, *members), **changes)
    row = rosters.sign(body, *((one.user.pk, one.vault.identity) for one in signers))
    rosters.check_next(before, row, body)


@pytest.fixture
def line(circle, back, supervisor) -> Member:
    """Claire's line in the unit's roster, and the circle without her."""
    supervisor.vault.forget()
    membership.settle(supervisor.vault, supervisor.actor)
    return rosters.verified(group_id("unit")).member(back.user.pk)


def test_roster_of_a_return_holds(circle, line, supervisor):
    _check(circle, (line,), supervisor)


def test_only_a_member_signs_a_return(circle, line, back, second_supervisor, caseworker):
    for signers in ([back], [second_supervisor], [second_supervisor, back], [caseworker]):
        with pytest.raises(RosterRefused):
            _check(circle, (line,), *signers)


@pytest.mark.parametrize("what", ["other keys", "more rights", "never in it", "nobody", "a stranger"])
def test_only_the_line_of_somebody_who_was_in_it_is_let_back(circle, line, supervisor, second_supervisor, what):
    stranger = Identity(secrets.token_bytes(32)).public
    HolderKeys.objects.create(fingerprint=stranger.fingerprint, holder=uuid.uuid4(), public=stranger.encode())
    members = {
        "other keys": (replace(line, fingerprint=stranger.fingerprint),),
        "more rights": (replace(line, may_admit=True),),
        "never in it": (rosters.verified(group_id("unit")).member(second_supervisor.user.pk),),
        "nobody": (),
        "a stranger": (line, Member(uuid.uuid4(), stranger.fingerprint, "caseworker")),
    }[what]

    with pytest.raises(RosterRefused):
        _check(circle, members, supervisor)


@pytest.mark.parametrize(
    "changes",
    [{"authority": None}, {"authority": 0}, {"authority": 99}, {"epoch": 3, "post_box": b"x", "commitment": b"y"}],
    ids=lambda changes: next(iter(changes)) + str(next(iter(changes.values()))),
)
def test_return_names_the_roster_of_the_unit_and_changes_no_root(circle, line, supervisor, changes):
    with pytest.raises(RosterRefused):
        _check(circle, (line,), supervisor, **changes)
