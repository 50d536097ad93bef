"""What the tests of this room share: a case, a way to fill in its forms, and what the log says of it all."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from audit.log.models import Entry
from cases.models import Case, Channel, Interpreter
from cellule.forms import FuzzyDate, FuzzyKind

KNOWN_DAY = FuzzyDate(FuzzyKind.DAY, datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))


@pytest.fixture
def open_inquiry():
    """Open an inquiry through the verb; what is not said is made up."""

    def opened(by, **told) -> Case:
        asked = {"row_id": uuid.uuid4(), "channel": Channel.PHONE, "language": "tam", "interpreter": Interpreter.YES}
        return Case.open_inquiry(by=by, **{**asked, **told})

    return opened


@pytest.fixture
def case(caseworker, open_inquiry) -> Case:
    """A case that Claire leads."""
    return open_inquiry(caseworker)


@pytest.fixture
def add_incident():
    """Add an incident through the verb; what is not said is made up."""

    def added(case, by, **told):
        asked = {
            "row_id": uuid.uuid4(),
            "kind": "threats",
            "happened": KNOWN_DAY,
            "borough": "08",
            "narrative": "Récit.",
        }
        return case.add_incident(by=by, **{**asked, **told})

    return added


@pytest.fixture
def incident_fields() -> dict[str, str]:
    """An incident as a browser sends it."""
    return {
        "kind": "labour_wage",
        "happened-kind": "month",
        "happened-in_month": "3",
        "happened-in_month_year": "2026",
        "borough": "unknown",
        "narrative": "Onze semaines de travail, quatre payées.",
    }


@pytest.fixture
def send():
    """Open a form's page, fill it in, and send it."""

    def sent(client, address: str, fields: dict[str, str]):
        page = client.get(address)
        return client.post(address, {"once": page.context["form"]["once"].value(), **fields})

    return sent


@pytest.fixture
def logged(db):
    """Take what the log has gained since it was last asked: action, subject type, reference, relation, outcome."""
    seen = set(Entry.objects.values_list("pk", flat=True))

    def gained() -> list[tuple[str, str, str, str, str]]:
        rows = list(Entry.objects.exclude(pk__in=seen).order_by("at", "counter"))
        seen.update(row.pk for row in rows)
        return [(row.action, row.subject_type, row.reference, row.relation, row.outcome) for row in rows]

    return gained


@pytest.fixture
def just_before_its_keys_are_read():
    """Do something once, between the moment in which a page finds a case and the one in which it reads its keys."""

    def page_with(act: Callable[[], None], page: Callable[[], object]) -> object:
        left = [act]

        def between(execute, sql, params, many, context):
            if left and "FROM keys.vault_ownerkey k" in sql:
                left.pop()()
            return execute(sql, params, many, context)

        with connection.execute_wrapper(between):
            answer = page()
        assert left == []
        return answer

    return page_with
