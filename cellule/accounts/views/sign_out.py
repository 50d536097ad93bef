"""Signing out: the session, its copy of the keys, and what the browser kept."""

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from audit.log.record import record
from cellule.accounts.actions import SIGNED_OUT
from cellule.accounts.doors import open_while_locked, open_while_waiting
from cellule.vault import sessions


@open_while_locked
@open_while_waiting
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session here and on the server."""
    sessions.end(request.session.row_id)
    with transaction.atomic():
        record(SIGNED_OUT, by=request.acting.actor)
    get_adapter(request).logout(request)
    request.vault_cookie = ""
    response = redirect("account_login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
