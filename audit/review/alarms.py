"""When the log is found broken, or has stopped: who is told. The rules of the auditors' workspace are declared here too."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cellule.accounts import roles
from cellule.accounts.models import User
from cellule.notices.kinds import NoticeKind
from cellule.notices.models import Notice
from cellule.notices.notify import notify

BROKEN = NoticeKind("review.log_broken", _("A check of the log has found a fault. Open the state of the log."))
STOPPED = NoticeKind("review.log_stopped", _("The log has stopped signing. Open the state of the log."))
SILENT = NoticeKind("review.witness_silent", _("A witness of the log does not answer. Open the state of the log."))
NOT_COLLECTED = NoticeKind(
    "review.log_not_collected", _("The security team’s collector gets nothing of the log. Tell the administrator.")
)
# What the state of the log shows.
ALARMS = (BROKEN, STOPPED, SILENT)

Listener = Callable[[NoticeKind], None]
_LISTENERS: list[Listener] = []


def on_alarm(listener: Listener) -> Listener:
    """Declare a function that is called with the kind of every alarm, in the transaction in which people are told."""
    _LISTENERS.append(listener)
    return listener


def alarm(kind: NoticeKind) -> None:
    """Tell the auditors and the privacy officer, unless the same still waits for them unread; and every listener."""
    with transaction.atomic():
        for person in User.objects.filter(is_active=True, role__in=[roles.AUDITOR.code, roles.PRIVACY_OFFICER.code]):
            if not Notice.objects.filter(recipient=person, kind=kind.code, read_on=None).exists():
                notify(person.pk, kind, by="system")
        for listener in _LISTENERS:
            listener(kind)
