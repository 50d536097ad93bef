"""The shred test: who has an old backup of all content and today's keys opens nothing that was destroyed in between.

Two cases are told alike. One of them, or a compartment of it, is destroyed without any key; then all tables of content,
and the store of files, are put back as they were. Everybody who could open it signs in again and tries.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.http import Http404

from audit.log.actions import Action
from audit.log.models import Entry
from audit.log.record import record_read
from cases.actions import CONTACT_REVEALED
from cases.destroying import destroy_case, destroy_compartment
from cases.doors import reveal_contact
from cases.models import Block, Case, CaseUserGrant, File, FileStory, Visit
from cases.search import packing
from cases.search.finding import search
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.notices.models import Notice
from cellule.vault import packets, parking
from cellule.vault.cards import open_for_search
from cellule.vault.details import record_with_detail
from cellule.vault.letters import open_letter
from cellule.vault.models import FileKey, GroupWrap, Letter, LetterKey, OwnerKey, ParkedText
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import VaultError
from cellule.vault.unlocked import OpenedOwner, log_reference
from referrals.models import Referral, ReferralMessage, ReferralTrace
from tests.factories import take
from tests.old_backup import backup, put_back
from tests.people import acting
from tests.referrals.sent import CLINIC, joined, send
from tests.vault.test_contracts_swapped import COLUMNS, told

pytestmark = pytest.mark.django_db(transaction=True)
LOOKED = Action("tests.shred_looked", "Looked at it in a test")
UNIT, AGENCY = ("claire", "mireille", "omar"), ("thea", "noor")
# What lies under the keys of each compartment, or beside them by value.
DIES = {
    Compartment.CONTACT: {"contact", "agreed", "draft"},
    Compartment.IDENTITY: {"identity", "agreed", "draft"},
    Compartment.STORY: {"story", "file", "agreed", "draft"},
    Compartment.ORDINARY: {"ordinary", "envelope", "agreed", "draft"},
}
# What opened: which part, what of it, for whom.
type Opening = tuple[str, str, str]


@dataclass
class World:
    """A case with something in every sealed column, and all that was sealed because of it."""

    case: uuid.UUID
    reference: str
    referral: uuid.UUID
    subject: uuid.UUID | None
    letter: Letter
    drafts: dict[str, ParkedText]
    # What somebody may have written down: where the bytes of each file lie, and how many they are.
    stories: dict[uuid.UUID, FileStory] = field(default_factory=dict)


@pytest.fixture
def claire() -> Acting:
    return acting("claire")


@pytest.fixture
def mireille() -> Acting:
    return acting("mireille")


@pytest.fixture
def mine(claire, mireille) -> World:
    return _told(claire, mireille)


@pytest.fixture
def other(claire, mireille) -> World:
    return _told(claire, mireille)


def _told(claire: Acting, mireille: Acting) -> World:
    case, thea = told(claire, mireille), acting("thea")
    referral = send(case, claire, joined(CLINIC, mireille))
    referral.write_message(by=claire, row_id=uuid.uuid4(), words="Une question.")
    take(Referral.objects.get(pk=referral.pk), "accept", thea)
    entry = record_with_detail(
        CONTACT_REVEALED, {"words": "Un motif."}, by=mireille.actor, read=True, **case.told(mireille)
    )
    form = [("body", "Un brouillon.")]
    world = World(
        case.pk,
        case.reference,
        referral.pk,
        log_reference(case.pk),
        Letter.objects.get(row=entry.pk),
        {
            "claire": parking.park(claire.user.pk, f"/dossiers/{case.code}/notes/nouvelle/", form),
            "thea": parking.park(thea.user.pk, f"/orientations/{referral.code}/message/", form),
        },
    )
    keys = _keys(case, claire)
    world.stories = {file.pk: keys.read(file, "story") for file in File.objects.filter(case=case)}
    return world


@pytest.fixture
def packed(monkeypatch, mine, other, mireille) -> list[uuid.UUID]:
    """The blocks in which the cards of both cases lie."""
    monkeypatch.setattr(packing, "ENOUGH", 1)
    assert {hit.case for hit in search(mireille, "Zélie")} == {mine.case, other.case}
    return list(Block.objects.values_list("pk", flat=True))


@pytest.fixture
def old_data(postgres_server, packed, tmp_path) -> Callable[[], None]:
    """Everything but the keys as it is now; call it to bring that back."""
    kept, files, store = backup(postgres_server, "public"), tmp_path / "files", Path(settings.FILE_STORE)
    shutil.copytree(store, files)

    def restore() -> None:
        put_back(postgres_server, "public", kept)
        shutil.copytree(files, store, dirs_exist_ok=True)
        assert backup(postgres_server, "public") == kept

    return restore


# --- Opening all of it ------------------------------------------------------------------------------


def _keys(case: Case, by: Acting) -> OpenedOwner:
    return by.vault.open_owner(case, list(Compartment), action=LOOKED, by=by.actor, relation=case.relation_to(by.user))


def _all_that_opens(world: World) -> set[Opening]:
    """Sign in as everybody whom it concerns, and try each thing."""
    people = {name: acting(name) for name in (*UNIT, *AGENCY, "rose")}
    tries = [
        *(one for name in UNIT for one in _of_the_case(world, people[name])),
        *(one for name in (*UNIT, *AGENCY) for one in _of_the_packet(world, people[name])),
        ("detail", "letter", "rose", lambda: open_letter(people["rose"].vault, world.letter)),
        *(
            ("draft", "text", name, lambda name=name, kept=kept: parking.reopen(people[name].vault, kept))
            for name, kept in world.drafts.items()
        ),
    ]
    return {(part, what, name) for part, what, name, attempt in tries if _opens(attempt)}


def _of_the_case(world: World, by: Acting) -> Iterator[tuple[str, str, str, Callable[[], object]]]:
    case, name = Case.objects.filter(pk=world.case).first(), by.user.email.partition("@")[0]
    if case is None:
        return
    keys = _keys(case, by)
    for model, column in COLUMNS:
        of_the_case = {"pk": case.pk} if model is Case else {"case": case}
        for row in model._default_manager.filter(**of_the_case, **{f"{column.name}__isnull": False}):
            what = f"{column.contract} {row.pk}"
            yield column.compartment, what, name, lambda row=row, column=column: keys.read(row, column.name)
    for pk, story in world.stories.items():
        file = File(pk=pk, case_id=case.pk)
        yield "file", str(pk), name, lambda file=file, story=story: file.bytes_of(keys, story)


def _of_the_packet(world: World, by: Acting) -> Iterator[tuple[str, str, str, Callable[[], object]]]:
    referral, name = Referral.objects.filter(pk=world.referral).first(), by.user.email.partition("@")[0]
    if referral is None:
        return
    entry = record_read(LOOKED, by=by.actor, reference=referral.reference)
    keys = packets.open_packet(by.vault, referral, packets.PARTS, entry)
    rows = [(referral, "envelope"), (referral, "agreed")]
    rows += [(message, "words") for message in ReferralMessage.objects.filter(referral=referral)]
    rows += [(trace, "trace") for trace in ReferralTrace.objects.filter(referral=referral)]
    for row, column in rows:
        part = "agreed" if column == "agreed" else "envelope"
        yield part, f"{column} {row.pk}", name, lambda row=row, column=column: keys.read(row, column)


def _opens(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except VaultError:
        return False
    return True


def _opening_blocks(name: str, blocks: list[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these blocks that a member of the unit opens."""
    by, rows = acting(name), list(Block.objects.filter(pk__in=blocks))
    entry = record_read(LOOKED, by=by.actor)
    opened = open_for_search(by.vault, rows, [Compartment.ORDINARY], entry)
    return [row.pk for row in rows if _opens(lambda row=row: opened[row.pk].read(row, "words"))]


