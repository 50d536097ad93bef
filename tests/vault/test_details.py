"""What an act's entry keeps sealed: a letter to the privacy officers, both or neither."""

import uuid

import pytest
from django.db import ProgrammingError, connection, transaction

from audit.log.actions import Action, Outcome, Relation
from audit.log.models import Entry
from audit.log.record import OutsideTransaction
from cellule.vault import rosters
from cellule.vault.details import PURPOSE, record_with_detail
from cellule.vault.letters import commitment, open_letter
from cellule.vault.models import Letter, LetterKey
from cellule.vault.unlocked import NotAMember

REVEALED = Action("tests.revealed", "Revealed something in a test")
DOCUMENT = {"reason": "MARQUE-RAISON", "fields": ["name"]}


@pytest.mark.django_db
def test_entry_says_what_is_clear_and_commits_itself_to_the_rest(caseworker, supervisor, privacy_officer):
    subject = uuid.uuid4()

    with transaction.atomic():
        entry = record_with_detail(
            REVEALED,
            DOCUMENT,
            by=caseworker.actor,
            subject_type="cases.case",
            reference="7QK2M9XD",
            subject=subject,
            relation=Relation.ASSIGNED,
            purpose="safety",
            outcome=Outcome.REFUSED_CONFLICT,
        )

    letter = Letter.objects.get(row=entry.pk)
    document, salt = open_letter(privacy_officer.vault, letter)
    stored = Entry.objects.get(pk=entry.pk)
    clear = (stored.actor_id, stored.action, stored.subject_type, stored.reference, stored.subject)
    assert clear == (str(caseworker.user.pk), "tests.revealed", "cases.case", "7QK2M9XD", subject)
    assert (stored.relation, stored.purpose, stored.outcome) == ("assigned", "safety", "refused_conflict")
    assert (letter.purpose, document) == (PURPOSE, DOCUMENT)
    assert bytes(stored.detail_commitment) == commitment(DOCUMENT, salt)
    assert b"MARQUE-RAISON" not in bytes(stored.body) + bytes(letter.sealed)
    for person in (caseworker, supervisor):
        with pytest.raises(NotAMember):
            open_letter(person.vault, letter)


def _written() -> tuple[int, int, int]:
    return Entry.objects.count(), Letter.objects.count(), LetterKey.objects.count()


@pytest.mark.django_db(transaction=True)
def test_act_outside_a_transaction_is_an_error(caseworker):
    before = _written()

    with pytest.raises(OutsideTransaction):
        record_with_detail(REVEALED, DOCUMENT, by=caseworker.actor)

    assert _written() == before


@pytest.mark.django_db(transaction=True)
def test_act_that_is_rolled_back_leaves_neither(caseworker):
    before = _written()

    with transaction.atomic():
        record_with_detail(REVEALED, DOCUMENT, by=caseworker.actor)
        assert _written() == tuple(count + 1 for count in before)
        transaction.set_rollback(True)

    assert _written() == before


@pytest.mark.django_db(transaction=True)
def test_read_is_committed_when_it_returns(caseworker, owner_connection):
    entry = record_with_detail(REVEALED, DOCUMENT, by=caseworker.actor, read=True)

    assert not connection.in_atomic_block
    seen_by_others = owner_connection.execute("SELECT count(*) FROM vault_letter WHERE row = %s", [entry.pk])
    assert seen_by_others.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_read_inside_a_transaction_is_an_error(caseworker):
    before = _written()

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        record_with_detail(REVEALED, DOCUMENT, by=caseworker.actor, read=True)

    assert _written() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("read", [True, False])
def test_letter_that_cannot_be_written_refuses_the_act(caseworker, owner_connection, read):
    before = _written()
    role = connection.ops.quote_name(connection.settings_dict["USER"])
    owner_connection.execute(f"REVOKE INSERT ON keys.vault_letterkey FROM {role}")

    with pytest.raises(ProgrammingError):
        _record_in_its_transaction(caseworker, read)

    assert _written() == before


def _record_in_its_transaction(by, read: bool) -> None:
    if read:
        record_with_detail(REVEALED, DOCUMENT, by=by.actor, read=True)
        return
    with transaction.atomic():
        record_with_detail(REVEALED, DOCUMENT, by=by.actor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("read", [True, False])
def test_house_without_a_privacy_officer_records_the_act_alone(caseworker, owner_connection, read):
    for table in ("groupwrap", "roster"):
        owner_connection.execute(
            f"DELETE FROM keys.vault_{table} WHERE group_id = (SELECT id FROM keys.vault_keygroup WHERE kind = 'privacy')"
        )
    owner_connection.execute("DELETE FROM keys.vault_keygroup WHERE kind = 'privacy'")
    rosters.forget_cache()
    entries, letters, halves = _written()

    _record_in_its_transaction(caseworker, read)

    assert _written() == (entries + 1, letters, halves)
    assert Entry.objects.of_action(REVEALED.code).get().detail_commitment is None
