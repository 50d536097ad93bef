"""Putting a directory that was read into the tables: all of it, or nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.log.actor import Actor
from audit.log.record import record
from cellule.references import new_reference
from referrals.actions import DIRECTORY_IMPORTED
from referrals.hsds.records import AgencyRecord, Directory, ServiceRecord, follow_parents
from referrals.models import APART, Agency, Agreement, AgreementState, Service, ServiceStatus
from referrals.words import words_in

BATCH = 500
_LOCK = 7_301_522
_AGENCY_FIELDS = ("name", "description", "kind", "website", "email", "phone")

type Progress = Callable[[int, int], None]


class NotImported(Exception):
    """There are problems in the file; `directory.found` says which. Nothing was written."""


@dataclass(frozen=True)
class Change:
    """One row that an import makes or changes; `fields` are those that differ, none for a new one."""

    row: Agency | Service
    is_new: bool
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        kind = self.row._meta.verbose_name
        said = pgettext("an imported record", "new") if self.is_new else ", ".join(self._labels())
        return f"{kind} – {self.row.name}: {said}"

    def _labels(self) -> list[str]:
        fields = {each.name: each.verbose_name for each in self.row._meta.concrete_fields}
        return [str(fields[name]) for name in self.fields if name != "sort_key"]


@dataclass
class Plan:
    """What an import writes."""

    agencies: list[Change] = field(default_factory=list)
    services: list[Change] = field(default_factory=list)
    renamed: dict[Any, str] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def changes(self) -> list[Change]:
        return [*self.agencies, *self.services]


def load(directory: Directory, *, dry_run: bool = False, progress: Progress | None = None) -> Plan:
    """Write what was read, as the house itself; with `dry_run` only find out what that would change.

    Raises NotImported, when there is any problem.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One import after the other.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        plan = _planned(directory)
        if directory.found.problems:
            raise NotImported
        if not dry_run:
            _write(plan, directory, progress or (lambda done, of: None))
            record(DIRECTORY_IMPORTED, by=Actor.system(), subject_type=Agency._meta.label_lower)
    return plan


# --- What would change ------------------------------------------------------------------------------


def _planned(directory: Directory) -> Plan:
    plan, taken = Plan(), _References()
    agencies = {row.hsds_id: row for row in Agency.objects.select_for_update(of=("self",)).filter(_ids_of(directory))}
    _refuse_apart(directory, agencies)
    for key, told in directory.agencies.items():
        row = agencies.get(key)
        if row is not None and row.kind in APART and told.fields["kind"] not in APART:
            told.fields["kind"] = row.kind
        if row is not None and row.name != told.fields["name"]:
            plan.renamed[row.pk] = told.fields["name"]
        if row is None:
            row = agencies[key] = Agency(hsds_id=key, reference=taken.new(), imported_on=timezone.localdate())
            plan.agencies.append(_made(row, told.fields))
        elif not _put(plan.agencies, row, _said(told)):
            plan.unchanged += 1
    services = {row.hsds_id: row for row in Service.objects.defer("search").filter(hsds_id__in=directory.services)}
    for key, about in directory.services.items():
        agency = agencies.get(about.agency)
        if agency is None:
            directory.found.problem(about.place, _("Its organization is neither in this file nor imported before."))
            continue
        _plan_service(plan, taken, directory, services.get(key), key, about, agency)
    _plan_ends(plan, directory, agencies)
    return plan


def _ids_of(directory: Directory) -> Q:
    return Q(hsds_id__in={*directory.agencies, *(each.agency for each in directory.services.values())})


def _refuse_apart(directory: Directory, agencies: dict[str, Agency]) -> None:
    """Who works with us and is police by its new data: a person must look at that before anything else happens."""
    bound = set(Agreement.objects.exclude(state=AgreementState.ENDED).values_list("agency", flat=True))
    follow_parents(directory.agencies, dict(Agency.objects.filter(kind__in=APART).values_list("hsds_id", "kind")))
    for key, told in directory.agencies.items():
        row = agencies.get(key)
        if row is not None and told.fields["kind"] in APART and (row.pk in bound or row.organisation_id):
            directory.found.problem(
                told.place,
                _("By this file it is a police or border body, and we have an agreement with it. End that first."),
            )


