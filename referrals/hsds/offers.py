"""A service of a directory in the fields of our model; the address of a secret place is read only to be left out."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from referrals.hsds.agencies import terms_of
from referrals.hsds.contacts import mail, telephone, website
from referrals.hsds.hours import hours_of
from referrals.hsds.places import Node
from referrals.hsds.terms import (
    is_free,
    is_hidden,
    language_code,
    needs_of,
    papers_asked,
    sectors_in,
)
from referrals.models import ServiceStatus
from referrals.words import alphabetic, words_in

_STATUS = {
    "active": ServiceStatus.ACTIVE,
    "inactive": ServiceStatus.INACTIVE,
    "defunct": ServiceStatus.INACTIVE,
    "temporarily closed": ServiceStatus.INACTIVE,
}
_LINES = ("address_1", "address_2", "city", "state_province", "postal_code")
# Lines that lead to a door; a city does not.
_TELLING = ("address_1", "postal_code")
OLDEST = 150
# The places themselves say where they are, and whether that is secret.
_SOURCES = {
    "description": ["description"],
    "categories": ["attributes"],
    "languages": ["languages"],
    "interpretation": ["interpretation_services"],
    "sectors": ["service_areas"],
    "eligibility": ["eligibility_description"],
    "application": ["application_process"],
    "wait": ["wait_time"],
    "alert": ["alert"],
    "fees": ["fees_description", "fees"],
    "free": ["fees_description", "fees", "cost_options"],
    "min_age": ["minimum_age"],
    "max_age": ["maximum_age"],
    "asks_papers": ["attributes", "required_documents"],
    "papers": ["required_documents"],
    "hours": ["schedules", "service_at_locations"],
    "address": ["service_at_locations"],
    "address_hidden": ["service_at_locations"],
    "phone": ["phones", "service_at_locations"],
    "email": ["email"],
    "website": ["url"],
    "capacity": ["capacities", "service_capacities"],
    "assured_on": ["assured_date"],
}


def read_service(node: Node, organisation: Node | None) -> dict[str, Any]:
    """Give the model's fields and those of them it is `silent` on, words for the search, and unknown categories."""
    terms = terms_of(node)
    categories, strange = needs_of(terms_of_taxonomies(node))
    links = node.many("service_at_locations")
    places = [place for link in links if (place := link.one("location")) is not None]
    hidden = _is_hidden(terms, terms_of(organisation), places)
    documents = [each.text("document") for each in node.many("required_documents")]
    fees = node.text("fees_description") or node.text("fees")
    name = node.required("name")
    fields = {
        "name": name,
        "sort_key": alphabetic(name)[:400],
        "description": node.text("description"),
        "categories": categories,
        "languages": _languages(node.many("languages")),
        "interpretation": node.text("interpretation_services"),
        "sectors": sectors_in(_texts(node.many("service_areas"), "name", "description")),
        "eligibility": node.text("eligibility_description"),
        "application": node.text("application_process"),
        "wait": node.text("wait_time"),
        "alert": node.text("alert"),
        "fees": fees,
        "free": is_free(fees, _amounts(node.many("cost_options"))),
        **_ages(node),
        "asks_papers": papers_asked(terms, list(filter(None, documents))),
        "papers": "\n".join(filter(None, documents)),
        "hours": hours_of([*node.many("schedules"), *(each for link in links for each in link.many("schedules"))]),
        "address": "" if hidden else "\n".join(_addresses(places)),
        "address_hidden": hidden,
        "phone": telephone([*node.many("phones"), *(each for link in links for each in link.many("phones"))]),
        "email": mail(node),
        "website": website(node, "url"),
        "capacity": _capacity(node.many("capacities") or node.many("service_capacities")),
        "status": _status(node),
        "assured_on": node.day("assured_date"),
    }
    silent = node.silent(_SOURCES)
    if hidden:
        _refuse_what_tells(node, organisation, fields, places)
        silent -= {"address", "address_hidden"}
    return {"fields": fields, "silent": silent, "searched": _searched(node, fields, terms), "strange": strange}


