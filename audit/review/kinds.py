"""What kind of record an entry is about, in words: as its room calls it, and here for what no room has a record of."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS: dict[str, Promise] = {
    "accounts.organisation": gettext_lazy("organisation"),
    "accounts.passkey": gettext_lazy("passkey"),
    "accounts.session": gettext_lazy("sign-in session"),
    "accounts.user": gettext_lazy("account"),
    "log.checkpoint": gettext_lazy("checkpoint"),
    "log_entry": gettext_lazy("entry of the log"),
    "log_forgetting": gettext_lazy("removal of entries by rule"),
    "log_hold": gettext_lazy("entries kept longer"),
    "vault.house": gettext_lazy("keys of the house"),
    "vault.key_table": gettext_lazy("table of keys"),
    "vault.pepper": gettext_lazy("pepper of passphrases"),
    "vault.roster": gettext_lazy("members of a key group"),
}


def kind_of(code: str) -> str:
    """Give the kind of record in the reader's language; a refused page by its name; an unknown code as it stands."""
    if known := KINDS.get(code):
        return str(known)
    if ":" in code:
        return _("page %(name)s") % {"name": code}
    try:
        return str(apps.get_model(code)._meta.verbose_name)
    except (LookupError, ValueError):
        return code