def _plan_service(
    plan: Plan,
    taken: "_References",
    directory: Directory,
    row: Service | None,
    key: str,
    told: ServiceRecord,
    agency: Agency,
) -> None:
    known = directory.agencies.get(told.agency)
    named = [known.fields["name"], known.alternate] if known else [agency.name]
    words = [*told.searched, *(word for name in named for word in words_in(name))]
    if row is None:
        new = Service(hsds_id=key, reference=taken.new(), agency=agency)
        plan.services.append(_made(new, {**told.fields, "words": _each_once(words)}))
        return
    if row.agency_id != agency.pk:
        directory.found.problem(told.place, _("An earlier import has this service under another organization."))
        return
    fields = _said(told)
    if told.silent:
        words = [*row.words.split(), *words]
        if row.address_hidden:
            # A short list may leave out the very mark of a secret place.
            fields = {name: value for name, value in fields.items() if name not in {"address", "address_hidden"}}
    if not _put(plan.services, row, {**fields, "words": _each_once(words)}):
        plan.unchanged += 1


def _said(told: AgencyRecord | ServiceRecord) -> dict[str, Any]:
    """What a file says of a row that exists; a short list leaves the rest as it is, but never takes police as harmless."""
    silent = told.silent - ({"kind"} if told.fields.get("kind") in APART else set())
    return {name: value for name, value in told.fields.items() if name not in silent}


def _each_once(words: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(words))


def _plan_ends(plan: Plan, directory: Directory, agencies: dict[str, Agency]) -> None:
    """What an organisation does not offer any more rests; it is never deleted."""
    complete = [agencies[key].pk for key, told in directory.agencies.items() if told.is_complete]
    gone = Service.objects.defer("search").active().filter(agency__in=complete).exclude(hsds_id__in=directory.services)
    for row in gone:
        _put(plan.services, row, {"status": ServiceStatus.INACTIVE})


def _made(row: Agency | Service, fields: dict[str, Any]) -> Change:
    for name, value in fields.items():
        setattr(row, name, value)
    return Change(row, is_new=True)


def _put(changes: list[Change], row: Agency | Service, fields: dict[str, Any]) -> bool:
    """Put values into a row that exists; says whether any differed."""
    differing = tuple(name for name, value in fields.items() if getattr(row, name) != value)
    for name in differing:
        setattr(row, name, fields[name])
    if differing:
        changes.append(Change(row, is_new=False, fields=differing))
    return bool(differing)


class _References:
    """New references that neither an agency nor a service has."""

    def __init__(self) -> None:
        self._taken = {*Agency.objects.values_list("reference", flat=True)}
        self._taken |= {*Service.objects.values_list("reference", flat=True)}

    def new(self) -> str:
        while (reference := new_reference()) in self._taken:
            pass
        self._taken.add(reference)
        return reference


# --- Writing ----------------------------------------------------------------------------------------


def _write(plan: Plan, directory: Directory, progress: Progress) -> None:
    done, of = 0, len(plan.changes)
    service_fields = [field.name for field in Service._meta.concrete_fields if not field.generated]
    kept = {"id", "agency", "reference", "hsds_id"}
    for changes, fields in (
        (plan.agencies, list(_AGENCY_FIELDS)),
        (plan.services, [name for name in service_fields if name not in kept]),
    ):
        for rows in _batches([change.row for change in changes]):
            type(rows[0])._default_manager.bulk_create(
                rows, update_conflicts=True, unique_fields=["hsds_id"], update_fields=fields
            )
            done += len(rows)
            progress(done, of)
    Agency.objects.filter(hsds_id__in=directory.agencies).update(imported_on=timezone.localdate())
    _find_renamed(plan)


def _find_renamed(plan: Plan) -> None:
    """Services that were not in the file are found by their agency's new name too."""
    written = {change.row.pk for change in plan.services}
    resting = Service.objects.defer("search").filter(agency__in=plan.renamed).exclude(pk__in=written)
    for service in resting:
        words = [*service.words.split(), *words_in(plan.renamed[service.agency_id])]
        Service.objects.filter(pk=service.pk).update(words=_each_once(words))


def _batches(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
