"""Ask for the passphrase again before a delicate page, never in the middle of a form.

allauth would park the interrupted POST, cookies included, inside the session; here a POST that comes too late
simply starts the page again.
"""

from functools import wraps

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from cellule.accounts.doors import open_while_waiting, open_without_second_factor


def step_up_first(view):
    """Send the person to the passphrase first when it was not given lately (ACCOUNT_REAUTHENTICATION_TIMEOUT)."""

    @wraps(view)
    def asked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if is_reauthentication_required(request, app="allauth.mfa"):
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return open_while_waiting(open_without_second_factor(asked))
