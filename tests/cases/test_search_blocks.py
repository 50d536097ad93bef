"""Blocks are a cache: cards stay the truth after any writing, moving and destroying, and a stale place shows nothing."""

import uuid

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.log.actions import Relation
from audit.log.models import Entry
from cases.actions import FOUND_SHOWN
from cases.models import Block, Card, Case, Found, PersonIdentity, PersonOrdinary, Place, destroy_cards
from cases.search import finding
from cases.search import packing as packer
from cases.search.finding import search
from cellule.vault.cards import open_for_search
from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen
from tests.cases.named import found, named
from tests.factories import take


@pytest.fixture
def packing(monkeypatch):
    """Blocks of three cards, packed as soon as one is loose."""
    monkeypatch.setattr(packer, "ENOUGH", 1)
    monkeypatch.setattr(packer, "BLOCK", 3)


def _called(case: Case, by, called: str) -> None:
    client = case.people.get(is_client=True)
    case.correct_person(client, by=by, known=PersonOrdinary(called=called), version=client.version)


def test_what_is_loose_is_packed_by_who_supervises_and_found_as_before(packing, caseworker, supervisor):
    cases = [named(caseworker, f"Zélie {name}") for name in ("Un", "Deux", "Trois", "Quatre")]
    before = found(supervisor, "zelie")

    after = found(supervisor, "zelie")

    assert sorted(before) == sorted(after) == sorted(case.pk for case in cases)
    assert (Block.objects.count(), Card.objects.loose().count(), Place.objects.count()) == (2, 0, 4)


def test_few_loose_cards_stay_loose(caseworker, supervisor):
    named(caseworker, "Zélie")

    found(supervisor, "zelie")

    assert Block.objects.count() == 0


def test_whoever_sees_few_packs_nothing(packing, caseworker):
    named(caseworker, "Zélie")

    found(caseworker, "zelie")

    assert Block.objects.count() == 0


def test_changed_card_is_found_by_its_new_name_only(packing, caseworker, supervisor):
    case = named(caseworker, "Zélie")
    found(supervisor, "zelie")
    stale = Block.objects.get()

    _called(case, caseworker, "Nadège")

    assert (found(supervisor, "zelie"), found(supervisor, "nadege")) == ([], [case.pk])
    assert Place.objects.filter(block=stale).count() == 0 or not Card.objects.filter(block=stale).exists()


def test_stale_places_crowd_nobody_out(packing, monkeypatch, caseworker, supervisor):
    """Whoever fits less well than many a name that has changed since is found all the same."""
    monkeypatch.setattr(finding, "MOST", 2)
    changed, fits = [named(caseworker, "Zélie") for _ in range(3)], named(caseworker, "Zéliette")
    assert len(found(supervisor, "zelie")) == 2
    for case in changed:
        _called(case, caseworker, "Nadège")

    assert Place.objects.count() == 4
    assert found(supervisor, "zelie") == [fits.pk]


def test_place_that_somebody_points_back_to_is_still_stale(packing, caseworker, supervisor):
    """Whoever can write into the database and lays a changed card back into its old block shows nothing by that."""
    case = named(caseworker, "Zélie")
    found(supervisor, "zelie")
    stale = Block.objects.get()
    _called(case, caseworker, "Nadège")
    assert Card.objects.update(block=stale) == 1

    assert found(supervisor, "zelie") == []


def test_case_that_moves_takes_its_blocks_along(packing, intake_worker, supervisor, other_caseworker):
    moved, stays = named(intake_worker, "Zélie"), named(intake_worker, "Zélie")
    found(supervisor, "zelie")
    (block,) = Block.objects.all()

    take(moved, "assign", supervisor, to=other_caseworker.user)

    assert not OwnerKey.objects.filter(owner=block.pk).exists()
    assert not Block.objects.filter(pk=block.pk).exists()
    assert set(found(supervisor, "zelie")) == {moved.pk, stays.pk}


def test_identity_taken_away_takes_its_blocks_along(packing, caseworker, supervisor):
    case = named(caseworker, "Lune", legal="Zélie Quetzal")
    assert found(supervisor, "quetzal") == [case.pk]
    (block,) = Block.objects.all()
    client = case.people.get()

    case.write_identity(client, by=caseworker, identity=None, version=client.version)

    assert not OwnerKey.objects.filter(owner=block.pk).exists()
    assert Card.objects.get().identity is None
    assert (found(supervisor, "quetzal"), found(supervisor, "lune")) == ([], [case.pk])


def test_destroyed_cards_take_every_block_they_ever_lay_in(packing, caseworker, supervisor):
    case, other = named(caseworker, "Zélie"), named(caseworker, "Zélie Autre")
    found(supervisor, "zelie")
    _called(case, caseworker, "Nadège")
    found(supervisor, "nadege")
    old_blocks = list(Block.objects.all())
    assert len(old_blocks) >= 1

    destroy_cards(case.pk)

    lain = set(Place.objects.values_list("card", flat=True))
    assert case.people.get().pk not in lain
    for block in old_blocks:
        if OwnerKey.objects.filter(owner=block.pk).exists():
            pytest.fail("a block in which it lay still has its key")
    assert (found(supervisor, "nadege"), found(supervisor, "zelie")) == ([], [other.pk])


