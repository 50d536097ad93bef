"""Custodians: any two of three open the house root, one alone opens nothing; a new sheet, a new root, the drill."""

import secrets

import pytest

from audit.log.models import Entry
from cellule.vault import house, membership, rosters, secrets_file, words
from cellule.vault.custody import (
    CUSTODIANS,
    NotTheHouse,
    _pair_binding,
    _pair_key,
    drill,
    house_opens,
    open_any_house,
    open_house,
    replace_custodian,
    turn_house,
    wraps_of,
)
from cellule.vault.identities import HOUSE, Identity, PublicIdentity
from cellule.vault.models import CustodianWrap, GroupWrap, HolderKeys, HouseTurn, KeyGroup, Roster
from cellule.vault.rosters import Member, RosterRefused
from cellule.vault.sealing import CannotOpen, VaultError, unwrap
from cellule.vault.unlocked import group_id
from cellule.vault.words import SheetMistyped
from tests.vault.ceremonies import Desk, sheets, two

__all__ = ["sheets"]
pytestmark = pytest.mark.django_db

PAIRS = ["AB", "AC", "BC"]
HOUSE_KINDS = ["auditors", "intake", "privacy", "unit"]


def _rows() -> dict[str, list]:
    """Everything a ceremony could change, but the log."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (CustodianWrap, GroupWrap)} | {
        model.__name__: list(model.objects.order_by("pk").values_list("pk", flat=True))
        for model in (HolderKeys, HouseTurn, Roster)
    }


def _acts(action: str) -> list[str]:
    return list(Entry.objects.of_action(action).values_list("reference", flat=True))


# --- Opening ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_any_two_custodians_open_the_house_root(sheets, pair):
    assert open_house(two(sheets, pair)).public.fingerprint == secrets_file.read().pin


@pytest.mark.parametrize("letter", CUSTODIANS)
def test_one_custodian_opens_nothing(sheets, letter):
    """Neither alone, nor as both halves of a pair, nor with the key that a sheet alone would give."""
    with pytest.raises(CannotOpen):
        open_house({letter: sheets[letter]})
    for other in set(CUSTODIANS) - {letter}:
        with pytest.raises(CannotOpen):
            open_house({letter: sheets[letter], other: sheets[letter]})
    held = words.sheet_secret(sheets[letter])
    key = _pair_key((letter,), {letter: held})
    for row in CustodianWrap.objects.all():
        with pytest.raises(VaultError):
            unwrap(key, bytes(row.wrap), _pair_binding(tuple(row.pair.split("-"))))


def test_wrap_of_another_pair_does_not_open(sheets):
    wraps = {row.pair: bytes(row.wrap) for row in CustodianWrap.objects.all()}
    CustodianWrap.objects.filter(pair="A-B").update(wrap=wraps["A-C"])

    with pytest.raises(CannotOpen):
        open_house(two(sheets, "AB"))


def test_planted_house_root_is_not_the_pinned_one(sheets):
    """Somebody with a sheet of their own making for both places, and write access to the wraps."""
    planted = Identity(secrets.token_bytes(32))
    own = {letter: secrets.token_bytes(32) for letter in "AB"}
    (row,) = wraps_of(planted, own)
    CustodianWrap.objects.filter(pair="A-B").update(wrap=row.wrap)
    typed = {letter: words.sheet_words(secret) for letter, secret in own.items()}

    assert open_any_house(typed).fingerprint == planted.fingerprint
    with pytest.raises(NotTheHouse):
        open_house(typed)


# --- Mistyped ---------------------------------------------------------------------------------------


def test_wrong_word_is_told_by_its_number_and_not_by_itself(sheets):
    typed = sheets["A"].split()
    typed[6], typed[20] = "bonjourx", "motinconnu"

    with pytest.raises(SheetMistyped) as mistyped:
        words.sheet_secret(" ".join(typed))

    assert (mistyped.value.unknown, mistyped.value.count) == ((7, 21), 24)
    assert [word for word in (*typed, *sheets["A"].split()) if word in str(mistyped.value)] == []


@pytest.mark.parametrize(("cut", "count"), [(23, 23), (0, 0)])
def test_missing_words_are_counted(sheets, cut, count):
    with pytest.raises(SheetMistyped) as mistyped:
        words.sheet_secret(" ".join(sheets["A"].split()[:cut]))

    assert (mistyped.value.unknown, mistyped.value.count) == ((), count)


def test_another_word_of_the_list_misses_the_checksum(sheets):
    """One of 256 wrong sheets passes the checksum by chance: of these three, at least two are caught."""
    typed = sheets["A"].split()
    caught = 0
    for place in (0, 11, 23):
        wrong = list(typed)
        wrong[place] = "abaisser" if typed[place] != "abaisser" else "abandon"
        try:
            secret = words.sheet_secret(" ".join(wrong))
        except SheetMistyped:
            caught += 1
        else:
            assert secret != words.sheet_secret(sheets["A"])

    assert caught >= 2


# --- The drill --------------------------------------------------------------------------------------


def test_drill_proves_the_sheets_and_changes_nothing(sheets, supervisor):
    before, file = _rows(), secrets_file.read()

    proved = [drill(two(sheets, pair), supervisor.actor) for pair in PAIRS]

    assert [(each.fingerprint, each.opened, each.missing) for each in proved] == [(file.pin, HOUSE_KINDS, [])] * 3
    assert (_rows(), secrets_file.read()) == (before, file)
    assert _acts("vault.house_drilled") == [file.pin] * 3


def test_drill_names_the_group_that_the_house_does_not_open(sheets, supervisor):
    """A root that somebody planted for the house, and one that somebody took away."""
    unit, intake = group_id("unit"), group_id("intake")
    GroupWrap.objects.filter(group_id=intake, holder=HOUSE).delete()
    theirs = GroupWrap.objects.get(group_id=group_id("auditors"), holder=HOUSE)
    GroupWrap.objects.filter(group_id=unit, holder=HOUSE).update(wrap=bytes(theirs.wrap))

    proved = drill(two(sheets), supervisor.actor)

    assert (proved.opened, proved.missing) == (["auditors", "privacy"], ["intake", "unit"])


# --- Another custodian ------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_new_sheet_counts_and_the_old_one_opens_nothing(sheets, supervisor, pair):
    (replaced,) = set(CUSTODIANS) - set(pair)
    desk = Desk()

    replace_custodian(two(sheets, pair), supervisor.actor, written_down=desk)

    assert list(desk.words) == [replaced]
    pin = secrets_file.read().pin
    now = sheets | desk.words
    assert [open_house(two(now, each)).fingerprint for each in PAIRS] == [pin] * 3
    for other in pair:
        with pytest.raises(CannotOpen):
            open_house({replaced: sheets[replaced], other: sheets[other]})
    assert _acts("vault.custodian_replaced") == [replaced]


def test_ceremony_broken_off_before_the_sheets_are_written_down_changes_nothing(sheets, supervisor):
    before, file = _rows(), secrets_file.read()

    def broken_off(made):
        raise KeyboardInterrupt

    for ceremony in (replace_custodian, turn_house):
        with pytest.raises(KeyboardInterrupt):
            ceremony(two(sheets), supervisor.actor, written_down=broken_off)

    assert (_rows(), secrets_file.read()) == (before, file)


# --- Another root -----------------------------------------------------------------------------------


@pytest.fixture
def turned(sheets, supervisor) -> dict[str, str]:
    """The sheets after the root was turned."""
    desk = Desk()
    turn_house(two(sheets, "BC"), supervisor.actor, written_down=desk)
    return desk.words


def test_turned_root_is_pinned_signed_by_the_old_one_and_opens_every_group(sheets, supervisor):
    old = secrets_file.read().pin
    desk = Desk()

    made = turn_house(two(sheets), supervisor.actor, written_down=desk)

    assert (secrets_file.read().pin, secrets_file.read().next_pin, house.pinned()) == (made, "", made)
    assert [each.fingerprint for each in house.forebears(made)] == [old]
    proved = [drill(two(desk.words, pair), supervisor.actor) for pair in PAIRS]
    assert [(each.fingerprint, each.opened) for each in proved] == [(made, HOUSE_KINDS)] * 3
    assert _acts("vault.house_turned") == [made]


def test_members_go_on_as_before_under_a_turned_root(turned, supervisor, caseworker):
    rosters.forget_cache()

    assert set(caseworker.vault.memberships) == {group_id("unit"), group_id("intake")}
    group = group_id("unit")
    membership.turn(supervisor.vault, rosters.verified(group), supervisor.actor)
    assert house_opens(open_house(two(turned)), rosters.verified(group)).epoch == 2


@pytest.mark.parametrize("pair", PAIRS)
def test_old_sheets_open_nothing_after_a_turn(sheets, turned, pair):
    with pytest.raises(CannotOpen):
        open_any_house(two(sheets, pair))


def test_old_root_signs_nothing_after_a_turn(sheets, supervisor):
    """Whoever finds two old sheets and an old copy of their wraps has the old root; rosters ask for the new one."""
    old = open_house(two(sheets))
    turn_house(two(sheets), supervisor.actor, written_down=Desk())
    unit = rosters.verified(group_id("unit"))
    mine = Identity(secrets.token_bytes(32))
    HolderKeys.objects.create(fingerprint=mine.fingerprint, holder=HOUSE, public=mine.public.encode())
    member = Member(supervisor.user.pk, mine.fingerprint, "supervisor", may_admit=True)
    body = unit.successor(members=(member,))

    rosters.sign(body, (HOUSE, old)).save()

    with pytest.raises(RosterRefused):
        rosters.verified(unit.body.group)


def test_new_root_signs_after_a_turn(turned, supervisor):
    """The control of the test above."""
    unit = rosters.verified(group_id("unit"))
    body = unit.successor(members=unit.body.members[:1])

    rosters.sign(body, (HOUSE, open_house(two(turned)))).save()

    assert rosters.verified(unit.body.group).body.members == unit.body.members[:1]


def test_chain_that_forked_before_a_turn_is_refused(sheets, supervisor, owner_connection):
    """The old root's own fork of the past, put in the place of what stood there when the root was turned."""
    old, group = open_house(two(sheets)), group_id("unit")
    unit = rosters.verified(group)
    turn_house(two(sheets), supervisor.actor, written_down=Desk())
    last = Roster.objects.get(group_id=group, number=unit.body.number)
    before = rosters.RosterBody.decode(bytes(last.body))
    forged = rosters.sign(rosters.replace(before, members=before.members[:1]), (HOUSE, old))

    owner_connection.execute("DELETE FROM keys.vault_roster WHERE id = %s", [last.pk])
    forged.save()
    rosters.forget_cache()

    with pytest.raises(RosterRefused):
        rosters.verified(group)


