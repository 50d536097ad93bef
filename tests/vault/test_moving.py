"""A case moves between key groups: who is in the new one opens everything, and nobody else anything new."""

import uuid

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.log.models import Entry
from cellule.vault.models import OwnerKey
from cellule.vault.moving import move
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import HeldElsewhere, NotAMember, group_id
from tests.vault.papers import Folder, folder_of, keys_of, open_folder, read, write

# Everything that happens to one folder's keys stays in the transaction around the test.
pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(db) -> uuid.UUID:
    return group_id("unit")


@pytest.fixture
def intake(db) -> uuid.UUID:
    return group_id("intake")


@pytest.fixture
def folder(db) -> Folder:
    return folder_of("intake")


@pytest.fixture
def before(folder, intake_worker):
    """What an intake worker wrote at the first call."""
    return write(intake_worker, folder, "avant")


def _move(by, folder: Folder, to_group: uuid.UUID) -> None:
    """As a verb does: one transaction, then the folder's own row."""
    with transaction.atomic():
        move(by.vault, folder, to_group)
        folder.key_holder = to_group


def _put_back(folder: Folder, rows: list[OwnerKey]) -> None:
    """Who kept a copy of the key table puts rows back where they were."""
    OwnerKey.objects.bulk_create([*rows])


def _parts(versions: range, holder: uuid.UUID) -> set[tuple[str, int, uuid.UUID]]:
    return {(part, version, holder) for part in ("story", "identity") for version in versions}


# --- Who opens it afterwards ------------------------------------------------------------------------


def test_unit_opens_what_was_written_before_and_after(folder, before, caseworker, supervisor, unit):
    sealed = before.story._record

    _move(caseworker, folder, unit)

    after = write(caseworker, folder, "après")
    for person in (caseworker, supervisor):
        assert read(open_folder(person, folder), before, after) == [{"avant"}, {"après"}]
    assert before.story._record == sealed


def test_keys_lie_with_the_new_group_alone_and_one_version_more(folder, before, caseworker, intake, unit):
    assert keys_of(folder).keys() == _parts(range(1, 2), intake)

    _move(caseworker, folder, unit)

    assert keys_of(folder).keys() == _parts(range(1, 3), unit)


def test_what_is_written_after_a_move_lies_under_the_new_version(folder, before, caseworker, unit):
    _move(caseworker, folder, unit)

    after = write(caseworker, folder, "après")

    assert (before.story._record[:6], after.story._record[:6]) == (b"\1\1\0\0\0\1", b"\1\1\0\0\0\2")


def test_intake_worker_opens_and_writes_nothing_any_more(folder, before, caseworker, intake_worker, unit):
    assert read(open_folder(intake_worker, folder), before) == [{"avant"}]
    _move(caseworker, folder, unit)
    entries = Entry.objects.count()

    with pytest.raises(NotAMember):
        open_folder(intake_worker, folder)
    with pytest.raises(NotAMember):
        write(intake_worker, folder, "après")

    assert Entry.objects.count() == entries + 1
    assert keys_of(folder).keys() == _parts(range(1, 3), unit)


def test_moved_back_it_opens_for_the_intake_again(folder, before, caseworker, intake_worker, intake, unit):
    _move(caseworker, folder, unit)
    meanwhile = write(caseworker, folder, "entre-temps")

    _move(caseworker, folder, intake)

    after = write(intake_worker, folder, "après")
    expected = [{"avant"}, {"entre-temps"}, {"après"}]
    assert read(open_folder(intake_worker, folder), before, meanwhile, after) == expected
    assert keys_of(folder).keys() == _parts(range(1, 4), intake)


# --- Rows of the key table changed by hand ----------------------------------------------------------


@pytest.fixture
def kept(folder, before) -> list[OwnerKey]:
    """The key rows as they were before the move."""
    return list(OwnerKey.objects.filter(owner=folder.pk))