def _destroy(world: World, compartment: Compartment | None = None) -> None:
    with transaction.atomic():
        case = Case.objects.get(pk=world.case)
        if compartment is None:
            destroy_case(case, by=SYSTEM)
        else:
            destroy_compartment(case, compartment, by=SYSTEM)


# --- A case -----------------------------------------------------------------------------------------


def test_destroyed_case_stays_shut_for_everybody_and_the_other_one_opens(mine, other, packed, old_data):
    before, others = _all_that_opens(mine), _all_that_opens(other)
    # All of it opened before, for each of them: nothing here stays shut by itself.
    assert {(part, name) for part, _, name in before} == {
        *((part, name) for part in ("ordinary", "story", "identity", "contact", "file") for name in UNIT),
        *((part, name) for part in packets.PARTS for name in (*UNIT, *AGENCY)),
        ("detail", "rose"),
        ("draft", "claire"),
        ("draft", "thea"),
    }
    assert _opening_blocks("omar", packed) == packed != []

    _destroy(mine)
    old_data()

    assert _all_that_opens(mine) == set()
    assert _all_that_opens(other) == others
    assert _opening_blocks("omar", packed) == []


def test_cards_of_the_other_case_are_found_beside_an_old_backup(mine, other, old_data):
    _destroy(mine)
    old_data()

    # Its rows are there again, and no search finds it: neither by name nor by number.
    assert Case.objects.filter(pk=mine.case).exists()
    for asked in ("Zélie", "Zélie Fictive", "0134"):
        assert {hit.case for hit in search(acting("omar"), asked)} == {other.case}
        assert {hit.case for hit in search(acting("claire"), asked)} == {other.case}


def test_nobody_joins_the_log_to_a_destroyed_case(mine, other, old_data):
    before = Entry.objects.filter(subject=mine.subject).count()

    _destroy(mine)
    old_data()

    assert (log_reference(mine.case), log_reference(other.case)) == (None, other.subject)
    # The entries stay, and the last of them says what became of it.
    assert Entry.objects.filter(subject=mine.subject).count() == before + 1
    last = Entry.objects.filter(subject=mine.subject).order_by("-id").first()
    assert (last.action, last.actor_id, last.reference) == ("cases.case_destroyed", "system", mine.reference)


