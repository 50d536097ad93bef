"""The shapes in which a directory comes: one organisation, one service, a page of either, or tables."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from referrals.hsds.places import Findings, Node, nodes

# What tells that an object with an id and a name is something else: a place, a link to one, a word of a taxonomy.
_OF_OTHERS = (
    "location_type",
    "location",
    "service",
    "version",
    "taxonomy",
    "taxonomy_id",
    "taxonomy_detail",
    "term_uri",
)
_OF_SERVICES = ("status", "organization", "organization_id", "service_at_locations")
_TABLES = ("organizations", "services")

# What a table says of another one's rows: by the name nested files use, the table and the column that leads back.
_OF_ANY_SERVICE = {
    "phones": ("phones", "service_id"),
    "schedules": ("schedules", "service_id"),
    "service_areas": ("service_areas", "service_id"),
    "languages": ("languages", "service_id"),
    "required_documents": ("required_documents", "service_id"),
    "cost_options": ("cost_options", "service_id"),
    "capacities": ("service_capacities", "service_id"),
    "attributes": ("attributes", "link_id"),
    "service_at_locations": ("service_at_location", "service_id"),
}
_OF_ANY_ORGANISATION = {
    "phones": ("phones", "organization_id"),
    "attributes": ("attributes", "link_id"),
    "services": ("services", "organization_id"),
}


def organisations_and_services(document: Any, found: Findings) -> tuple[list[Node], list[Node]]:
    """Give the organisations of a file and the services that stand there by themselves; a problem for any other file."""
    organisations, services = _sorted(document, found)
    if not organisations and not services and not found.problems:
        found.problem("$", _("There is no organization and no service in this file."))
    return organisations, services


def _sorted(document: Any, found: Findings) -> tuple[list[Node], list[Node]]:
    if not isinstance(document, dict):
        found.problem("$", _("This file must hold one object: an organization, a service, a page of them, or tables."))
        return [], []
    if _is_tabular(document):
        return _Tables(document, found).organisations_and_services()
    is_page = "contents" in document
    items = nodes(document["contents"], "$.contents", found) if is_page else [Node(document, "$", found)]
    for item in items:
        item.is_brief = is_page and "services" not in item
    services = [item for item in items if _is_service(item)]
    return [item for item in items if _is_organisation(item)], services


def _is_tabular(document: Mapping[str, Any]) -> bool:
    tables = {name.removesuffix(".csv") for name, rows in document.items() if isinstance(rows, list)}
    return "id" not in document and any(name in tables for name in _TABLES)


def _is_other(item: Node) -> bool:
    return any(name in item for name in _OF_OTHERS) or not any(name in item for name in ("id", "name"))


def _is_service(item: Node) -> bool:
    return not _is_other(item) and any(name in item for name in _OF_SERVICES)


def _is_organisation(item: Node) -> bool:
    return not _is_other(item) and not any(name in item for name in _OF_SERVICES)


class _Tables:
    """Tables that lead to each other by identifiers, read as if they were nested."""

    def __init__(self, document: Mapping[str, Any], found: Findings) -> None:
        self._rows = {name.removesuffix(".csv"): nodes(rows, f'$["{name}"]', found) for name, rows in document.items()}
        self._grouped: dict[tuple[str, str], dict[str, list[Node]]] = {}

    def organisations_and_services(self) -> tuple[list[Node], list[Node]]:
        organisations = self._rows.get("organizations", [])
        there = {str(each.data.get("id")) for each in organisations}
        services = self._rows.get("services", [])
        for each in self._rows.get("attributes", []):
            self._join(each, {"taxonomy_term": ("taxonomy_terms", "id")}, by="taxonomy_term_id")
        for each in self._rows.get("locations", []):
            self._join(each, {"addresses": ("addresses", "location_id"), "attributes": ("attributes", "link_id")})
        for each in self._rows.get("service_at_location", []):
            self._join(each, {"location": ("locations", "id")}, by="location_id")
            self._join(each, {name: (name, "service_at_location_id") for name in ("phones", "schedules")})
        for each in services:
            self._join(each, _OF_ANY_SERVICE)
        for each in organisations:
            self._join(each, _OF_ANY_ORGANISATION)
        return organisations, [each for each in services if str(each.data.get("organization_id")) not in there]

    def _join(self, row: Node, tables: Mapping[str, tuple[str, str]], *, by: str = "id") -> None:
        for name, (table, column) in tables.items():
            row.joined[name] = self._by(table, column).get(str(row.data.get(by)), [])

    def _by(self, table: str, column: str) -> dict[str, list[Node]]:
        if (table, column) not in self._grouped:
            grouped: dict[str, list[Node]] = defaultdict(list)
            for row in self._rows.get(table, []):
                grouped[str(row.data.get(column))].append(row)
            self._grouped[table, column] = dict(grouped)
        return self._grouped[table, column]
