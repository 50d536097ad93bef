"""Addresses of the public kind: telephone, e-mail, web. What cannot be used is left out, with a remark."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from cellule.forms import PhoneField
from referrals.hsds.places import Node

_is_url = URLValidator(schemes=["http", "https"])
_NOT_CALLED = {"fax", "text", "textphone", "pager", "video"}


def website(node: Node, name: str) -> str:
    """A web address that a page may link to."""
    written = node.line(name, 500)
    try:
        if written:
            _is_url(written)
    except ValidationError:
        node.found.remark(node.at(name), _("This is no web address; it is left out."))
        return ""
    return written


def mail(node: Node) -> str:
    written = node.line("email", 254)
    try:
        if written:
            validate_email(written)
    except ValidationError:
        node.found.remark(node.at("email"), _("This is no e-mail address; it is left out."))
        return ""
    return written


def telephone(phones: list[Node]) -> str:
    """The first number that can be called, as it is stored; empty when there is none."""
    for phone in phones:
        if phone.line("type").lower() in _NOT_CALLED:
            continue
        if number := _number(phone):
            return number
    return ""


def _number(phone: Node) -> str:
    written, extension = phone.required("number", 60).strip("\"'« »"), phone.line("extension", 10)
    try:
        return PhoneField(required=False).clean(f"{written} x{extension}" if extension else written)
    except ValidationError:
        phone.found.remark(phone.at("number"), _("This number cannot be called; it is left out."))
        return ""
