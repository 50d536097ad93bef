"""No police or border body receives anything, by any path: policy, step, import, and every statement to the database."""

import datetime
import uuid
from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.log.record import record
from cellule.accounts.models import Organisation
from cellule.enforcement import enforcement_in
from referrals import policies
from referrals.actions import AGREEMENT_DRAFTED
from referrals.models import APART, Agency, AgencyKind, Agreement, AgreementState
from tests.referrals.agencies import agency, agreement

APART_KINDS = pytest.mark.parametrize("kind", APART)


@pytest.fixture
def partner(db) -> Organisation:
    return Organisation.objects.create(name="Organisme partenaire fictif")


def _run(statement: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _refusal(act) -> str:
    """The wall that refuses, at the latest when the transaction is to be kept."""
    with pytest.raises(IntegrityError) as refused, _kept():
        act()
    return refused.value.__cause__.diag.constraint_name


@contextmanager
def _kept():
    """A transaction that comes as far as its commit."""
    with transaction.atomic():
        yield
        _run("SET CONSTRAINTS ALL IMMEDIATE")


# --- An agreement ----------------------------------------------------------------------------------


@APART_KINDS
def test_nobody_may_agree_with_it(db, supervisor, kind):
    body = agency(name="Corps fictif", kind=kind)

    assert policies.may_agree(body, supervisor.user) is False
    with pytest.raises(PermissionDenied):
        agreement(body, by=supervisor)
    assert Agreement.objects.count() == 0


def _row(body: Agency) -> Agreement:
    today = timezone.localdate()
    return Agreement(agency=body, number="1", starts_on=today, ends_on=today, signed_on=today)


_COLUMNS = "id, agency_id, number, starts_on, ends_on, signed_on, state, version"
INSERTS = {
    "constructor": lambda body: _row(body).save(force_insert=True),
    "bulk": lambda body: Agreement.objects.bulk_create([_row(body)]),
    "raw SQL": lambda body: _run(
        f"INSERT INTO referrals_agreement ({_COLUMNS})"
        " VALUES (%(id)s, %(body)s, '1', %(day)s, %(day)s, %(day)s, 'draft', 1)",
        id=uuid.uuid4(),
        body=body.pk,
        day=datetime.date(2026, 1, 1),
    ),
}


@APART_KINDS
@pytest.mark.parametrize("insert", INSERTS.values(), ids=INSERTS)
def test_no_statement_gives_it_an_agreement(db, supervisor, kind, insert):
    body = agency(name="Corps fictif", kind=kind)

    def act() -> None:
        record(
            AGREEMENT_DRAFTED,
            by=supervisor.actor,
            subject_type="referrals.agreement",
            reference=body.reference,
        )
        insert(body)

    assert _refusal(act) == "agreement_agency_may_receive"


@APART_KINDS
def test_agreement_of_another_agency_is_not_brought_over(db, supervisor, kind):
    kept, body = agreement(agency(), by=supervisor, in_force=True), agency(name="Corps fictif", kind=kind)

    assert _refusal(lambda: Agreement.objects.filter(pk=kept.pk).update(agency=body)) == "agreement_agency_may_receive"


@APART_KINDS
@pytest.mark.parametrize("steps", [[], ["put_in_force"], ["put_in_force", "suspend"]])
def test_agency_with_an_agreement_does_not_become_one(db, supervisor, kind, steps):
    body = agency()
    kept = agreement(body, by=supervisor)
    for step in steps:
        getattr(kept, step)(by=supervisor)

    assert _refusal(lambda: Agency.objects.filter(pk=body.pk).update(kind=kind)) == "agreement_agency_may_receive"
    assert (
        _refusal(lambda: _run("UPDATE referrals_agency SET kind = %(kind)s", kind=kind.value))
        == "agreement_agency_may_receive"
    )


def test_agency_whose_agreement_has_ended_may_turn_out_to_be_one(db, supervisor):
    body = agency()
    kept = agreement(body, by=supervisor, in_force=True)
    kept.end(by=supervisor)

    Agency.objects.filter(pk=body.pk).update(kind=AgencyKind.POLICE)

    assert Agency.objects.get().may_receive is False
    with pytest.raises(PermissionDenied):
        agreement(Agency.objects.get(), by=supervisor, number="2")
    # Nor does the ended one come back.
    assert _refusal(lambda: _run("UPDATE referrals_agreement SET state = 'in_force'")) == "referrals_agreement_moves"


@pytest.mark.parametrize("column", ["may_receive", "binds"])
def test_nobody_writes_what_the_database_writes(db, supervisor, column):
    kept = agreement(agency(), by=supervisor)
    table = {"may_receive": "referrals_agency", "binds": "referrals_agreement"}[column]

    with pytest.raises(Exception, match=f'column "{column}" can only be updated to DEFAULT'), transaction.atomic():
        _run(f"UPDATE {table} SET {column} = false")
    assert (kept.agency.may_receive, kept.binds) == (True, True)


# --- People ----------------------------------------------------------------------------------------


@APART_KINDS
def test_nobody_of_it_signs_in(partner, kind):
    body = agency(name="Corps fictif", kind=kind)

    assert (
        _refusal(lambda: Agency.objects.filter(pk=body.pk).update(organisation=partner)) == "agency_apart_has_no_people"
    )
    assert _refusal(lambda: agency(name="Autre corps", kind=kind, organisation=partner)) == "agency_apart_has_no_people"


@APART_KINDS
def test_agency_with_people_does_not_become_one(partner, kind):
    body = agency(organisation=partner)

    assert _refusal(lambda: Agency.objects.filter(pk=body.pk).update(kind=kind)) == "agency_apart_has_no_people"


# --- Another name ----------------------------------------------------------------------------------


@APART_KINDS
@pytest.mark.parametrize("other", [kind for kind in AgencyKind if kind not in APART])
def test_it_stays_what_it_is(db, kind, other):
    body = agency(name="Corps fictif", kind=kind)

    assert _refusal(lambda: Agency.objects.filter(pk=body.pk).update(kind=other, name="Aide")) == "agency_stays_apart"
    assert (
        _refusal(lambda: _run("UPDATE referrals_agency SET kind = %(kind)s", kind=other.value)) == "agency_stays_apart"
    )


POLICE = [
    "SPVM",
    "S.P.V.M. – Poste de quartier 38",
    "Service de police de la Ville de Montréal",
    "Section de la POLICE communautaire",
    "Fraternité des policières et policiers",
    "Sûreté du Québec",
    "SURETE  DU QUEBEC",
    "SQ, poste de la MRC",
    "Gendarmerie royale du Canada",
    "GRC",
    "Royal Canadian Mounted Police",
    "RCMP",
    "Law Enforcement Victim Unit",
    "Bureau du shérif",
]
BORDER = [
    "Agence des services frontaliers du Canada",
    "ASFC",
    "Canada Border Services Agency",
    "C.B.S.A.",
    "IRCC – Exécution de la loi",
    "Immigration, Réfugiés et Citoyenneté Canada",
    "Immigration, Refugees and Citizenship Canada",
    "Centre de surveillance de l’Immigration",
    "Immigration Holding Centre",
    "Contrôle des frontières",
]
HARMLESS = [
    "Médecins sans frontières",
    "Avocats sans frontières",
    "Clinique juridique fictive du Phare",
    "Ville de Montréal, Bureau d’intégration",
    "Association des avocates en droit de l’immigration",
    "Politique de la ville, centre de recherche",
    "Sécurité alimentaire du quartier",
]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "police") for name in POLICE),
        *((name, "border") for name in BORDER),
        *((name, "") for name in HARMLESS),
    ],
)
def test_names_tell_what_a_body_is(name, kind):
    assert enforcement_in([name]) == kind


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://spvm.qc.ca/fr/", "police"),
        ("aide@police.exemple", "police"),
        ("http://www.cbsa-asfc.gc.ca", "border"),
        ("https://www.rcmp-grc.gc.ca/victimes", "police"),
        ("https://organisme.example/police", ""),
        ("police@organisme.example", ""),
    ],
)
def test_addresses_tell_what_a_body_is(address, kind):
    assert enforcement_in([], [address]) == kind


