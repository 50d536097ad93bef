"""Who stands behind the opaque ids of the log: looked up when it is read, because the log itself keeps no name."""

from collections.abc import Collection
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cellule.accounts import roles
from cellule.accounts.models import Organisation, User

_NOBODY = {
    "system": _("The site itself"),
    "anonymous": _("Somebody who had not signed in"),
}


def names_of(ids: Collection[str]) -> dict[str, str | Promise]:
    """Give what to call each of these actors, by one query: also the house, visitors, and those whose account is gone."""
    known = accounts_of(ids)
    return {each: known.get(each) or _NOBODY.get(each) or _("Somebody whose account is gone") for each in ids}


def accounts_of(ids: Collection[str]) -> dict[str, str]:
    """Give the names of those of these actors who have an account."""
    return _by_id(User, ids)


def organisations_of(ids: Collection[str]) -> dict[str, str]:
    """Give the names of these organisations, as far as there still are any."""
    return _by_id(Organisation, ids)


def role_name(code: str) -> str | Promise:
    """Give a role in words; nothing for the house and for visitors, the code for one that was given up since."""
    try:
        return roles.by_code(code).name
    except KeyError:
        return "" if code in _NOBODY else code


def _by_id(model: type[User] | type[Organisation], ids: Collection[str]) -> dict[str, str]:
    keys = {key for key in map(_uuid, ids) if key is not None}
    return {str(pk): name for pk, name in model.objects.filter(pk__in=keys).values_list("pk", "name")}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
