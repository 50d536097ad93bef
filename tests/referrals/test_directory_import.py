"""Importing a directory: again and again, whole or not at all, and never making police harmless."""

import datetime
import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.log.models import Entry
from cellule.accounts.models import Organisation
from referrals.hsds.loading import NotImported, Plan, load
from referrals.hsds.records import read_directory
from referrals.models import Agency, Agreement, Service
from tests.referrals.agencies import agreement
from tests.referrals.files import key, organisation, page, place, service, term


def _import(document: Any, **options: Any) -> Plan:
    return load(read_directory(document), **options)


def _rows() -> list[list[dict]]:
    return [list(model.objects.order_by("pk").values()) for model in (Agency, Service)]


def _said(plan: Plan) -> list[tuple[str, bool, tuple[str, ...]]]:
    return [(change.row.name, change.is_new, change.fields) for change in plan.changes]


def test_first_import_makes_everything(db):
    plan = _import(organisation(services=[service("a"), service("b")]))

    assert _said(plan) == [("Clinique du Phare", True, ()), ("a", True, ()), ("b", True, ())]
    assert Agency.objects.get().imported_on == timezone.localdate()
    assert {each.agency.name for each in Service.objects.all()} == {"Clinique du Phare"}
    references = [
        *Agency.objects.values_list("reference", flat=True),
        *Service.objects.values_list("reference", flat=True),
    ]
    assert len(set(references)) == 3


def test_same_file_again_changes_nothing(db):
    document = organisation(services=[service("a", service_at_locations=[place()], languages=[{"code": "fr"}])])
    _import(document)
    before = _rows()

    plan = _import(document)

    assert (plan.changes, plan.unchanged, _rows()) == ([], 2, before)


def test_day_of_the_last_import_moves_on(db, time_machine):
    _import(organisation())
    time_machine.move_to(timezone.now() + datetime.timedelta(days=3), tick=False)

    _import(organisation())

    assert Agency.objects.get().imported_on == timezone.localdate()


def test_what_differs_is_changed_and_keeps_its_reference(db):
    _import(organisation(services=[service(wait_time="Un mois", alert="Complet.")]))
    (before,) = Service.objects.values("pk", "reference")

    plan = _import(organisation(description="Autre texte.", services=[service(wait_time="Une semaine")]))

    assert _said(plan) == [
        ("Clinique du Phare", False, ("description",)),
        ("Consultation", False, ("wait", "alert")),
    ]
    (kept,) = Service.objects.all()
    assert (kept.pk, kept.reference, kept.wait, kept.alert) == (before["pk"], before["reference"], "Une semaine", "")


def test_service_that_is_gone_from_its_organisation_rests(db):
    _import(page(organisation(services=[service("a"), service("b")]), organisation("Autre", services=[service("c")])))

    _import(organisation(services=[service("b")]))

    assert dict(Service.objects.values_list("name", "status")) == {"a": "inactive", "b": "active", "c": "active"}


@pytest.mark.parametrize(
    "document",
    [
        organisation(),
        page(organisation()),
        service("b", organization=organisation()),
        page(service("b", organization=organisation())),
    ],
)
def test_file_that_holds_not_all_services_ends_none(db, document):
    _import(organisation(services=[service("a"), service("b")]))

    _import(document)

    assert set(Service.objects.values_list("status", flat=True)) == {"active"}


def test_service_comes_back(db):
    _import(organisation(services=[service()]))
    _import(organisation(services=[]))

    _import(organisation(services=[service()]))

    assert Service.objects.get().status == "active"


def test_short_list_leaves_what_it_does_not_speak_of(db):
    owner = organisation(phones=[{"number": "514 555-0100"}], attributes=[term("Shelter")])
    whole = service(
        languages=[{"code": "fr"}], required_documents=[{"document": "Aucun"}], description="Long.", wait_time="Un an"
    )
    _import({**owner, "services": [whole]})

    _import(page(service(wait_time="", organization=organisation())))

    agency, kept = Agency.objects.get(), Service.objects.get()
    assert (agency.phone, agency.kind) == ("+15145550100", "shelter")
    assert (kept.languages, kept.asks_papers, kept.description, kept.wait) == (["fra"], "no", "Long.", "")
    assert Service.objects.filter(search__holds="long").exists()


def test_short_list_reveals_no_secret_address(db):
    _import(organisation(services=[service(service_at_locations=[place(secret="attribute")])]))

    _import(page(service(service_at_locations=[place()], organization=organisation())))

    kept = Service.objects.get()
    assert (kept.address, kept.address_hidden) == ("", True)


def test_service_without_its_organisation_finds_it_from_before(db):
    _import(organisation())

    _import(page(service(organization_id=key("Clinique du Phare").upper())))

    assert Service.objects.get().agency.name == "Clinique du Phare"


def test_agency_with_a_new_name_is_found_by_it(db):
    _import(organisation(services=[service()]))

    _import(page({**organisation(), "name": "Clinique de la Balise"}))

    assert Service.objects.filter(search__holds="balise consult").exists()


