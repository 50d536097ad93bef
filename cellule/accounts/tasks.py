"""Jobs of this room: letters about somebody's access, and forgetting what has ended."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cellule.accounts import delays
from cellule.accounts.enrolment import link_of
from cellule.accounts.models import Invitation, SignInSession, UsedCode, User
from cellule.jobs.kinds import recurring
from cellule.notices.letters import Letter, letter
from cellule.vault import sessions


@letter("accounts.invitation_letter")
def invitation_letter(invitation_id: str) -> Letter | None:
    """The way in, without a word on what it leads to; none when the invitation has ended meanwhile."""
    invitation = Invitation.objects.open().select_related("user").filter(pk=invitation_id).first()
    if invitation is None:
        return None
    return Letter(
        to=invitation.user.email,
        subject=_("Your access"),
        body=format_lazy(
            "{}\n\n{}\n",
            _("Open this address within 72 hours, on a screen that nobody else sees:"),
            link_of(invitation),
        ),
        language=invitation.user.language,
    )


@letter("accounts.passkey_letter")
def passkey_letter(person_id: str) -> Letter | None:
    """Tell somebody that a passkey was added to their account, in case it was not their doing."""
    person = User.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        return None
    return Letter(
        to=person.email,
        subject=_("Your access"),
        body=format_lazy(
            "{}\n\n{}\n",
            _("A passkey was added to your account. If it was not you, remove it there and tell a supervisor."),
            settings.SITE_ADDRESS,
        ),
        language=person.language,
    )


@recurring("accounts.forget_ended", every=timedelta(hours=1))
def forget_ended(job) -> None:
    """Delete what can no longer be used: sessions, their copies of keys, used codes, old failures."""
    now = timezone.now()
    SignInSession.objects.filter(expires_at__lt=now).delete()
    UsedCode.objects.filter(ends_at__lt=now).delete()
    sessions.forget_stale(now)
    delays.forget_stale()
