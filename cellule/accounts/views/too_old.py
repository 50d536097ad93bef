"""A form whose token is no longer that of this sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cellule.accounts import keeping


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing was done: what was typed is kept for its author where the house knows them, and the page says so."""
    view = request.resolver_match.func
    author = keeping.keep_for_absent(request) if getattr(view, "login_required", True) else None
    context = {"is_kept": author is not None, "is_author": author is not None and author == request.user}
    return render(request, "pages/too_old.html", context, status=403)
