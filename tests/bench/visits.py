"""A signed-in browser inside either side, and what is timed with it."""

import random
import re
from importlib import import_module
from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest

from tests.bench.browser import Answer, Browser
from tests.bench.story import story

# What is random in a page: the tokens of its forms.
_TOKENS = re.compile(r'(name="(?:csrfmiddlewaretoken|once)" value=")[^"]*')
_pick = random.Random(7)
_kept: dict[str, Browser] = {}


def sign_in(email: str, passphrase: str) -> float:
    """Sign in through the page with a browser of its own; gives the seconds of sending the form."""
    browser = Browser(get_wsgi_application())
    token = browser.get("/connexion/").hidden["csrfmiddlewaretoken"]
    answer = browser.post("/connexion/", {"login": email, "password": passphrase, "csrfmiddlewaretoken": token})
    if answer.status != 302 or settings.VAULT_COOKIE_NAME not in browser.cookies:
        raise RuntimeError(f"nobody was signed in (status {answer.status})")
    _kept["browser"] = browser
    return answer.seconds


def enter(user: str) -> None:
    """Sign in without a page, as plain Django keeps it: a session in the database."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    login(request, get_user_model()._default_manager.get(pk=user), backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    cookies = {settings.SESSION_COOKIE_NAME: request.session.session_key}
    _kept["browser"] = Browser(get_wsgi_application(), cookies)


def page(path: str) -> str:
    """Give a page without what is random in it."""
    return _TOKENS.sub(r"\1", _opened(path).body)


def gets(path: str, times: int) -> list[float]:
    """Open a page so many times; seconds of each."""
    return [_opened(path).seconds for _ in range(times)]


def saves(path: str, after: str, times: int) -> list[float]:
    """Fill in a form and save it so many times; seconds of each saving, without the form's page."""
    return [_saved(path, after) for _ in range(times)]


def presses(path: str, button: str, after: str) -> float:
    """Press a button that asks nothing, on the page of this path; gives the seconds of its POST alone."""
    token = _opened(path).hidden["csrfmiddlewaretoken"]
    answer = _kept["browser"].post(button, {"csrfmiddlewaretoken": token})
    if (answer.status, answer.location) != (302, after):
        raise RuntimeError(f"{button} was not taken: {answer.status} {answer.location}")
    return answer.seconds


def asks(path: str, questions: list[dict[str, str]]) -> list[float]:
    """Send a page's form of questions once for each of them; seconds of each answer."""
    token = _opened(path).hidden["csrfmiddlewaretoken"]
    taken = []
    for asked in questions:
        answer = _kept["browser"].post(path, {"csrfmiddlewaretoken": token, **asked})
        if answer.status != 200:
            raise RuntimeError(f"{asked} was answered with {answer.status}")
        taken.append(answer.seconds)
    return taken


def queries(path: str, after: str = "") -> int:
    """How many statements a page takes, or saving its form when `after` says where that leads."""
    if not after:
        with _Counted() as counted:
            _opened(path)
        return counted.number
    tokens = _opened(path).hidden
    with _Counted() as counted:
        _send(path, tokens, after)
    return counted.number


class _Counted:
    """Counts statements, those that open and commit transactions too."""

    def __enter__(self) -> Self:
        self.number = 0
        self._wrapper = connection.execute_wrapper(self._count)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._wrapper.__exit__(*error)

    def _count(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def _saved(path: str, after: str) -> float:
    return _send(path, _opened(path).hidden, after).seconds


def _send(path: str, tokens: dict[str, str], after: str) -> Answer:
    fields = {"csrfmiddlewaretoken": tokens["csrfmiddlewaretoken"], "once": tokens["once"], "body": story(_pick)}
    answer = _kept["browser"].post(path, fields)
    if (answer.status, answer.location) != (302, after):
        raise RuntimeError(f"{path} was not saved: {answer.status} {answer.location}")
    return answer


def _opened(path: str) -> Answer:
    answer = _kept["browser"].get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status} {answer.location}")
    return answer
