"""Headers, language, the pages of faults, and what the machine's journals hold."""

import logging
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation

from cellule import front
from cellule.urls import urlpatterns as house


def _raise(error: BaseException):
    def view(request):
        raise error

    return view


class BreaksInside:
    """A middleware whose own work needs a database that is away."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/inside/":
            raise OperationalError("connection to Tremblay refused")
        return self.get_response(request)


urlpatterns = [
    path("away/", _raise(OperationalError("secret"))),
    path("closed/", _raise(InterfaceError("secret"))),
    path("bug/", _raise(ValueError("secret"))),
    path("unread/", _raise(SuspiciousOperation("secret"))),
    path("unknown/", _raise(Http404("secret"))),
    *house,
]
handler400, handler403, handler404, handler500 = (
    front.bad_request,
    front.forbidden,
    front.not_found,
    front.server_error,
)


@pytest.fixture
def request_of_a_stranger():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


@pytest.fixture
def faulty_house(db, settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "cellule.front.Headers",
        "cellule.front.Availability",
        f"{__name__}.BreaksInside",
    ]
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/away/", 503), ("/closed/", 503), ("/inside/", 503), ("/bug/", 500), ("/unread/", 400)],
)
def test_fault_gives_a_plain_page_without_database_and_without_its_text(faulty_house, address, status):
    answer = faulty_house.get(address)

    assert answer.status_code == status
    assert answer.content.count(b"<h1") == 1
    assert b"secret" not in answer.content
    assert b"Tremblay" not in answer.content
    assert answer["Cache-Control"] == "no-store"
    assert answer.get("Retry-After") == ("5" if status == 503 else None)


def test_house_works_again_once_the_database_does(transactional_db, client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [mine] = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    other.close()

    statuses = [client.get("/sante/").status_code for _ in range(3)]

    assert statuses == [503, 204, 204]


def test_cause_of_an_error_counts_too():
    error = ValueError("session cannot be read")
    error.__cause__ = OperationalError("away")

    assert front._is_absence(error)
    assert not front._is_absence(ValueError("a bug"))


def test_headers_keep_pages_out_of_every_store(request_of_a_stranger):
    answer = front.Headers(lambda request: HttpResponse("x", headers={"Cache-Control": "public"}))(
        request_of_a_stranger
    )

    assert answer["Cache-Control"] == "no-store"
    assert answer["Vary"] == "Cookie, HX-Request"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize(
    ("cookie", "account", "language"),
    [("", None, "fr"), ("en", None, "en"), ("de", None, "fr"), ("en", "fr", "fr"), ("fr", "en", "en")],
)
def test_language_is_french_unless_chosen_whatever_the_browser_says(cookie, account, language):
    request = RequestFactory().get("/", headers={"Accept-Language": "de"})
    request.COOKIES["langue"] = cookie
    request.user = AnonymousUser()
    if account:
        request.user = type("Person", (), {"is_authenticated": True, "language": account})()

    answer = front.Language(lambda request: HttpResponse(translation.get_language()))(request)

    assert answer.content.decode() == language
    assert answer["Content-Language"] == language
    assert "Accept-Language" not in answer.get("Vary", "")


def test_language_does_not_stay_for_the_next_request_of_the_thread(request_of_a_stranger):
    request_of_a_stranger.COOKIES["langue"] = "en"
    before = translation.get_language()

    front.Language(lambda request: HttpResponse())(request_of_a_stranger)

    assert translation.get_language() == before


def record(message, *args, name="django.request", error=None):
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord(name, logging.ERROR, "file.py", 1, message, args, info)
    assert front.Discreet().filter(made)
    return logging.Formatter().format(made)


def test_journal_holds_class_file_and_line_of_an_error_and_no_value():
    try:
        try:
            raise KeyError("Amina")
        except KeyError as cause:
            raise ValueError("Tremblay") from cause
    except ValueError as error:
        line = record("Internal Server Error: %s", "/dossiers/7QK2-M9XD/?nom=Tremblay", error=error)

    assert re.fullmatch(
        r"Internal Server Error: /dossiers/7QK2-M9XD/ "
        r"\[ValueError \S+test_front_door.py:\d+ from KeyError \S+test_front_door.py:\d+\]",
        line,
    )


@pytest.mark.parametrize(
    ("message", "args", "name", "line"),
    [
        ("%s: %s", ("Not Found", "/x/"), "django.request", "Not Found: /x/"),
        (
            "Task %(name)s: %(exc)s",
            ({"name": "jobs.run", "exc": "ValueError('Amina')"},),
            "celery",
            "Task jobs.run: <str>",
        ),
        ("Bad value %r of %s", ("Amina", "Tremblay"), "somebody.else", "Bad value '<str>' of <str>"),
        ("Took %d of %.1f", (3, 4.25), "somebody.else", "Took 3 of 4.2"),
        ("too few %s %s", ("one",), "cellule", "too few %s %s <1 values>"),
        ("duplicate key\nDETAIL:  Key (email)=(amina@example.org) exists.", (), "cellule", "duplicate key"),
        ("GET /recherche/?nom=Tremblay", (), "django.server", "GET /recherche/"),
    ],
)
def test_journal_drops_values(message, args, name, line):
    assert record(message, *args, name=name) == line


def test_journal_writes_an_exception_given_as_message_without_its_text():
    assert record(ValueError("Tremblay")) == "ValueError"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/aide/", "Help"),
        ("/accessibilite/", "Accessibility"),
        ("/confidentialite/", "What is logged"),
        ("/hors-ligne/", "Without a network"),
        ("/composants/", "Components"),
    ],
)
def test_open_page_has_one_heading_one_main_and_a_neutral_title(client, address, heading):
    client.cookies["langue"] = "en"

    html = client.get(address).content.decode()

    assert re.findall(r"<h1[^>]*>([^<]*)</h1>", html) == [heading]
    assert html.count("<main") == 1
    assert f"<title>{heading} – Follow-up</title>" in html
    assert '<html lang="en"' in html
    assert len(set(ids := re.findall(r'\sid="([^"]*)"', html))) == len(ids)


@pytest.mark.django_db
def test_sheet_of_components_is_not_open_to_strangers_in_a_real_house(client):
    with override_settings(FICTION=False):
        answer = client.get("/composants/")

    assert answer.status_code == 302


@pytest.mark.django_db
def test_unknown_address_says_nothing(client):
    answer = client.get("/dossiers/nulle-part/x/y/")

    assert answer.status_code == 404


@pytest.mark.django_db
def test_health_is_up_without_content(client):
    answer = client.get("/sante/")

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("after", "target"), [("/aide/?a=1", "/aide/?a=1"), ("//evil.org/", "/"), ("https://evil.org", "/"), ("", "/")]
)
def test_language_switch_keeps_the_page_and_leaves_the_house_never(client, after, target):
    answer = client.post("/langue/", {"langue": "en", "suite": after})

    assert answer.status_code == 302
    assert answer["Location"] == target
    assert answer.cookies["langue"].value == "en"
    assert answer.cookies["langue"]["httponly"]


@pytest.mark.django_db
def test_language_that_does_not_exist_is_not_set(client):
    answer = client.post("/langue/", {"langue": "de", "suite": "/aide/"})

    assert "langue" not in answer.cookies


@pytest.mark.django_db
def test_form_without_its_proof_gets_a_page_that_says_what_to_do():
    client = Client(enforce_csrf_checks=True)
    client.cookies["langue"] = "en"

    answer = client.post("/langue/", {"langue": "fr"})

    assert answer.status_code == 403
    assert "This page had become too old" in answer.content.decode()
