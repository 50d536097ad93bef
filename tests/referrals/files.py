"""Directories as files hold them, written for tests; what is not said is made up."""

import uuid
from typing import Any

_WORLD = uuid.UUID("3c5d7f3c-6c7f-4a2e-9b5c-3c5f4e6d7a80")


def key(name: Any) -> str:
    """The identifier of what has this name."""
    return str(uuid.uuid5(_WORLD, str(name)))


def service(name: Any = "Consultation", **told: Any) -> dict[str, Any]:
    return {"id": key(name), "name": name, "status": "active", **told}


def organisation(name: Any = "Clinique du Phare", **told: Any) -> dict[str, Any]:
    return {"id": key(name), "name": name, "description": "Organisme fictif.", **told}


def page(*contents: dict[str, Any]) -> dict[str, Any]:
    return {"total_items": len(contents), "page_number": 1, "contents": list(contents)}


def term(name: str, code: str = "") -> dict[str, Any]:
    """An attribute that ties a word of a taxonomy to something."""
    return {"id": key(f"attribute {name}"), "taxonomy_term": {"id": key(name), "name": name, "code": code or None}}


def place(*, secret: str = "", **told: Any) -> dict[str, Any]:
    """A service at a location with an address; `secret` says how the address is marked as secret."""
    street = {"id": key("address"), "address_1": "12, rue Inventée", "city": "Montréal", "postal_code": "H2J 0A0"}
    location: dict[str, Any] = {"id": key("place"), "location_type": "physical", "addresses": [street], **told}
    if secret == "virtual":
        location["location_type"] = "virtual"
    elif secret == "attribute":
        location["attributes"] = [term("Hidden address", "address_hidden")]
    elif secret == "redacted":
        location["location_type"] = "redacted"
    return {"id": key("service at place"), "location": location}