def test_old_rows_put_back_open_nothing_that_was_written_later(
    folder, before, kept, caseworker, intake_worker, intake, unit
):
    """What somebody could read while entitled stays readable to who kept the keys; nothing newer is."""
    _move(caseworker, folder, unit)
    after = write(caseworker, folder, "après")

    _put_back(folder, kept)
    folder.key_holder = intake
    opened = open_folder(intake_worker, folder)

    assert read(opened, before) == [{"avant"}]
    with pytest.raises(CannotOpen):
        read(opened, after)


@pytest.mark.parametrize("version", [2, 3])
def test_old_rows_put_back_as_newer_ones_open_nothing(
    folder, before, kept, caseworker, intake_worker, intake, unit, version
):
    _move(caseworker, folder, unit)
    for row in kept:
        row.version = version

    _put_back(folder, kept)
    folder.key_holder = intake

    with pytest.raises(CannotOpen):
        open_folder(intake_worker, folder)


@pytest.mark.parametrize("change", ["owner", "group", "version", "compartment"])
def test_wrap_of_something_else_planted_after_a_move_opens_nothing(folder, before, kept, caseworker, unit, change):
    other = folder_of("intake")
    write(caseworker, other, "ailleurs")
    for each in (folder, other):
        _move(caseworker, each, unit)
    planted = {
        "owner": keys_of(other)["story", 1, unit],
        "group": next(bytes(row.wrap) for row in kept if row.compartment == "story"),
        "version": keys_of(folder)["story", 2, unit],
        "compartment": keys_of(folder)["identity", 1, unit],
    }[change]
    assert read(open_folder(caseworker, folder), before) == [{"avant"}]

    row = OwnerKey.objects.filter(owner=folder.pk, compartment="story", version=1)
    assert row.update(wrap=planted) == 1

    with pytest.raises(CannotOpen):
        open_folder(caseworker, folder)


def test_key_that_does_not_open_refuses_the_whole_move(folder, before, caseworker, intake, unit):
    _move(caseworker, folder, unit)
    last = OwnerKey.objects.filter(owner=folder.pk).order_by("version").last()
    OwnerKey.objects.filter(pk=last.pk).update(wrap=bytes(last.wrap)[:-1] + bytes([bytes(last.wrap)[-1] ^ 1]))
    rows = keys_of(folder)

    with pytest.raises(CannotOpen), transaction.atomic():
        move(caseworker.vault, folder, intake)

    assert keys_of(folder) == rows


def test_keys_that_lie_in_the_way_refuse_the_move(folder, before, kept, caseworker, intake, unit):
    _move(caseworker, folder, unit)
    _put_back(folder, kept)
    rows = keys_of(folder)

    with pytest.raises(HeldElsewhere), transaction.atomic():
        move(caseworker.vault, folder, intake)

    assert keys_of(folder) == rows


@pytest.mark.parametrize("holds", ["intake", "privacy"])
def test_folder_that_names_a_group_without_its_keys_is_not_moved(intake_worker, privacy_officer, caseworker, holds):
    """Deleting what lies with the group moved to would destroy the only keys there are."""
    folder = folder_of(holds)
    write({"intake": intake_worker, "privacy": privacy_officer}[holds], folder, "avant")
    rows = keys_of(folder)
    folder.key_holder = group_id("unit")

    with pytest.raises(HeldElsewhere), transaction.atomic():
        move(caseworker.vault, folder, group_id("intake"))

    assert keys_of(folder) == rows


def test_row_read_before_the_move_is_not_written_to(folder, before, caseworker, unit):
    """Whoever waited for the lock must read the holder again: under the old one, nobody would ever open it."""
    stale = Folder(pk=folder.pk, key_holder=folder.key_holder)
    _move(caseworker, folder, unit)
    rows = keys_of(folder)

    with pytest.raises(HeldElsewhere):
        write(caseworker, stale, "après")

    assert keys_of(folder) == rows


