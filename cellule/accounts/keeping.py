"""Keep what reached the house when nobody could take it: the vault locked, the session over, the page too old.

A form carries no name, so the browser holds a mark: for its last sign-ins, who signed in and a hash of the token
against forged forms that its pages carried from then on. A form is kept for whoever signed in before its page was
made, whoever sits there now. The mark opens nothing and says nothing but an account's opaque number.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import _unmask_cipher_token, get_token  # type: ignore[attr-defined]
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from cellule.accounts.models import User
from cellule.vault import parking

_SALT = "cellule.accounts.keeping"
# A page left open over a long weekend; after that only an unlocked session says who wrote something.
_MARK_SECONDS = 4 * 24 * 60 * 60
# People who share a desk in one day.
_SIGN_INS = 5
# Who signed in here once may not fill somebody's shelf without end.
_MOST_KEPT = 20
# What a page itself puts into its forms: alone it is nothing that somebody wrote.
_NOT_TYPED = {"once", "version", "suite"}
_NEVER_KEPT = {"csrfmiddlewaretoken", "password", "typed", "token", "code", "credential", "prf"}


def keep(request: HttpRequest, author: User) -> bool:
    """Seal the fields of a POST to their author; False when it holds no words, or no roster knows the author."""
    fields = [(name, value) for name, values in request.POST.lists() if name not in _NEVER_KEPT for value in values]
    if not any(value.strip() for name, value in fields if name not in _NOT_TYPED):
        return False
    return parking.park(author.pk, _address(request), fields, without_roster=not author.duty.key_groups) is not None


def keep_for_absent(request: HttpRequest) -> User | None:
    """Keep a POST whose session is over or another's; gives its author, None when it could not be kept."""
    author = _author_of(request)
    if author is None or len(parking.parked_for(author.pk)) >= _MOST_KEPT:
        return None
    return author if keep(request, author) else None


def sign_in_mark(request: HttpRequest, user: User) -> str:
    """Give the mark that tells who signed in, so that what they write on pages made from now on can be kept."""
    marks = [[_page_mark(get_token(request)), str(user.pk)], *_marks(request)]
    return signing.dumps(marks[:_SIGN_INS], salt=_SALT)


def set_cookie(response: HttpResponse, value: str) -> None:
    response.set_cookie(
        settings.AUTHOR_COOKIE_NAME, value, path="/", httponly=True, samesite="Lax", secure=settings.SECURE_SITE
    )


def way_back(request: HttpRequest) -> str:
    """Give the address that a GET may open afterwards: this page, or for a POST the page on which its form stood."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    origin = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(origin, {request.get_host()}):
        return request.path
    parts = urlsplit(origin)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _address(request: HttpRequest) -> str:
    """The path of the form, and where it leads afterwards if it was asked; no other question is kept."""
    after = request.GET.get("suite", "")
    return f"{request.path}?{urlencode({'suite': after})}" if after else request.path


def _author_of(request: HttpRequest) -> User | None:
    mark = _page_mark(request.POST.get("csrfmiddlewaretoken", ""))
    number = next((number for page, number in _marks(request) if page == mark), None)
    return User.objects.filter(pk=number, is_active=True).first() if number else None


def _marks(request: HttpRequest) -> list[list[str]]:
    try:
        return signing.loads(request.COOKIES.get(settings.AUTHOR_COOKIE_NAME, ""), salt=_SALT, max_age=_MARK_SECONDS)
    except signing.BadSignature:
        return []


def _page_mark(token: str) -> str:
    """What all tokens of one sign-in have in common, and nothing else can be made to have.

    Each page shows its token under a mask of its own, which only Django's own function takes off.
    """
    try:
        return salted_hmac(_SALT, _unmask_cipher_token(token), algorithm="sha256").hexdigest()
    except ValueError:
        return ""
