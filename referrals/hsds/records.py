"""A directory as it was read: agencies and services in the fields of our models, and all that was found on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from referrals.hsds.agencies import read_agency
from referrals.hsds.offers import read_service
from referrals.hsds.places import Findings, Node
from referrals.hsds.shapes import organisations_and_services
from referrals.models import APART, AgencyKind


@dataclass
class AgencyRecord:
    """`fields` are those of the model, `silent` those on which a short list says nothing.

    `is_complete`: whether the file holds all of its services.
    """

    place: str
    fields: dict[str, Any]
    silent: frozenset[str]
    alternate: str
    parent: str
    is_complete: bool


@dataclass
class ServiceRecord:
    """`agency` is an agency's identifier in the directory; `fields` are those of the model; `searched` beside them."""

    place: str
    agency: str
    fields: dict[str, Any]
    silent: frozenset[str]
    searched: list[str]


@dataclass
class Directory:
    """By identifier. With problems in `found` it is not to be imported."""

    agencies: dict[str, AgencyRecord] = field(default_factory=dict)
    services: dict[str, ServiceRecord] = field(default_factory=dict)
    found: Findings = field(default_factory=Findings)
    strange: dict[str, str] = field(default_factory=dict)


def read_directory(document: Any) -> Directory:
    """Read what `json` made of a file, in any of its shapes."""
    directory = Directory()
    organisations, services = organisations_and_services(document, directory.found)
    for organisation in organisations:
        agency = _add_agency(directory, organisation)
        for service in organisation.many("services"):
            _add_service(directory, service, agency, organisation)
    for service in services:
        owner = service.one("organization")
        if owner is not None:
            agency = _add_agency(directory, owner, is_inside=True)
        else:
            agency = service.identifier("organization_id")
        _add_service(directory, service, agency, owner)
    follow_parents(directory.agencies, {})
    for term, place in directory.strange.items():
        directory.found.remark(place, _("The category “%(term)s” stands for no need here.") % {"term": term})
    return directory


def _add_agency(directory: Directory, node: Node, *, is_inside: bool = False) -> str:
    """Read an organisation; gives its identifier. One `is_inside` each of its services comes again and again."""
    key = node.identifier()
    node.is_brief |= is_inside
    known = directory.agencies.get(key)
    if known is None:
        is_complete = not is_inside and "services" in node
        read = read_agency(node, directory.found)
        directory.agencies[key] = AgencyRecord(place=node.place, is_complete=is_complete, **read)
    elif is_inside:
        # Whoever is police in one place of a file is so in all of them.
        kind = read_agency(node, Findings())["fields"]["kind"]
        known.fields["kind"] = kind if kind in APART else known.fields["kind"]
    else:
        directory.found.problem(node.at("id"), _("This identifier stands in the file twice."))
    return key


def _add_service(directory: Directory, node: Node, agency: str, owner: Node | None) -> None:
    key = node.identifier()
    if key and key in directory.services:
        directory.found.problem(node.at("id"), _("This identifier stands in the file twice."))
        return
    read = read_service(node, owner)
    for term in read.pop("strange"):
        directory.strange.setdefault(term, node.at("attributes"))
    directory.services[key] = ServiceRecord(place=node.place, agency=agency, **read)


def follow_parents(agencies: Mapping[str, AgencyRecord], apart: Mapping[str, str]) -> None:
    """A branch of a police or border body is one, however deep; `apart` are kinds of those known from before."""
    known = {**apart, **{key: each.fields["kind"] for key, each in agencies.items() if each.fields["kind"] in APART}}
    branches = {key: each for key, each in agencies.items() if key not in known and each.parent}
    while found := {key: each for key, each in branches.items() if each.parent in known and key not in known}:
        for key, each in found.items():
            known[key] = each.fields["kind"] = AgencyKind(known[each.parent])
