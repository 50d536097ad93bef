"""Who can write to the database moves sealed records and wrapped keys about: nothing opens that was not sealed there.

Each change is a statement of the run-time role, which may change these rows; each time the page shows no content, and
the log has kept that somebody tried to open the case.
"""

import datetime
import uuid
from dataclasses import dataclass

import pytest
from django.db import IntegrityError, connection, transaction

from audit.log.models import Entry
from cases.models import Case, Channel, Incident, Interpreter, Note
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.vault.identities import HOUSE
from cellule.vault.models import EpochLink, GroupWrap, OwnerKey, Slot, SubjectRow
from cellule.vault.sealing import CannotOpen, UnknownFormat, VaultError
from cellule.vault.slots import open_root
from cellule.vault.unlocked import group_id
from tests.people import acting, signed_in
from tests.world import PEOPLE

DAY = FuzzyDate(FuzzyKind.DAY, datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))


@dataclass(frozen=True)
class Told:
    """A case of Claire's: two notes, one incident, and the words in them."""

    case: Case
    notes: list[Note]
    incident: Incident
    words: list[str]


def _told(by, name: str) -> Told:
    case = Case.open_inquiry(
        by=by, row_id=uuid.uuid4(), channel=Channel.PHONE, language="tam", interpreter=Interpreter.YES
    )
    words = [f"MARQUE-{name}-{kind}" for kind in ("une", "deux", "récit")]
    notes = [case.add_note(by=by, row_id=uuid.uuid4(), body=body) for body in words[:2]]
    incident = case.add_incident(
        by=by, row_id=uuid.uuid4(), kind="threats", happened=DAY, borough="08", narrative=words[2]
    )
    return Told(case, notes, incident, words)


@pytest.fixture
def mine(caseworker) -> Told:
    return _told(caseworker, "A")


@pytest.fixture
def other(caseworker) -> Told:
    """Another case of the same person, in the same group."""
    return _told(caseworker, "B")