def test_nothing_of_a_destroyed_case_is_left(mine, other, claire):
    notices = Notice.objects.create(recipient=claire.user, kind="cases.decided", reference=mine.reference)
    blobs = [Path(settings.FILE_STORE) / story.blob for story in mine.stories.values()]
    assert [blob.exists() for blob in blobs] == [True] * len(blobs) != []

    _destroy(mine)

    assert not Case.objects.filter(pk=mine.case).exists()
    left = {model for model, _ in COLUMNS if model is not Case and model._default_manager.filter(case=mine.case)}
    assert left == set()
    for model in (CaseUserGrant, Visit):
        column = "content_object" if model is CaseUserGrant else "case"
        assert not model.objects.filter(**{column: mine.case}).exists()
    assert not Referral.objects.filter(pk=mine.referral).exists()
    assert not OwnerKey.objects.filter(owner__in=[mine.case, mine.referral]).exists()
    assert (FileKey.objects.filter(owner=mine.case).count(), FileKey.objects.filter(owner=other.case).count()) == (0, 2)
    assert list(LetterKey.objects.filter(letter__in=[mine.letter.pk, other.letter.pk])) == [
        LetterKey.objects.get(letter=other.letter.pk)
    ]
    assert set(ParkedText.objects.values_list("pk", flat=True)) == {kept.pk for kept in other.drafts.values()}
    assert [blob.exists() for blob in blobs] == [False] * len(blobs)
    notices.refresh_from_db()
    assert notices.reference == ""


# --- A compartment ----------------------------------------------------------------------------------


@pytest.mark.parametrize("compartment", list(DIES))
def test_destroyed_compartment_stays_shut_and_all_others_open(mine, other, packed, old_data, compartment):
    before, others = _all_that_opens(mine), _all_that_opens(other)
    dying = {opening for opening in before if opening[0] in DIES[compartment]}
    assert {part for part, _, _ in dying} == DIES[compartment]

    _destroy(mine, compartment)
    old_data()

    assert _all_that_opens(mine) == before - dying
    assert _all_that_opens(other) == others
    assert _opening_blocks("omar", packed) == []


@pytest.mark.parametrize("compartment", list(DIES))
def test_destroyed_compartment_leaves_what_can_still_be_read(mine, compartment):
    before = _all_that_opens(mine)

    _destroy(mine, compartment)

    assert _all_that_opens(mine) == {opening for opening in before if opening[0] not in DIES[compartment]}
    last = Entry.objects.filter(subject=mine.subject).order_by("-id").filter(actor_id="system").first()
    assert (last.action, last.purpose) == ("cases.compartment_destroyed", compartment.value)


# --- How it is called -------------------------------------------------------------------------------


def test_destroying_stands_or_falls_with_its_transaction(mine):
    before = _all_that_opens(mine)

    with transaction.atomic():
        destroy_case(Case.objects.get(pk=mine.case), by=SYSTEM)
        transaction.set_rollback(True)

    assert _all_that_opens(mine) == before


def test_destroying_outside_a_transaction_destroys_nothing(mine):
    before = _all_that_opens(mine)

    for destroy in (destroy_case, lambda case, by: destroy_compartment(case, Compartment.STORY, by=by)):
        with pytest.raises(TransactionManagementError):
            destroy(Case.objects.get(pk=mine.case), by=SYSTEM)

    assert _all_that_opens(mine) == before


def test_destroying_twice_is_told(mine):
    case = Case.objects.get(pk=mine.case)
    _destroy(mine)

    with pytest.raises(Case.DoesNotExist), transaction.atomic():
        destroy_case(case, by=SYSTEM)


def test_reason_for_a_case_that_was_destroyed_meanwhile_stays_nowhere(mine, mireille, rf):
    case, before = Case.objects.get(pk=mine.case), Letter.objects.count()
    request = rf.post("/")
    request.acting, request.user = mireille, mireille.user
    _destroy(mine)
    entries, letters = Entry.objects.count(), Letter.objects.count()

    with pytest.raises(Http404):
        reveal_contact(request, case, reason="contact", words="Un motif tardif.")

    assert (Entry.objects.count(), Letter.objects.count()) == (entries, letters)
    assert letters < before


def test_case_in_a_circle_takes_its_circle_along(mine, other, claire, mireille):
    case = Case.objects.get(pk=mine.case)
    take(case, "ask_circle", claire, people=[claire.user, mireille.user])
    take(case, "approve_circle", mireille)
    circle = case.key_holder
    assert GroupWrap.objects.filter(group_id=circle).exists()

    _destroy(mine)

    assert not GroupWrap.objects.filter(group_id=circle).exists()
    assert not OwnerKey.objects.filter(holder=circle).exists()
    assert _all_that_opens(other) != set()