def test_planted_statement_gives_no_root_a_past(sheets):
    """A house of somebody's own that claims to come before the pinned one, signed by itself alone."""
    own, pin = Identity(secrets.token_bytes(32)), secrets_file.read().pin
    HolderKeys.objects.create(fingerprint=own.fingerprint, holder=HOUSE, public=own.public.encode())
    row = house.turn_statement(own, own, {group_id("unit"): (10_000, "")})
    row.made, row.signed_made = pin, row.signed_before
    row.save(force_insert=True)

    with pytest.raises(house.HouseRefused):
        house.forebears(pin)
    rosters.forget_cache()
    with pytest.raises(RosterRefused):
        rosters.verified(group_id("unit"))


def test_planted_statement_gives_the_pinned_root_no_successor(sheets):
    own, pin = Identity(secrets.token_bytes(32)), secrets_file.read().pin
    HolderKeys.objects.create(fingerprint=own.fingerprint, holder=HOUSE, public=own.public.encode())
    row = house.turn_statement(own, own, {})
    row.before = pin
    row.save(force_insert=True)

    assert house.pinned() == pin
    assert house.finish_pin() is False


def test_root_is_turned_twice(turned, supervisor):
    first = secrets_file.read().pin
    desk = Desk()

    second = turn_house(two(turned), supervisor.actor, written_down=desk)

    line = [each.fingerprint for each in house.forebears(second)]
    assert (len(line), line[0]) == (2, first)
    rosters.forget_cache()
    assert {group.kind for group in KeyGroup.objects.all() if rosters.verified(group.pk)} >= set(HOUSE_KINDS)


