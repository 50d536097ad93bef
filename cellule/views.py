"""Pages that belong to no room: help, language, health, and the sheet of components."""

import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from cellule.sample import SampleForm


def _open_to_all(view):
    """The page answers anybody, also before sign-in, while locked, and before the house is founded."""
    view = login_not_required(view)
    view.open_before_founding = True
    return view


@_open_to_all
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html")


@_open_to_all
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@_open_to_all
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


@_open_to_all
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/offline.html")


@_open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language, on the account when signed in, and stay on the same page."""
    after = request.POST.get("suite", "")
    if not (after.startswith("/") and url_has_allowed_host_and_scheme(after, None)):
        after = "/"
    response = HttpResponseRedirect(after)
    code = request.POST.get("langue", "")
    if code in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            get_user_model()._default_manager.filter(pk=request.user.pk).update(language=code)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=datetime.timedelta(days=365),
            httponly=True,
            samesite="Lax",
            secure=settings.SECURE_SITE,
        )
    return response


@require_GET
def presence(request: HttpRequest) -> HttpResponse:
    """A sign that somebody still types: passing the lock on the way here puts it off."""
    return HttpResponse(status=204)


@_open_to_all
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Up (204) or, when the database does not answer, down (503); nothing else is told."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return HttpResponse(status=503)
    return HttpResponse(status=204)


@_open_to_all
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for who builds pages; in a real house only for who is signed in."""
    if not settings.FICTION and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    wrong = SampleForm(
        {"when-kind": "day", "when-on_day": "31", "when-on_month": "2", "when-on_year": "2026"}, auto_id="wrong_%s"
    )
    return render(
        request,
        "pages/components.html",
        {"form": SampleForm(), "wrong": wrong, "now": timezone.now(), "chips": [("Montréal-Nord", "#"), ("2026", "#")]},
    )