def _change(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount, "the change must change something"


def _page_of(told: Told):
    """The case page as Claire gets it, in a browser that shows errors as a browser does."""
    client = signed_in("claire", raise_request_exception=False)
    opened = Entry.objects.filter(action="cases.case_opened", reference=told.case.reference)
    before = opened.count()

    response = client.get(f"/dossiers/{told.case.code}/")

    assert opened.count() == before + 1
    return response


def _assert_shut(*cases: Told) -> None:
    """No page of these shows any word of any of them."""
    words = [word for told in cases for word in told.words]
    for told in cases:
        response = _page_of(told)
        assert (response.status_code, [word for word in words if word in response.text]) == (409, [])


def test_pages_show_the_words_before_anything_is_moved(mine, other):
    for told in (mine, other):
        response = _page_of(told)
        assert (response.status_code, [word for word in told.words if word not in response.text]) == (200, [])


# --- Records ----------------------------------------------------------------------------------------


def test_record_moved_to_another_row_of_its_case_stays_shut(mine):
    first, second = mine.notes

    _change(
        "UPDATE cases_note a SET story = b.story FROM cases_note b WHERE a.id = %s AND b.id = %s", first.pk, second.pk
    )

    _assert_shut(mine)


def test_two_records_exchanged_within_a_case_stay_shut(mine):
    first, second = mine.notes

    _change(
        "UPDATE cases_note a SET story = b.story FROM cases_note b WHERE a.case_id = b.case_id AND a.id <> b.id"
        " AND a.id IN (%s, %s)",
        first.pk,
        second.pk,
    )

    _assert_shut(mine)


def test_record_moved_to_another_column_stays_shut(mine):
    """A note's words as an incident's, and the other way round: same case, same compartment, same key."""
    _change(
        "UPDATE cases_incident SET story = n.story FROM cases_note n WHERE cases_incident.id = %s AND n.id = %s",
        mine.incident.pk,
        mine.notes[0].pk,
    )

    _assert_shut(mine)


def test_record_of_the_story_as_the_ordinary_part_stays_shut(mine):
    _change(
        "UPDATE cases_case SET ordinary = n.story FROM cases_note n WHERE cases_case.id = %s AND n.id = %s",
        mine.case.pk,
        mine.notes[0].pk,
    )

    _assert_shut(mine)


def test_record_copied_into_another_case_stays_shut(mine, other):
    _change(
        "UPDATE cases_note a SET story = b.story FROM cases_note b WHERE a.id = %s AND b.id = %s",
        other.notes[0].pk,
        mine.notes[0].pk,
    )

    _assert_shut(other)


def test_row_hung_onto_another_case_stays_shut(mine, other):
    """A colleague who leads a case of their own cannot have another case's note shown there."""
    _change("UPDATE cases_note SET case_id = %s WHERE id = %s", other.case.pk, mine.notes[0].pk)

    _assert_shut(other)


def test_case_given_to_somebody_else_by_a_grant_alone_is_only_what_the_group_may_open(mine, other_caseworker):
    """Grants are policy, kept by the log: inside a group the keys are the same, and the entry says who looked."""
    _change(
        "UPDATE cases_caseusergrant SET user_id = %s WHERE content_object_id = %s",
        other_caseworker.user.pk,
        mine.case.pk,
    )

    assert signed_in("claire").get(f"/dossiers/{mine.case.code}/").status_code == 404
    assert signed_in("joaquin").get(f"/dossiers/{mine.case.code}/").status_code == 200
    opened = Entry.objects.filter(action="cases.case_opened", reference=mine.case.reference).newest_first().first()
    assert opened.actor_id == str(other_caseworker.user.pk)


@pytest.mark.parametrize("version", [0, 2, 2**32 - 1])
def test_record_under_another_key_version_stays_shut(mine, version):
    _change(
        "UPDATE cases_note SET story = overlay(story PLACING %s FROM 3) WHERE id = %s",
        version.to_bytes(4, "big"),
        mine.notes[0].pk,
    )

    _assert_shut(mine)


@pytest.mark.parametrize("place", [1, 2, 7, 19, -1], ids=["version", "suite", "nonce", "ciphertext", "tag"])
def test_record_with_one_altered_byte_stays_shut(mine, place):
    stored = "octet_length(story)" if place < 0 else str(place)

    _change(
        f"UPDATE cases_note SET story = set_byte(story, {stored} - 1, get_byte(story, {stored} - 1) # 1) WHERE id = %s",
        mine.notes[0].pk,
    )

    _assert_shut(mine)


@pytest.mark.parametrize("record", [b"", b"\x01", b"\x01\x01", b"\x01\x01" + bytes(20), b"\x02\x01" + bytes(80)])
def test_what_is_no_record_stays_shut(mine, record):
    _change("UPDATE cases_note SET story = %s WHERE id = %s", record, mine.notes[0].pk)

    _assert_shut(mine)


# --- Owner keys -------------------------------------------------------------------------------------


def test_keys_of_two_cases_exchanged_stay_shut(mine, other):
    for compartment in ("story", "ordinary"):
        _exchange_wraps(
            OwnerKey.objects.get(owner=mine.case.pk, compartment=compartment),
            OwnerKey.objects.get(owner=other.case.pk, compartment=compartment),
        )

    _assert_shut(mine, other)


def test_keys_of_two_compartments_exchanged_stay_shut(mine):
    _exchange_wraps(
        OwnerKey.objects.get(owner=mine.case.pk, compartment="story"),
        OwnerKey.objects.get(owner=mine.case.pk, compartment="ordinary"),
    )

    _assert_shut(mine)


def _exchange_wraps(one: OwnerKey, two: OwnerKey) -> None:
    for row, wrap in ((one, bytes(two.wrap)), (two, bytes(one.wrap))):
        _change("UPDATE keys.vault_ownerkey SET wrap = %s WHERE id = %s", wrap, row.pk)


@pytest.mark.parametrize(
    "change",
    ["owner = %(owner)s", "compartment = 'identity'", "version = 2", "holder = %(unit)s", "epoch = 2", "epoch = 0"],
)
def test_key_row_moved_elsewhere_opens_nothing(mine, other, change):
    values = {"owner": uuid.uuid4(), "unit": group_id("unit"), "case": mine.case.pk}

    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE keys.vault_ownerkey SET {change} WHERE owner = %(case)s AND compartment = 'story'", values
        )
        assert cursor.rowcount == 1

    _assert_shut(mine)


def test_key_row_and_records_moved_together_stay_shut(mine, other):
    """The whole of one compartment under another case's name: records are bound to their owner, and so is the wrap."""
    OwnerKey.objects.filter(owner=other.case.pk, compartment="story").delete()
    _change(
        "UPDATE keys.vault_ownerkey SET owner = %s WHERE owner = %s AND compartment = 'story'",
        other.case.pk,
        mine.case.pk,
    )
    _change("UPDATE cases_note SET case_id = %s WHERE case_id = %s", other.case.pk, mine.case.pk)

    _assert_shut(other)


def test_case_given_to_another_group_opens_nothing(mine):
    """Claire is in the unit too, whose root opens no key that was wrapped for the intake."""
    _change("UPDATE cases_case SET key_holder = %s WHERE id = %s", group_id("unit"), mine.case.pk)

    _assert_shut(mine)


def test_case_and_keys_given_to_another_group_open_nothing(mine):
    _change("UPDATE cases_case SET key_holder = %s WHERE id = %s", group_id("unit"), mine.case.pk)
    _change("UPDATE keys.vault_ownerkey SET holder = %s WHERE owner = %s", group_id("unit"), mine.case.pk)

    _assert_shut(mine)


def test_deleted_key_row_leaves_nothing_to_open(mine, other):
    OwnerKey.objects.filter(owner=mine.case.pk, compartment="story").delete()

    _assert_shut(mine)
    assert _page_of(other).status_code == 200