# --- Broken off between the two halves ----------------------------------------------------------------


def test_turn_broken_off_before_the_commit_leaves_the_old_root(sheets, supervisor):
    old = secrets_file.read().pin
    secrets_file.announce_pin("ab" * 32)

    assert house.pinned() == old
    assert open_house(two(sheets)).fingerprint == old
    assert house.finish_pin() is True
    assert (secrets_file.read().pin, secrets_file.read().next_pin) == (old, "")


def test_turn_broken_off_after_the_commit_counts_at_once(sheets, supervisor, settings):
    before = settings.SECRETS_FILE.read_bytes()
    made = turn_house(two(sheets), supervisor.actor, written_down=Desk())
    # As the file was between the commit and its last change.
    settings.SECRETS_FILE.write_bytes(before)
    secrets_file.announce_pin(made)
    rosters.forget_cache()

    assert house.pinned() == made
    assert rosters.verified(group_id("unit")).body.number >= 0
    assert house.finish_pin() is True
    assert (secrets_file.read().pin, secrets_file.read().next_pin) == (made, "")


def test_public_keys_of_the_house_are_kept_for_what_it_signed(turned):
    kept = HolderKeys.objects.filter(holder=HOUSE)

    assert {row.pk for row in kept} == {PublicIdentity.decode(bytes(row.public)).fingerprint for row in kept}
    assert kept.count() == 2
