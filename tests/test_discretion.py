"""What an error may tell: PostgreSQL's log and the house's own never hold a value, whatever failed."""

import io
import logging
import traceback
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.signals import got_request_exception
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from cellule.accounts.models import Organisation
from cellule.ground.discretion import Discreet
from tests.people import signed_in

MARK = "MARQUE-Étoile-4711"


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """What the house's own handler writes of everything that is logged."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Discreet())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def raised() -> Iterator[list[str]]:
    """The full texts of what pages raised."""
    texts: list[str] = []

    def keep(sender, request, **kwargs) -> None:
        texts.append(traceback.format_exc())

    got_request_exception.connect(keep)
    yield texts
    got_request_exception.disconnect(keep)


@pytest.fixture
def server_log(postgres_server) -> Iterator[Callable[[], str]]:
    """What the database server has written since the test began."""
    path = postgres_server.home / "server.log"
    start = path.stat().st_size
    return lambda: path.read_bytes()[start:].decode(errors="replace")


def test_every_handler_of_the_house_is_discreet():
    handlers = settings.LOGGING["handlers"].values()

    assert [handler["filters"] for handler in handlers] == [["discreet"]]
    assert settings.LOGGING["filters"]["discreet"]["()"] == "cellule.front.Discreet"
    assert settings.ADMINS == []


def test_refused_row_tells_neither_log_what_was_in_it(owner_connection, journal, raised, server_log):
    """A constraint that the form knows nothing of: PostgreSQL's error repeats the whole row."""
    luc = signed_in("luc", raise_request_exception=False)
    unit = Organisation.objects.get(zone="unit")
    owner_connection.execute(
        "ALTER TABLE accounts_user ADD CONSTRAINT no_mark CHECK (name NOT LIKE 'MARQUE%') NOT VALID"
    )
    person = {
        "name": MARK,
        "email": "marque-courriel@cellule.example",
        "organisation": str(unit.pk),
        "role": "caseworker",
        "language": "fr",
        "sent": "mail",
    }

    response = luc.post("/administration/invitations/nouvelle/", person)

    assert response.status_code == 500
    assert "Failing row contains" in raised[0]
    assert MARK in raised[0]
    assert "no_mark" in server_log()
    assert "IntegrityError" in journal.getvalue()
    told = {"page": response.text, "server": server_log(), "house": journal.getvalue()}
    assert {
        name: [mark for mark in (MARK, "marque-courriel", "4711") if mark in text] for name, text in told.items()
    } == {name: [] for name in told}


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT pg_sleep(1), %s::text", OperationalError),
        ("INSERT INTO accounts_organisation (id, name) VALUES (gen_random_uuid(), %s)", IntegrityError),
        ("SELECT nothing FROM nowhere WHERE name = %s::text", DatabaseError),
    ],
    ids=["time-out", "missing column", "unknown table"],
)
def test_failing_statement_leaves_no_value_in_the_server_s_log(transactional_db, server_log, statement, error):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 100")
        with pytest.raises(error):
            cursor.execute(statement, [MARK])
    connection.close()

    assert "ERROR" in server_log()
    assert [mark for mark in (MARK, "4711", "STATEMENT", "DETAIL") if mark in server_log()] == []
