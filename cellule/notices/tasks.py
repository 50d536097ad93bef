"""The one letter this room sends: it says that there is something new, and no more."""

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cellule.notices.letters import Letter, letter
from cellule.notices.models import Notice


@letter("notices.deliver")
def something_new(notice_id: str) -> Letter | None:
    """Write to the recipient of a notice, unless they have read it by now or no longer work here."""
    notice = Notice.objects.select_related("recipient").filter(pk=notice_id, read_on=None).first()
    if notice is None or not notice.recipient.is_active:
        return None
    return Letter(
        to=notice.recipient.email,
        subject=_("There is something new"),
        body=format_lazy(
            "{text}\n\n{address}\n",
            text=_("There is something new. Sign in to read it."),
            address=settings.SITE_ADDRESS,
        ),
        language=notice.recipient.language,
    )
