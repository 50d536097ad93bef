"""A flood of tries: some are told to come back, nobody is shut out, and who is in already works on."""

import threading
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.test import Client

from audit.log.models import Entry
from cellule.accounts.line import LINE, Crowded, Line
from cellule.accounts.models import FailedAttempt
from cellule.vault import slots
from tests.people import said, signed_in
from tests.world import PEOPLE

CROWDED = "Many people are signing in at this moment. Wait a few seconds, then try again."
CLAIRE = "claire@cellule.example"


def _signs_in(email: str = CLAIRE, passphrase: str = ""):
    return Client().post("/connexion/", {"login": email, "password": passphrase or PEOPLE["claire"].passphrase})


@pytest.fixture
def crowd():
    """Strangers hold every place that strangers may hold."""
    with ExitStack() as held:
        for _stranger in range(settings.PASSPHRASE_PLACES - 1):
            held.enter_context(LINE.place(is_known=False))
        yield held


@pytest.mark.parametrize(("email", "passphrase"), [(CLAIRE, ""), (CLAIRE, "faux"), ("qui@cellule.example", "faux")])
def test_who_finds_no_place_is_told_the_same_and_nothing_is_counted(db, crowd, email, passphrase):
    answer = _signs_in(email, passphrase)

    assert (answer.status_code, answer.context["form"].errors["password"]) == (200, [said(CROWDED)])
    assert FailedAttempt.objects.count() == 0
    assert Entry.objects.filter(action="accounts.sign_in_failed").count() == 0


def test_whoever_comes_back_gets_in(db, crowd):
    assert _signs_in().status_code == 200
    crowd.close()

    assert _signs_in().status_code == 302


def test_who_is_in_already_unlocks_and_works_in_the_middle_of_a_flood(db):
    claire = signed_in("claire")
    claire.post("/verrou/")
    with ExitStack() as held:
        for _stranger in range(settings.PASSPHRASE_PLACES - 1):
            held.enter_context(LINE.place(is_known=False))

        unlocked = claire.post("/verrou/ouvrir/?suite=%2Fcompte%2F", {"password": PEOPLE["claire"].passphrase})

        assert unlocked.headers["Location"] == "/compte/"
        assert claire.get("/compte/").status_code == 200


def test_strangers_leave_a_place_and_a_place_is_given_back():
    line = Line(2)

    with line.place(is_known=False):
        with pytest.raises(Crowded), line.place(is_known=False):
            pass
        with line.place(is_known=True), pytest.raises(Crowded), line.place(is_known=True):
            pass
    with line.place(is_known=True), line.place(is_known=False):
        pass


def test_place_is_given_back_whatever_happens_in_it():
    line = Line(2)

    for _again in range(3):
        with pytest.raises(RuntimeError), line.place(is_known=False):
            raise RuntimeError


def test_server_keeps_a_thread_for_who_is_in_already():
    assert settings.PASSPHRASE_PLACES < 4


def test_no_more_than_two_runs_are_in_memory_at_once_and_the_others_wait():
    keys: list[bytes] = []
    third = threading.Thread(target=lambda: keys.append(slots._stretch("abaisser", b"\x00" * 16, 64, 1, 1)))

    with slots._argon2, slots._argon2:
        third.start()
        third.join(0.2)
        assert (third.is_alive(), keys) == (True, [])
    third.join()

    assert keys == [slots._stretch("abaisser", b"\x00" * 16, 64, 1, 1)]
