"""A growing delay for wrong passphrases, per account and network. It never shuts anybody out.

An attacker slows down only the account as tried from that attacker's own network; from all networks together an
account waits a few seconds at the most. Known and unknown addresses are counted alike.
"""

import hmac
import ipaddress
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from cellule.accounts.models import FailedAttempt
from cellule.vault import secrets_file

# (what is counted, failures that cost nothing, longest wait in seconds)
_PAIR = ("pair", 3, 300)
_ACCOUNT = ("account", 20, 5)
_NETWORK = ("network", 50, 5)
_FORGET_AFTER = timedelta(hours=12)


def seconds_to_wait(email: str, request: HttpRequest) -> int:
    """How many seconds this account must wait before the next try from this network (0: now)."""
    keys = [key for key, *_ in _keys(email, request)]
    until = FailedAttempt.objects.filter(key__in=keys).aggregate(until=Max("wait_until"))["until"]
    return max(0, math.ceil((until - timezone.now()).total_seconds())) if until else 0


def count_failure(email: str, request: HttpRequest) -> None:
    """Count a wrong passphrase; the next wait doubles."""
    now = timezone.now()
    for key, free, longest in _keys(email, request):
        with connection.cursor() as cursor:
            # One statement, so that simultaneous tries are all counted.
            cursor.execute(
                "INSERT INTO accounts_failedattempt AS a (key, failures, last_at, wait_until) VALUES (%s, 1, %s, %s)"
                " ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at,"
                " failures = CASE WHEN a.last_at < %s THEN 1 ELSE a.failures + 1 END RETURNING failures",
                [key, now, now, now - _FORGET_AFTER],
            )
            failures = cursor.fetchone()[0]
        if failures > free:
            wait = min(longest, 2 ** min(failures - free - 1, 12))
            FailedAttempt.objects.filter(key=key).update(wait_until=now + timedelta(seconds=wait))


def forget_failures(email: str, request: HttpRequest) -> None:
    """After the right passphrase: this account from this network starts afresh."""
    pair_key = _keys(email, request)[0][0]
    FailedAttempt.objects.filter(key=pair_key).delete()


def forget_stale() -> int:
    return FailedAttempt.objects.filter(last_at__lt=timezone.now() - _FORGET_AFTER).delete()[0]


@contextmanager
def answer_at_a_fixed_time() -> Iterator[None]:
    """Let every answer to who somebody is come equally late (SIGN_IN_ANSWER_SECONDS): right, wrong or unknown."""
    end = time.monotonic() + settings.SIGN_IN_ANSWER_SECONDS
    try:
        yield
    finally:
        time.sleep(max(0.0, end - time.monotonic()))


def network_of(request: HttpRequest) -> str:
    """The caller's network (a /24, or a /48 for IPv6), for counting only: never stored in clear."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.headers.get("X-Forwarded-For", address).split(",")[-1].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))


def _keys(email: str, request: HttpRequest) -> list[tuple[bytes, int, int]]:
    account, network = email.strip().lower(), network_of(request)
    named = {"pair": f"{account}\x00{network}", "account": account, "network": network}
    secret = secrets_file.server_key("failed attempts")
    return [
        (hmac.digest(secret, f"{kind}\x00{named[kind]}".encode(), "sha256"), free, longest)
        for kind, free, longest in (_PAIR, _ACCOUNT, _NETWORK)
    ]