@pytest.mark.parametrize("name", [*POLICE, *BORDER])
def test_no_statement_keeps_its_name_under_a_harmless_kind(db, name):
    assert _refusal(lambda: agency(name=name, kind=AgencyKind.SUPPORT)) == "agency_apart_by_its_name"
    harmless = agency()
    assert _refusal(lambda: Agency.objects.filter(pk=harmless.pk).update(name=name)) == "agency_apart_by_its_name"


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_names_are_kept_as_they_are(db, name):
    assert agency(name=name).may_receive is True


# --- The agreement itself ----------------------------------------------------------------------------


def test_agreement_is_in_force_between_its_days_only(db, supervisor):
    day = timezone.localdate()
    kept = agreement(agency(), by=supervisor, starts_on=day, ends_on=day + datetime.timedelta(days=1), in_force=True)
    days = [day + datetime.timedelta(days=number) for number in (-1, 0, 1, 2)]

    assert [kept.is_in_force(on) for on in days] == [False, True, True, False]
    assert [Agreement.objects.in_force(on).exists() for on in days] == [False, True, True, False]
    kept.suspend(by=supervisor)
    assert [kept.is_in_force(on) for on in days] == [False] * 4


def test_every_state_has_its_meaning_in_the_database(db, supervisor):
    kept = agreement(agency(), by=supervisor, in_force=True)
    changes = {
        "agreement_in_force_is_signed": {"signed_on": None},
        "agreement_days_are_in_order": {"ends_on": kept.starts_on - datetime.timedelta(days=1)},
        "agreement_state_is_known": {"state": "nonsense"},
    }
    found = {name: _refusal(lambda change=change: _update(kept, change)) for name, change in changes.items()}

    assert found == {name: name for name in changes} | {"agreement_state_is_known": "referrals_agreement_moves"}
    assert {state.value for state in AgreementState} == {"draft", "in_force", "suspended", "ended"}


def _update(kept: Agreement, change: dict) -> None:
    Agreement.objects.filter(pk=kept.pk).update(**change)
