"""A unit of a hundred with a key for every case of the crowd: taking somebody out, and what opening takes each time."""

import secrets
import time
import uuid
from collections.abc import Iterator

from django.db import connection, transaction

from cases.models import Case
from cellule.accounts.acting import Acting, outside_a_browser, vault_of
from cellule.accounts.fiction import act_as, people_the_house
from cellule.vault import membership, removal, rosters, sessions
from cellule.vault.identities import Identity
from cellule.vault.models import HolderKeys, VaultSession
from cellule.vault.models.owner import Compartment
from cellule.vault.owner_keys import owner_keys
from cellule.vault.rosters import Member
from cellule.vault.unlocked import group_id

LIST = 50
_KEYS = """
INSERT INTO keys.vault_ownerkey (owner, compartment, version, holder, epoch, wrap)
SELECT c.id, part, 1, c.key_holder, 1, decode(repeat('00', 66), 'hex')
FROM cases_case c CROSS JOIN (VALUES ('ordinary'), ('story')) AS parts (part)
WHERE c.key_holder = %s AND NOT EXISTS (SELECT 1 FROM keys.vault_ownerkey k WHERE k.owner = c.id)
"""

_kept: dict[str, Acting] = {}
_leaving: Iterator[uuid.UUID] = iter(())


def prepare(members: int) -> int:
    """Give every case of the unit its keys and the unit so many members; gives how many cases there are."""
    global _leaving
    passphrases = {person.email.split("@")[0]: person.passphrase for person in people_the_house()}
    _kept["supervisor"] = act_as("mireille@cellule.example", passphrases["mireille"])
    _kept["worker"] = act_as("claire@cellule.example", passphrases["claire"])
    supervisor, unit = _request("supervisor"), group_id("unit")
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [unit])
        cursor.execute("ANALYZE keys.vault_ownerkey")
    with transaction.atomic():
        added = _grow(supervisor, unit, members)
    _leaving = iter([member.user for member in added])
    return Case.objects.filter(key_holder=unit).count()


def _grow(supervisor: Acting, unit: uuid.UUID, members: int) -> tuple[Member, ...]:
    before = rosters.verified(unit)
    added = tuple(_member() for _ in range(members - len(before.body.members)))
    body = before.successor(members=(*before.body.members, *added))
    me = (supervisor.user.pk, supervisor.vault.identity)
    membership.sign_and_save(before, body, [me], supervisor.actor)
    membership.turn(_request("supervisor").vault, rosters.verified(unit), supervisor.actor)
    return added


def _member() -> Member:
    """Somebody with keys of their own, and no account."""
    user, public = uuid.uuid4(), Identity(secrets.token_bytes(32)).public
    HolderKeys.objects.create(fingerprint=public.fingerprint, holder=user, public=public.encode())
    return Member(user, public.fingerprint, "caseworker")


def removes() -> float:
    """Milliseconds of taking one member out: what ends at once, and the root that turns in the same request."""
    by, user = _request("supervisor"), next(_leaving)
    start = time.perf_counter()
    removal.remove(user, organisation=None, by=by.actor, unlocked=by.vault)
    return (time.perf_counter() - start) * 1000


def unlocks(times: int) -> list[float]:
    """Milliseconds of opening a vault in a request: the session's copy of the root, memberships, the unit's root."""
    worker, sign_in, unit = _kept["worker"], secrets.token_hex(32), group_id("unit")
    cookie = sessions.begin(worker.user.pk, sign_in, worker.vault.identity)
    row = VaultSession.objects.get(sign_in=sign_in)
    found = []
    for _ in range(times):
        start = time.perf_counter()
        identity = sessions.resume(cookie, worker.user.pk, sign_in, known=row)
        vault_of(worker.user, identity).current_root(unit)
        found.append((time.perf_counter() - start) * 1000)
    return found


def lists(times: int) -> list[float]:
    """Milliseconds of the cryptography behind a list of 50 cases: root, keys, and a record of each."""
    mine = Case.objects.visible_to(_kept["worker"].user).open().newest_first()
    cases = list(mine[:LIST])
    wrapped = owner_keys(cases, [Compartment.ORDINARY])
    found = []
    for _ in range(times):
        vault = _request("worker").vault
        # What was asked of the database is there already.
        _ = vault.memberships
        start = time.perf_counter()
        opened = vault._open(cases, wrapped)
        for case in cases:
            opened[case.pk].read(case, "ordinary")
        found.append((time.perf_counter() - start) * 1000)
    return found


def _request(name: str) -> Acting:
    known = _kept[name]
    return outside_a_browser(known.user, known.vault.identity)