# --- Nothing half-imported --------------------------------------------------------------------------


REFUSED = {
    "a problem in the last line": (
        page(organisation("Nouvel"), organisation("b", services=[service("x"), service("y", status="?")])),
        ["$.contents[1].services[1].status"],
    ),
    "an organization that nobody knows": (page(service("x", organization_id="nobody")), ["$.contents[0]"]),
    "a service of somebody else": (organisation("b", services=[service()]), ["$.services[0]"]),
}


@pytest.mark.parametrize(("document", "places"), REFUSED.values(), ids=REFUSED)
def test_problem_refuses_all_of_it(db, document, places):
    _import(organisation(services=[service()]))
    before = _rows()
    directory = read_directory(document)

    with pytest.raises(NotImported):
        load(directory)

    assert [problem.place for problem in directory.found.problems] == places
    assert _rows() == before


def test_dry_run_tells_and_writes_nothing(db):
    _import(organisation(services=[service("a")]))
    before, entries = _rows(), Entry.objects.count()

    plan = _import(organisation(services=[service("b")]), dry_run=True)

    assert _said(plan) == [("b", True, ()), ("a", False, ("status",))]
    assert (_rows(), Entry.objects.count()) == (before, entries)


def test_import_is_an_entry_of_the_house(db):
    _import(organisation())

    entry = Entry.objects.of_action("referrals.directory_imported").get()
    assert (entry.actor_role, entry.subject_type) == ("system", "referrals.agency")


# --- Police and border ------------------------------------------------------------------------------


def test_police_stays_police_whatever_a_file_says_later(db):
    _import({**organisation(), "name": "Police imaginaire"})

    _import({**organisation(attributes=[term("Shelter")]), "name": "Maison d’accueil"})

    kept = Agency.objects.get()
    assert (kept.name, kept.kind, kept.may_receive) == ("Maison d’accueil", "police", False)


def test_branch_of_police_is_police(db):
    _import({**organisation("a"), "name": "Police imaginaire"})
    child = organisation("b", parent_organization_id=key("a"))
    _import(page(child, organisation("c", parent_organization_id=key("b"))))

    assert {each.kind for each in Agency.objects.all()} == {"police"}


@pytest.mark.parametrize("brief", [True, False])
def test_agency_with_an_agreement_that_turns_out_to_be_police_stops_the_import(db, supervisor, brief):
    _import(organisation())
    agreement(Agency.objects.get(), by=supervisor)
    named = {**organisation(), "name": "Police imaginaire"}
    directory = read_directory(page(named) if brief else named)

    with pytest.raises(NotImported):
        load(directory)

    assert [problem.place for problem in directory.found.problems] == ["$.contents[0]" if brief else "$"]
    assert Agency.objects.get().name == "Clinique du Phare"
    kept = Agreement.objects.get()
    kept.end(by=supervisor)
    _import(named)
    assert Agency.objects.get().kind == "police"


def test_agency_whose_people_sign_in_is_not_made_police_either(db):
    _import(organisation())
    Agency.objects.update(organisation=Organisation.objects.create(name="Organisme fictif"))
    directory = read_directory(page(service(organization={**organisation(), "alternate_name": "SPVM"})))

    with pytest.raises(NotImported):
        load(directory)

    assert len(directory.found.problems) == 1


def test_one_word_of_police_among_many_repetitions_is_enough():
    repeated = [service(str(number), organization=organisation()) for number in range(3)]
    repeated[1]["organization"]["alternate_name"] = "SPVM"

    (agency,) = read_directory(page(*repeated)).agencies.values()

    assert agency.fields["kind"] == "police"


# --- The command -----------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    def written(document: Any) -> str:
        path = tmp_path / "directory.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return written


def test_command_tells_what_it_did(db, file):
    out = StringIO()

    call_command("import_directory", file(organisation(services=[service()])), stdout=out)

    assert re.findall(r"\d+", out.getvalue()) == ["2", "0", "0"]
    assert Service.objects.count() == 1


def test_command_tells_each_change_of_a_dry_run(db, file):
    out = StringIO()

    call_command("import_directory", file(organisation(services=[service()])), "--dry-run", stdout=out)

    told = out.getvalue().splitlines()
    assert [line.partition(" – ")[2].partition(":")[0] for line in told[:2]] == ["Clinique du Phare", "Consultation"]
    assert Agency.objects.count() == 0


def test_command_names_every_problem_and_fails(db, file):
    err = StringIO()
    document = page(organisation(name=""), organisation("b", services=[service(status="?")]))

    with pytest.raises(CommandError):
        call_command("import_directory", file(document), stderr=err)

    assert [line.partition(":")[0] for line in err.getvalue().splitlines()] == [
        "$.contents[0].name",
        "$.contents[1].services[0].status",
    ]
    assert Agency.objects.count() == 0


def test_command_refuses_what_is_no_file(db, tmp_path):
    with pytest.raises(CommandError):
        call_command("import_directory", str(tmp_path / "nowhere.json"))
