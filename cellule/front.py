"""The front door: headers, language, what a page always knows, and what is shown when something is wrong."""

import sys
from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from cellule.frames import in_one_piece
from cellule.ground.discretion import Discreet

__all__ = [
    "Availability",
    "Discreet",
    "Headers",
    "Language",
    "page",
    "reseal",
    "say",
    "server_error",
]

RETRY_SECONDS = 5
# Nothing on these pages needs a sensor, a payment, or a neighbour; the clipboard is for references.
PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "browsing-topics",
                "camera",
                "display-capture",
                "fullscreen",
                "geolocation",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "usb",
                "xr-spatial-tracking",
            )
        ),
        "clipboard-write=(self)",
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)

type Handler = Callable[[HttpRequest], HttpResponse]


class Headers:
    """No page is kept by a browser or a proxy; static files are served before this and may be."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    @in_one_piece
    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("X-Frame-Options", "DENY")
        return response


class Availability:
    """While the database is away every page says so plainly; once it is back the next request works.

    A fault inside another middleware never passes here as an exception: Django turns it into a response with the
    500 handler, which is `server_error` below and gives the same page.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 503:
            # What is broken is closed now, so that the next request of this thread connects afresh.
            for connection in connections.all(initialized_only=True):
                connection.close_if_unusable_or_obsolete()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(request) if _is_absence(exception) else None


class Language:
    """French whatever the browser says, unless the person chose otherwise."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "") if request.user.is_authenticated else chosen(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        return response


def chosen(request: HttpRequest) -> str:
    """Give the language that this browser chose before signing in, else the house's own."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def page(request: HttpRequest) -> dict:
    """Context of every page: its frame needs nothing else."""
    user = getattr(request, "user", None)
    is_signed_in = bool(user and user.is_authenticated)
    # Before the vault is open only the lock page answers: no way leads elsewhere, and there is nothing to lock.
    is_unlocked = is_signed_in and getattr(getattr(request, "acting", None), "unlocked", None) is not None
    return {
        "site_name": settings.SITE_NAME,
        "is_signed_in": is_signed_in,
        "is_unlocked": is_unlocked,
        "is_fiction": settings.FICTION,
        "navigation": _navigation(request) if is_unlocked else [],
        "lock_seconds": settings.IDLE_LOCK_SECONDS,
        "other_languages": [(code, name) for code, name in settings.LANGUAGES if code != translation.get_language()],
    }


def _navigation(request: HttpRequest) -> list[dict]:
    """Turn the role's own list (pairs of URL name and text) into links; a role without one has its home."""
    duty = request.user.duty
    links = getattr(duty, "navigation", ()) or ((duty.home, _("Home")),)
    addresses = [(reverse(name), text) for name, text in links]
    here = max((url for url, text in addresses if _is_under(request.path, url)), key=len, default="")
    return [{"url": url, "text": text, "current": url == here} for url, text in addresses]


def _is_under(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def say(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Put a sentence on top of the next page; `undo` is the address to which a button there posts."""
    messages.success(request, text, extra_tags=undo)


def reseal(response: HttpResponse, url: str, seconds: int = 60) -> HttpResponse:
    """Lead the browser away from a page with a revealed value, also without scripts, to a path of ours (ValueError).

    Only for a page on which nothing is typed: the browser does not ask before it leaves.
    """
    if not url_has_allowed_host_and_scheme(url, None) or not url.startswith("/"):
        raise ValueError("a revealed value is left for a page of this house")
    response["Refresh"] = f"{seconds:d}; url={iri_to_uri(url)}"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not theirs to do, on something that is theirs to see. `request.written`: a text to give back."""
    return render(request, "403.html", {"written": getattr(request, "written", "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """One page for all that is not there or not yours: they look the same. `request.written`: a text to give back."""
    return render(request, "404.html", {"written": getattr(request, "written", "")}, status=404)


def conflict(request: HttpRequest, *, reasons: Sequence[Promise | str] = ()) -> HttpResponse:
    """Somebody was faster, or something is still missing: `reasons` say what, in sentences."""
    return render(request, "409.html", {"reasons": reasons}, status=409)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called by Django while the exception is being handled, also one raised inside a middleware."""
    return unavailable(request) if _is_absence(sys.exc_info()[1]) else _plain(request, "500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away or has no room left: a page that needs none, and when to try again."""
    return _plain(request, "503.html", 503, **{"Retry-After": str(RETRY_SECONDS)})


def _plain(request: HttpRequest, template: str, status: int, **headers: str) -> HttpResponse:
    """A page without user, session or navigation, so that nothing in it can fail."""
    # What the person chose for themselves, where they were known before something failed.
    with translation.override(getattr(request, "LANGUAGE_CODE", "") or chosen(request)):
        return HttpResponse(render_to_string(template), status=status, headers=headers)


def _is_absence(exception: BaseException | None) -> bool:
    while exception is not None:
        if isinstance(exception, OperationalError | InterfaceError):
            return True
        exception = exception.__cause__
    return False