def test_planted_key_is_not_written_under(mine):
    """Who plants a key of their own would read what is written next: the wrap is refused before anything is sealed."""
    _change(
        "UPDATE keys.vault_ownerkey SET wrap = wrap || '\\x00' WHERE owner = %s AND compartment = 'story'", mine.case.pk
    )
    claire = acting("claire")

    with pytest.raises(CannotOpen):
        mine.case.add_note(by=claire, row_id=uuid.uuid4(), body="MARQUE-C")
    assert Note.objects.filter(case=mine.case).count() == 2


# --- Group roots, slots, subjects -------------------------------------------------------------------


def _wrap_of(person, kind: str) -> GroupWrap:
    return GroupWrap.objects.get(group=group_id(kind), holder=person.user.pk)


@pytest.mark.parametrize("source", ["another member", "another group", "the house"])
def test_group_root_of_somebody_else_opens_nothing(mine, caseworker, other_caseworker, source):
    row = _wrap_of(caseworker, "intake")
    wrap = {
        "another member": lambda: _wrap_of(other_caseworker, "intake").wrap,
        "another group": lambda: _wrap_of(caseworker, "unit").wrap,
        "the house": lambda: GroupWrap.objects.get(group=row.group, holder=HOUSE).wrap,
    }[source]()
    _change("UPDATE keys.vault_groupwrap SET wrap = %s WHERE id = %s", bytes(wrap), row.pk)

    _assert_shut(mine)


def test_wrap_under_another_members_name_opens_nothing_for_them(caseworker, administrator):
    """The administrator takes a caseworker's row: no roster names the administrator, and the key does not fit."""
    _change("UPDATE keys.vault_groupwrap SET holder = %s WHERE holder = %s", administrator.user.pk, caseworker.user.pk)

    luc = acting("luc")

    assert luc.vault.memberships == {}
    with pytest.raises(VaultError):
        luc.vault.current_root(group_id("unit"))


def test_root_of_an_epoch_that_never_was_is_not_reached(caseworker):
    group = group_id("intake")
    EpochLink.objects.create(group_id=group, epoch=2, wrap=bytes(60))

    for epoch in (0, 2, 3):
        with pytest.raises(CannotOpen):
            caseworker.vault.root(group, epoch)


def test_slot_given_to_another_person_opens_neither(caseworker, supervisor):
    """Somebody with the database puts their own slot under a supervisor's name to sign in as her."""
    claire, mireille = caseworker.user.pk, supervisor.user.pk
    Slot.objects.filter(holder=mireille).delete()
    _change("UPDATE keys.vault_slot SET holder = %s WHERE holder = %s", mireille, claire)

    for holder in (claire, mireille):
        with pytest.raises(CannotOpen):
            open_root(holder, PEOPLE["claire"].passphrase)


@pytest.mark.parametrize("column", ["wrap", "salt", "id"])
def test_slot_put_together_from_two_opens_nothing(caseworker, supervisor, column):
    other = Slot.objects.get(holder=supervisor.user.pk)
    value = uuid.uuid4() if column == "id" else bytes(getattr(other, column))
    _change(f"UPDATE keys.vault_slot SET {column} = %s WHERE holder = %s", value, caseworker.user.pk)

    with pytest.raises(CannotOpen):
        open_root(caseworker.user.pk, PEOPLE["claire"].passphrase)


def test_slot_of_a_pepper_that_is_not_ours_opens_nothing(caseworker):
    _change("UPDATE keys.vault_slot SET pepper_number = 7 WHERE holder = %s", caseworker.user.pk)

    with pytest.raises(CannotOpen):
        open_root(caseworker.user.pk, PEOPLE["claire"].passphrase)


def test_slot_whose_fingerprint_was_changed_opens_nothing(caseworker, supervisor):
    other = Slot.objects.get(holder=supervisor.user.pk)
    _change("UPDATE keys.vault_slot SET fingerprint = %s WHERE holder = %s", other.fingerprint, caseworker.user.pk)

    with pytest.raises(CannotOpen):
        open_root(caseworker.user.pk, PEOPLE["claire"].passphrase)


def test_subject_rows_open_nothing_and_hide_no_entry(mine, other):
    """They only join entries to a case: exchanged, each entry still names the case's own reference."""
    one, two = (SubjectRow.objects.get(owner=told.case.pk) for told in (mine, other))
    SubjectRow.objects.filter(pk=two.pk).delete()
    _change("UPDATE keys.vault_subjectrow SET log_reference = %s WHERE owner = %s", two.log_reference, one.pk)

    assert _page_of(mine).status_code == 200
    entry = Entry.objects.filter(action="cases.case_opened").newest_first().first()
    assert (entry.reference, entry.subject) == (mine.case.reference, two.log_reference)
    assert _page_of(other).status_code == 200
    entry = Entry.objects.filter(action="cases.case_opened").newest_first().first()
    assert (entry.reference, entry.subject) == (other.case.reference, None)


def test_one_log_reference_is_never_two_cases(mine, other):
    one = SubjectRow.objects.get(owner=mine.case.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRow.objects.filter(owner=other.case.pk).update(log_reference=one.log_reference)


def test_every_refusal_here_is_typed():
    assert all(issubclass(error, VaultError) for error in (CannotOpen, UnknownFormat))