def test_block_without_its_key_stays_shut(packing, caseworker, supervisor):
    named(caseworker, "Zélie")
    found(supervisor, "zelie")
    block = Block.objects.get()
    entry = Entry.objects.of_action("cases.searched").newest_first().first()
    opened = open_for_search(supervisor.vault, [block], ["ordinary"], entry)[block.pk]
    assert "zelie" in opened.read(block, "words").words

    OwnerKey.objects.filter(owner=block.pk).delete()

    shut = open_for_search(supervisor.vault, [block], ["ordinary"], entry)[block.pk]
    with pytest.raises(CannotOpen):
        shut.read(block, "words")


def test_nobody_opens_under_the_entry_of_another(caseworker, supervisor):
    case = named(caseworker, "Zélie")
    found(caseworker, "zelie")
    entry = Entry.objects.of_action("cases.searched").get()

    with pytest.raises(ValueError, match="another person"):
        open_for_search(supervisor.vault, [case], ["ordinary"], entry)


def test_block_in_the_place_of_another_stays_shut(packing, caseworker, supervisor):
    for name in ("Un", "Deux", "Trois", "Quatre"):
        named(caseworker, f"Zélie {name}")
    assert len(found(supervisor, "zelie")) == len(found(supervisor, "zelie")) == 4
    one, other = Block.objects.all()

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_block SET words = (SELECT words FROM cases_block WHERE id = %s) WHERE id = %s",
            [one.pk, other.pk],
        )

    assert set(found(supervisor, "zelie")) == set(one.cards.values_list("case", flat=True))


def test_result_in_the_place_of_another_stays_shut(caseworker):
    mine, theirs = (
        Found.keep([case.pk], by=caseworker) for case in (named(caseworker, "Un"), named(caseworker, "Deux"))
    )
    told = {"action": FOUND_SHOWN, "by": caseworker.actor, "relation": Relation.NONE}
    opened = caseworker.vault.open_owner(mine, [Compartment.DRAFT], **told)
    row = Found.objects.get(pk=mine.pk)
    assert len(opened.read(row, "cases").cases) == 1

    with connection.cursor() as cursor:
        moved = "(SELECT cases FROM cases_found WHERE id = %s)"
        cursor.execute(f"UPDATE cases_found SET cases = {moved} WHERE id = %s", [theirs.pk, mine.pk])

    with pytest.raises(CannotOpen):
        opened.read(Found.objects.get(pk=mine.pk), "cases")


# --- Any sequence ----------------------------------------------------------------------------------

NAMES = ("Zélie", "Nadège", "Ορφέας", "محمد", "李", "X")
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.integers(0, 5)),
        st.tuples(st.just("call"), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("identity"), st.integers(0, 5), st.integers(-1, 5)),
        st.tuples(st.just("move"), st.integers(0, 5)),
        st.tuples(st.just("destroy"), st.integers(0, 5)),
        st.tuples(st.just("search"), st.integers(0, 5)),
    ),
    max_size=10,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_blocks_never_change_what_is_found(packing, caseworker, supervisor, acts):
    """After any acts the same cases are found as when every block is thrown away."""
    cases: list[Case] = []
    for act, *told in acts:
        _do(act, told, cases, caseworker, supervisor)
    cached = {name: set(found(supervisor, name)) & {case.pk for case in cases} for name in NAMES}

    Block.objects.all().delete()
    anew = {name: {hit.case for hit in search(supervisor, name)} & {case.pk for case in cases} for name in NAMES}

    assert cached == anew


def _do(act: str, told: list[int], cases: list[Case], caseworker, supervisor) -> None:
    if act == "open":
        cases.append(named(caseworker, NAMES[told[0]]))
    elif act == "search":
        found(supervisor, NAMES[told[0]])
    elif cases:
        case = Case.objects.get(pk=cases[told[0] % len(cases)].pk)
        client = case.people.get()
        if act == "call":
            _called(case, caseworker, NAMES[told[1]])
        elif act == "identity":
            identity = PersonIdentity(NAMES[told[1]]) if told[1] >= 0 else None
            case.write_identity(client, by=caseworker, identity=identity, version=client.version)
        elif act == "move":
            case.share(by=caseworker, to=acting_colleague(case))
        else:
            destroy_cards(case.pk)


def acting_colleague(case: Case):
    """Somebody with whom the case is not shared yet; sharing brings its keys to the unit."""
    taken = {*case.leads(), *case.shared_with()}
    return next(person for person in Case.colleagues() if person not in taken)


def test_ids_of_cards_are_those_of_what_they_tell_of(caseworker):
    case = named(caseworker, "Zélie", phone="+15145550134")

    assert set(Card.objects.values_list("pk", flat=True)) == {case.people.get().pk, case.safe_contact.pk}
    assert uuid.UUID(int=0) not in set(Card.objects.values_list("pk", flat=True))
