"""An organisation of a directory as an agency. Contacts by name, taxes, funding and history are not kept."""

from dataclasses import replace
from typing import Any

from referrals.hsds.contacts import mail, telephone, website
from referrals.hsds.places import Findings, Node
from referrals.hsds.terms import kind_of

_SOURCES = {
    "description": ["description"],
    "kind": ["attributes"],
    "website": ["website"],
    "email": ["email"],
    "phone": ["phones"],
}


def read_agency(node: Node, found: Findings) -> dict[str, Any]:
    """Give the model's fields and those of them it is `silent` on, the alternate name, the body above it."""
    node = replace(node, found=found)
    name, alternate = node.required("name"), node.line("alternate_name")
    site, address = website(node, "website"), mail(node)
    # Also what is not kept may tell that a body is not harmless.
    hosts = [node.line("website", 500), node.line("email", 254), node.line("uri", 500)]
    return {
        "fields": {
            "name": name,
            "description": node.text("description"),
            "kind": kind_of([name, alternate, node.line("legal_status", 500)], terms_of(node), hosts),
            "website": site,
            "email": address,
            "phone": telephone(node.many("phones")),
        },
        "silent": node.silent(_SOURCES),
        "alternate": alternate,
        "parent": node.line("parent_organization_id", 100).lower(),
    }


def terms_of(node: Node | None) -> list[str]:
    """Codes and names of the words of taxonomies that are tied to something, each once."""
    if node is None:
        return []
    terms = [attribute.one("taxonomy_term") for attribute in node.many("attributes")]
    named = [term.line(name, 200) for term in terms if term is not None for name in ("code", "name")]
    return list(dict.fromkeys(filter(None, named)))
