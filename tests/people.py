"""People by name and role, as fixtures: with an open vault, or signed in through the pages."""

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from cellule.accounts.fiction import act_as
from tests.world import PEOPLE


def acting(name: str):
    """The person with an open vault, outside a browser."""
    person = PEOPLE[name]
    return act_as(person.email, person.passphrase)


def signed_in(name: str, **client_options) -> Client:
    """A browser in which the person signed in with the passphrase, through the sign-in page."""
    client = Client(**client_options)
    person = PEOPLE[name]
    response = client.post("/connexion/", {"login": person.email, "password": person.passphrase})
    assert response.status_code == 302, response.content
    return client


@pytest.fixture
def as_(db):
    """`as_("claire")`: a client of that person."""
    return signed_in


@pytest.fixture
def supervisor(db):
    return acting("mireille")


@pytest.fixture
def second_supervisor(db):
    return acting("omar")


@pytest.fixture
def caseworker(db):
    return acting("claire")


@pytest.fixture
def other_caseworker(db):
    return acting("joaquin")


@pytest.fixture
def intake_worker(db):
    return acting("ana")


@pytest.fixture
def auditor(db):
    return acting("paule")


@pytest.fixture
def privacy_officer(db):
    return acting("rose")


@pytest.fixture
def coordinator(db):
    """Of the legal clinic."""
    return acting("noor")


@pytest.fixture
def agency_worker(db):
    """Of the legal clinic."""
    return acting("thea")


@pytest.fixture
def other_coordinator(db):
    """Of the shelter."""
    return acting("solange")


@pytest.fixture
def administrator(db):
    return acting("luc")


def said(message: str) -> str:
    """A message as the pages say it to somebody who chose nothing: in French."""
    with translation.override("fr"):
        return gettext(message) if isinstance(message, str) else str(message)
