"""Every column is sealed or on the reviewed list; key rows live apart."""

from django.apps import apps
from django.db import connection

from cellule.vault.clear import CLEAR
from cellule.vault.fields import SealedDocument


def _columns():
    for model in apps.get_models(include_auto_created=True):
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            yield f"{model._meta.label_lower}.{field.name}", model, field


def test_every_column_is_sealed_or_reviewed():
    """A new column fails here until it is sealed, or listed in `cellule/vault/clear.py` with its reason."""
    undecided = {
        name
        for name, model, field in _columns()
        if not isinstance(field, SealedDocument) and name not in CLEAR and not model._meta.auto_created
    }

    assert undecided == set()


def test_the_list_names_only_what_exists():
    assert set(CLEAR) - {name for name, _, _ in _columns()} == set()


def test_sealed_columns_are_not_on_the_list():
    assert {name for name, _, field in _columns() if isinstance(field, SealedDocument)} & set(CLEAR) == set()


def test_sealed_contracts_are_frozen_and_unique():
    contracts = [
        (field.contract, str(field.compartment), name)
        for name, _, field in _columns()
        if isinstance(field, SealedDocument)
    ]

    assert len({contract for contract, _, _ in contracts}) == len(contracts)
    assert sorted(contracts) == [
        ("cases.case.intake", "story", "cases.case.intake"),
        ("cases.case.limits", "story", "cases.case.limits"),
        ("cases.case.ordinary", "ordinary", "cases.case.ordinary"),
        ("cases.case.standing", "ordinary", "cases.case.standing"),
        ("cases.consent.story", "story", "cases.consent.story"),
        ("cases.incident.story", "story", "cases.incident.story"),
        ("cases.milestone.ordinary", "ordinary", "cases.milestone.ordinary"),
        ("cases.milestone.story", "story", "cases.milestone.story"),
        ("cases.need.story", "story", "cases.need.story"),
        ("cases.note.story", "story", "cases.note.story"),
        ("cases.participation.story", "story", "cases.participation.story"),
        ("cases.person.identity", "identity", "cases.person.identity"),
        ("cases.person.ordinary", "ordinary", "cases.person.ordinary"),
        ("cases.risk.story", "story", "cases.riskassessment.story"),
        ("cases.safe_contact.contact", "contact", "cases.safecontact.contact"),
        ("cases.safe_contact.story", "story", "cases.safecontact.story"),
        ("referrals.message.envelope", "envelope", "referrals.referralmessage.words"),
        ("referrals.referral.agreed", "agreed", "referrals.referral.agreed"),
        ("referrals.referral.answer", "envelope", "referrals.referral.answer"),
        ("referrals.referral.envelope", "envelope", "referrals.referral.envelope"),
        ("referrals.trace.envelope", "envelope", "referrals.referraltrace.trace"),
    ]


def test_key_rows_live_in_the_key_schema(db):
    declared = {model._meta.db_table for model in apps.get_models() if getattr(model, "key_schema", False)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'keys'")
        found = {name for (name,) in cursor.fetchall()}

    assert found == declared


def test_sessions_are_unlogged(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE oid = 'keys.vault_vaultsession'::regclass")

        assert cursor.fetchone() == ("u",)
