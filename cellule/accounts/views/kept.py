"""Texts that reached the house while the session was locked, or after it had ended."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from cellule.accounts.doors import open_while_waiting
from cellule.vault import parking
from cellule.vault.models import ParkedText


@open_while_waiting
def kept(request: HttpRequest) -> HttpResponse:
    """Each kept text with a way to go on writing, or to throw it away."""
    texts = [
        {"id": text.pk, "kept_on": text.kept_on, "url": _resumed(text)} for text in parking.parked_for(request.user.pk)
    ]
    return render(request, "accounts/kept.html", {"texts": texts})


@open_while_waiting
@require_POST
def discard(request: HttpRequest, text: uuid.UUID) -> HttpResponse:
    parking.discard(request.user.pk, text)
    return redirect(reverse("accounts:kept") if parking.parked_for(request.user.pk) else "/")


def _resumed(text: ParkedText) -> str:
    return f"{text.path}{'&' if '?' in text.path else '?'}{urlencode({'repris': text.pk})}"