def terms_of_taxonomies(node: Node) -> list[str]:
    """The names of a service's categories; the code stands for the name where it is one of ours."""
    terms = [attribute.one("taxonomy_term") for attribute in node.many("attributes")]
    found = []
    for term in filter(None, terms):
        code, name = term.line("code"), term.line("name")
        found.append(code if needs_of([code])[0] else name or code)
    return list(dict.fromkeys(filter(None, found)))


def _is_hidden(terms: list[str], of_agency: list[str], places: list[Node]) -> bool:
    """A place without a street is secret unless it is on the web; whatever marks one place as secret holds for all."""
    if is_hidden([*terms, *of_agency]):
        return True
    return any(
        place.line("location_type").lower() == "redacted"
        or is_hidden(terms_of(place))
        or (place.line("location_type").lower() == "virtual" and (not place.line("url", 500) or _addresses([place])))
        for place in places
    )


def _addresses(places: list[Node]) -> list[str]:
    """Each address on one line, at most five."""
    found = [
        ", ".join(filter(None, (address.line(line) for line in _LINES)))
        for place in places
        for address in place.many("addresses")
    ]
    return list(dict.fromkeys(filter(None, found)))[:5]


def _refuse_what_tells(node: Node, organisation: Node | None, fields: dict[str, Any], places: list[Node]) -> None:
    """A secret address must not stand in another text that is kept."""
    secret = {
        alphabetic(line).replace(" ", "")
        for place in places
        for address in place.many("addresses")
        for line in (address.line(name) for name in _TELLING)
        if len(line) > 4
    }
    kept = {node.at(name): value for name, value in fields.items() if isinstance(value, str)}
    kept[node.at("schedules")] = str(fields["hours"])
    if organisation is not None:
        kept[organisation.at("description")] = organisation.text("description")
    for place, text in kept.items():
        if any(line in alphabetic(text).replace(" ", "") for line in secret):
            node.found.problem(place, _("This text tells the address that is to stay secret. Take it out."))


def _languages(languages: list[Node]) -> list[str]:
    found = []
    for language in languages:
        code, name = language.line("code"), language.line("name")
        if known := language_code(code, name):
            found.append(known)
        elif code or name:
            language.found.remark(
                language.place,
                _("The language “%(language)s” is not known; it is left out.") % {"language": name or code},
            )
    return list(dict.fromkeys(found))


def _ages(node: Node) -> dict[str, int | None]:
    youngest, oldest = node.number("minimum_age", OLDEST), node.number("maximum_age", OLDEST)
    if youngest is not None and oldest is not None and youngest > oldest:
        node.found.problem(node.at("minimum_age"), _("The lower age is above the upper one."))
    return {"min_age": youngest, "max_age": oldest}


def _amounts(options: list[Node]) -> list[float]:
    amounts = (option.data.get("amount") for option in options)
    return [float(amount) for amount in amounts if isinstance(amount, int | float) and not isinstance(amount, bool)]


def _capacity(capacities: list[Node]) -> dict[str, Any] | None:
    """How many places there are, as HSDS 3.1 says it; None when the directory does not."""
    for each in capacities:
        available, unit = each.number("available", 100_000), each.one("unit")
        updated = each.day("updated")
        if available is not None:
            named = unit.line("name") if unit is not None else ""
            return {"available": available, "unit": named, "updated": updated.isoformat() if updated else ""}
    return None


def _status(node: Node) -> str:
    written = node.required("status").lower()
    if written and written not in _STATUS:
        node.found.problem(
            node.at("status"),
            _("“%(status)s” is no status. There are: %(known)s.") % {"status": written, "known": ", ".join(_STATUS)},
        )
    return _STATUS.get(written, ServiceStatus.INACTIVE)


def _searched(node: Node, fields: dict[str, Any], terms: list[str]) -> list[str]:
    """The words of a service itself; those of its agency's name come with the import."""
    texts = [fields["name"], node.line("alternate_name"), fields["description"], fields["eligibility"], *terms]
    return [word for text in texts for word in words_in(text)]


def _texts(found: Iterable[Node], *names: str) -> list[str]:
    return [text for node in found for text in (node.text(name) for name in names) if text]