# --- Who may move it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "held_by", "to_kind"),
    [
        ("intake_worker", "intake", "unit"),
        ("intake_worker", "unit", "intake"),
        ("caseworker", "unit", "privacy"),
        ("supervisor", "intake", "auditors"),
        ("auditor", "intake", "auditors"),
        ("administrator", "intake", "unit"),
    ],
)
def test_who_is_not_in_both_groups_changes_nothing(request, caseworker, name, held_by, to_kind):
    folder = folder_of(held_by)
    write(caseworker, folder, "avant")
    rows = keys_of(folder)
    person = request.getfixturevalue(name)

    with pytest.raises(NotAMember), transaction.atomic():
        move(person.vault, folder, group_id(to_kind))

    assert keys_of(folder) == rows


@pytest.mark.parametrize("target", ["themselves", "nobody"])
def test_what_is_no_group_holds_no_case(folder, before, caseworker, target):
    """A case under one person's own key would be read without an entry."""
    rows = keys_of(folder)

    with pytest.raises(NotAMember), transaction.atomic():
        move(caseworker.vault, folder, caseworker.user.pk if target == "themselves" else uuid.uuid4())

    assert keys_of(folder) == rows


def test_what_one_person_holds_is_not_moved(caseworker, unit):
    own = Folder(key_holder=caseworker.user.pk)
    write(caseworker, own, "brouillon")
    rows = keys_of(own)

    with pytest.raises(NotAMember), transaction.atomic():
        move(caseworker.vault, own, unit)

    assert keys_of(own) == rows


def test_move_to_where_it_is_changes_nothing(folder, before, caseworker, intake):
    rows = keys_of(folder)

    _move(caseworker, folder, intake)

    assert keys_of(folder) == rows


def test_move_of_an_empty_folder_leaves_it_empty(folder, caseworker, unit):
    _move(caseworker, folder, unit)

    assert keys_of(folder) == {}


@pytest.mark.django_db(transaction=True)
def test_move_outside_a_transaction_is_an_error(caseworker):
    folder = folder_of("intake")
    write(caseworker, folder, "avant")
    rows = keys_of(folder)
    assert not connection.in_atomic_block

    with pytest.raises(TransactionManagementError):
        move(caseworker.vault, folder, group_id("unit"))

    assert keys_of(folder) == rows


# --- Any sequence -----------------------------------------------------------------------------------

MEMBERS = {"intake": {"ana", "claire", "mireille"}, "unit": {"claire", "mireille"}}
WHO = st.sampled_from(["ana", "claire", "mireille", "paule"])


@settings(
    max_examples=25,
    deadline=None,
    # Each example has a folder of its own: what they share, people and house, they do not change.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.sampled_from(sorted(MEMBERS)),
    acts=st.lists(st.tuples(WHO, st.sampled_from(["write", "intake", "unit"])), max_size=8),
)
def test_exactly_the_members_of_the_holding_group_open_it(first, acts, intake_worker, caseworker, supervisor, auditor):
    people = {"ana": intake_worker, "claire": caseworker, "mireille": supervisor, "paule": auditor}
    folder, holder = folder_of(first), first
    papers, texts = [write(caseworker, folder, "0")], [{"0"}]
    for number, (name, act) in enumerate(acts, 1):
        rows = keys_of(folder)
        needed = [holder] if act == "write" else [holder, act]
        if not all(name in MEMBERS[kind] for kind in needed):
            with pytest.raises(NotAMember):
                _act(people[name], folder, act, number)
            assert keys_of(folder) == rows
        elif act == "write":
            papers.append(_act(people[name], folder, act, number))
            texts.append({str(number)})
        else:
            _act(people[name], folder, act, number)
            holder = act

    for name, person in people.items():
        if name in MEMBERS[holder]:
            assert read(open_folder(person, folder), *papers) == texts
        else:
            with pytest.raises(NotAMember):
                open_folder(person, folder)


def _act(by, folder: Folder, act: str, number: int):
    return write(by, folder, str(number)) if act == "write" else _move(by, folder, group_id(act))
