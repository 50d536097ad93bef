"""What was altered past us: one clear page for whoever met it, an entry in the log, and a signal to who answers for it.

Whoever writes to the database can put another wrap, roster or record into a place; nothing of it opens, and it does not
stay unseen.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action, Outcome
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.log.record import record
from cellule.accounts.models import User
from cellule.accounts.roles import PRIVACY_OFFICER, SUPERVISOR
from cellule.notices.kinds import NoticeKind
from cellule.notices.models import Notice
from cellule.notices.notify import notify
from cellule.vault.actions import FORGERY_MET, ROSTER_REFUSED, SEALED_ALTERED
from cellule.vault.rosters import RosterRefused
from cellule.vault.sealing import CannotOpen, UnknownFormat, VaultError
from cellule.vault.senders import Forged

# A wrong word typed, a person who is no member, a vault that is locked: those are no alterations.
ALTERED = (CannotOpen, UnknownFormat, RosterRefused)

# Who reads the log is led to the entry; supervisors see none of it, and call who does.
_SIGNALS = {
    SUPERVISOR.code: NoticeKind(
        "accounts.altered", _("Something sealed was altered. Ask the privacy officer to look into the log.")
    ),
    PRIVACY_OFFICER.code: NoticeKind("accounts.altered_entry", _("Something sealed was altered."), "review:entry"),
}


@contextmanager
def told(by: Actor, page: str, reference: str) -> Iterator[None]:
    """Tell of what is met inside, for a page that goes on without it; what was raised is raised on."""
    try:
        yield
    except ALTERED as exception:
        with transaction.atomic():
            tell(exception, by=by, page=page, reference=reference)
        raise


def tell(exception: VaultError, *, by: Actor, page: str, reference: str) -> Entry:
    """Write the entry, and signal it to the supervisors and privacy officers; inside a transaction of its own.

    `page`: the name of the page where it was met; `reference`: of what that page is about, as far as it says.
    """
    entry = record(_action(exception), by=by, subject_type=page, reference=reference, outcome=Outcome.FAILED)
    signal(entry, by=by)
    return entry


def signal(entry: Entry, *, by: Actor) -> None:
    """Tell who answers for the house, in the entry's transaction; once a day each, for the log has all of them."""
    codes = [kind.code for kind in _SIGNALS.values()]
    told_today = Notice.objects.filter(kind__in=codes, made_on=timezone.localdate()).values("recipient")
    for person in User.objects.filter(role__in=_SIGNALS, is_active=True).exclude(pk__in=told_today):
        kind = _SIGNALS[person.role]
        notify(person.pk, kind, str(entry.pk) if kind.opens else "", by=by)


def _action(exception: VaultError) -> Action:
    if isinstance(exception, RosterRefused):
        return ROSTER_REFUSED
    return FORGERY_MET if isinstance(exception, Forged) else SEALED_ALTERED
