"""Fixtures of the whole house: the database, its people, and how the browser is started."""

import os
import tempfile
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from cellule.ground import chromium
from cellule.ground.postgres import Server
from cellule.vault import words
from tests.database import Casts
from tests.people import *

# A change is taken or not for what it is: the same examples each time. `--hypothesis-profile=explore` looks for new ones.
# And for nothing that a clock says.
_NO_CLOCK = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, **_NO_CLOCK)
settings.register_profile("explore", derandomize=False, print_blob=True, **_NO_CLOCK)
settings.load_profile("repeatable")

# Chromium draws the lists under its address bar as pages of its own, in a process for each new browser window: half of
# what a window costs, and nobody ever types there.
ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
# What Playwright turns off by itself, in a list which the one above would replace.
OFF_BY_DEFAULT = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes long is begun first: at the end, all other processes would wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def quick_words():
    """Five words for a fingerprint at the least cost, like the passphrases of `tests.settings`; gives the real cost."""
    real = {name: getattr(words, name) for name in ("_PASSES", "_MEMORY")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_PASSES", 1)
        patch.setattr(words, "_MEMORY", 64)
        yield real


@pytest.fixture
def real_words(quick_words, monkeypatch):
    """Five words as a real house stretches them."""
    for name, value in quick_words.items():
        monkeypatch.setattr(words, name, value)
    # A fingerprint that was asked about before is remembered with its cheap words, and the other way round.
    words.fingerprint_words.cache_clear()
    yield
    words.fingerprint_words.cache_clear()


@pytest.fixture(scope="session")
def postgres_server():
    """The server of this session, whose data may die with the power. Tests that kill a server start their own."""
    with tempfile.TemporaryDirectory(prefix="cellule-") as name:
        folder = Path(name)
        # The server's account must be able to pass.
        folder.chmod(0o711)
        server = Server(folder / "data", durable=False)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def casts(postgres_server, django_test_environment, django_db_blocker):
    """The template of the test database, migrated and founded."""
    casts = Casts(postgres_server)
    with django_db_blocker.unblock():
        casts.make_template()
    return casts


@pytest.fixture(scope="session")
def django_db_setup(casts):
    """Give every test the run-time role, and cast the database again after a test that committed."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: casts.cast())
    casts.cast()
    yield
    patch.undo()


@pytest.fixture
def owner_connection(transactional_db, casts):
    """A connection (psycopg, autocommit) to the test database as the owner of its tables."""
    with casts.as_owner() as connection:
        yield connection


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the Chromium that was found, quiet and without anything that looks for the network."""
    # Playwright keeps an event loop in the thread that also runs the tests' own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ("gpu", "quic", "background-networking", "component-update", "sync")
    without = ",".join((*OFF_BY_DEFAULT, *ADDRESS_BAR))
    return {
        **browser_type_launch_args,
        "executable_path": chromium.found(),
        "args": [
            *("--no-sandbox", "--no-first-run", f"--disable-features={without}"),
            *(f"--disable-{name}" for name in quiet),
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Look at the pages as somebody in Montréal who dislikes motion."""
    return {
        **browser_context_args,
        "locale": "fr-CA",
        "timezone_id": "America/Toronto",
        "reduced_motion": "reduce",
    }
