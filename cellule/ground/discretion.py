"""What the machine's journals may hold: where something went wrong, never a value."""

import logging
import re
import traceback
import uuid
from http import HTTPStatus

# These loggers write paths, ids and status codes of ours; a word from any other might be somebody's.
_OURS = (
    "django.request",
    "django.server",
    "django.security",
    "celery",
    "kombu",
    "gunicorn",
    "cellule",
    "cases",
    "audit",
)
_PLAIN = re.compile(r"[\w./:\[\]@<>=+-]{1,200}", re.ASCII)
_STATUSES = {status.phrase for status in HTTPStatus}
_QUERY = re.compile(r"\?\S*")
# What follows is a way in as long as nobody has used it.
_WAY_IN = re.compile(r"(/invitation/)[^/\s]+")
# PostgreSQL tells the offending values in these lines of its errors.
_TELLING = re.compile(r"\n?\s*(DETAIL|CONTEXT|HINT|QUERY|STATEMENT|LINE \d+):.*", re.DOTALL)


class Discreet(logging.Filter):
    """Keeps of a record its words, class, file and line; drops values, query strings and tracebacks' texts."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        record.msg, record.args = self._message(record), None
        if error is not None:
            record.msg += f" [{place_of(error)}]"
        record.exc_info = record.exc_text = record.stack_info = None
        return True

    def _message(self, record: logging.LogRecord) -> str:
        if isinstance(record.msg, BaseException):
            return place_of(record.msg)
        words = str(record.msg)
        known = record.name.startswith(_OURS)
        if isinstance(record.args, dict):
            args: dict | tuple = {key: _harmless(value, known) for key, value in record.args.items()}
        else:
            args = tuple(_harmless(value, known) for value in record.args or ())
        if args:
            try:
                words = words % args
            except (TypeError, ValueError, KeyError):
                words = f"{words} <{len(args)} values>"
        return _WAY_IN.sub(r"\1…", _QUERY.sub("", _TELLING.sub("", words)))


def place_of(error: BaseException) -> str:
    """Give class, file and line of an error, and of what caused it, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    cause = error.__cause__ or error.__context__
    return f"{type(error).__name__}{where}" + (f" from {place_of(cause)}" if cause else "")


def _harmless(value: object, known: bool) -> object:
    if isinstance(value, int | float | uuid.UUID):
        return value
    if isinstance(value, BaseException):
        return place_of(value)
    text = _QUERY.sub("", str(value)) if known else ""
    return text if text and (text in _STATUSES or _PLAIN.fullmatch(text)) else f"<{type(value).__name__}>"
