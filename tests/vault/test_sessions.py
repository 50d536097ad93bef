"""The session copy of a root: cookie, row, boot and person must all fit."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from cellule.vault import boot, sessions
from cellule.vault.models import VaultSession


@pytest.fixture
def opened(caseworker):
    """(cookie, user id, root) of an unlocked session named "here"."""
    identity = caseworker.vault.identity
    return sessions.begin(caseworker.user.pk, "here", identity), caseworker.user.pk, identity.root


def test_the_cookie_opens_it(opened):
    cookie, user, root = opened

    assert sessions.resume(cookie, user, "here").root == root


@pytest.mark.parametrize("cookie", ["", "x", "é", "A" * 64, base64.urlsafe_b64encode(bytes(48)).decode()])
def test_another_cookie_does_not(opened, cookie):
    _, user, _ = opened

    assert sessions.resume(cookie, user, "here") is None


def test_the_row_id_with_another_secret_does_not(opened):
    cookie, user, _ = opened
    raw = base64.urlsafe_b64decode(cookie + "==")
    forged = base64.urlsafe_b64encode(raw[:16] + bytes(32)).decode()

    assert sessions.resume(forged, user, "here") is None


def test_another_persons_cookie_does_not(opened, supervisor):
    cookie, _, _ = opened

    assert sessions.resume(cookie, supervisor.user.pk, "here") is None


def test_another_sign_in_session_does_not(opened):
    cookie, user, _ = opened

    assert sessions.resume(cookie, user, "elsewhere") is None


def test_a_row_given_to_another_person_does_not_open(opened, supervisor):
    cookie, _, _ = opened
    VaultSession.objects.update(holder=supervisor.user.pk)

    assert sessions.resume(cookie, supervisor.user.pk, "here") is None


def test_after_a_restart_it_is_gone(opened, monkeypatch):
    cookie, user, _ = opened
    monkeypatch.setattr(boot, "SECRET", b"\x01" * 32)

    assert sessions.resume(cookie, user, "here") is None


def test_a_new_boot_refuses_rows_of_an_old_one(opened, monkeypatch):
    cookie, user, _ = opened
    monkeypatch.setattr(boot, "BOOT", b"\x02" * 16)

    assert sessions.resume(cookie, user, "here") is None


def test_locking_ends_it(opened):
    cookie, user, _ = opened
    sessions.end("here")

    assert sessions.resume(cookie, user, "here") is None
    assert VaultSession.objects.filter(holder=user).count() == 0


@pytest.fixture
def clock(time_machine):
    """A clock that stands still until it is shifted."""
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def test_idle_for_five_minutes_ends_it(clock, opened):
    cookie, user, root = opened
    clock.shift(timedelta(minutes=4, seconds=59))
    assert sessions.resume(cookie, user, "here").root == root

    # The request above counted as work: four more minutes are fine, five are not.
    clock.shift(timedelta(minutes=4, seconds=59))
    assert sessions.resume(cookie, user, "here").root == root
    clock.shift(timedelta(minutes=5))
    assert sessions.resume(cookie, user, "here") is None


def test_twelve_hours_end_it_in_any_case(clock, opened):
    cookie, user, _ = opened
    VaultSession.objects.update(seen_at=timezone.now() + timedelta(hours=12))
    clock.shift(timedelta(hours=12))

    assert sessions.resume(cookie, user, "here") is None


def test_a_pending_copy_opens_nothing_before_the_second_factor(caseworker):
    identity, user = caseworker.vault.identity, caseworker.user.pk
    cookie = sessions.begin(user, "pending", identity, pending=True)

    assert sessions.resume(cookie, user, "pending") is None
    assert sessions.resume(cookie, user, None, pending=True).root == identity.root


def test_a_pending_row_made_open_by_an_update_opens_nothing(caseworker):
    identity, user = caseworker.vault.identity, caseworker.user.pk
    cookie = sessions.begin(user, "here", identity, pending=True)
    VaultSession.objects.update(pending=False)

    assert sessions.resume(cookie, user, "here") is None


def test_a_new_session_replaces_the_older_copy(opened, caseworker):
    cookie, user, root = opened
    newer = sessions.begin(user, "here", caseworker.vault.identity)

    assert sessions.resume(cookie, user, "here") is None
    assert sessions.resume(newer, user, "here").root == root
    assert VaultSession.objects.filter(sign_in="here").count() == 1


def test_stale_rows_are_forgotten(clock, opened):
    clock.shift(timedelta(minutes=6))

    assert sessions.forget_stale(timezone.now()) == 1
