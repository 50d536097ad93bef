"""What a real house refuses to start with: each is one sentence about what is wrong and what mends it.

Run by `manage.py check --deploy` and by every process that serves (`cellule/ground/refusal.py`). The fictional house is
allowed to be weak.
"""

import os
import stat
from collections.abc import Collection
from pathlib import Path

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection

from cellule.ground.refusal import TAG
from cellule.vault import house, secrets_file
from cellule.vault.identities import HOUSE, private_box
from cellule.vault.models import HolderKeys, Roster, Slot
from cellule.vault.sealing import HPKE, VaultError

# Argon2id, RFC 9106: the design's own cost is the least that is taken (memory in KiB).
FLOOR = {"memory": 64 * 1024, "passes": 3, "lanes": 1}
_PEPPER_BYTES = 32

_MAY_WRITE_THE_LOG = """
SELECT bool_or(
    rolsuper OR pg_has_role(current_user, t.relowner, 'MEMBER')
    OR has_table_privilege(t.oid, 'UPDATE') OR has_table_privilege(t.oid, 'DELETE')
    OR has_table_privilege(t.oid, 'TRUNCATE') OR has_table_privilege(t.oid, 'TRIGGER')
)
FROM pg_class t CROSS JOIN pg_roles WHERE rolname = current_user AND t.oid = 'log_entry'::regclass
"""


@register(Tags.security, TAG, deploy=True)
def check_debug(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Pages of errors that show values."""
    return [Error("DEBUG is on: error pages would show what was typed.", id="vault.E001")] if settings.DEBUG else []


@register(Tags.security, TAG, deploy=True)
def check_slot_cost(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Passphrases that could be tried quickly by whoever has the database and the pepper."""
    low = [f"{name} {settings.SLOT_COST[name]} < {least}" for name, least in FLOOR.items() if _below(name, least)]
    if not low:
        return []
    return [Error(f"SLOT_COST is too low ({', '.join(low)}).", hint=f"At least {FLOOR}.", id="vault.E002")]


def _below(name: str, least: int) -> bool:
    return settings.SLOT_COST[name] < least


@register(Tags.security, TAG, deploy=True)
def check_mlkem(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """A library of cryptography without ML-KEM could open no group."""
    try:
        MLKEM768PrivateKey.generate()
        box = private_box(bytes(32), "check")
        works = HPKE.decrypt(HPKE.encrypt(b"check", box.public_key(), info=b""), box, info=b"") == b"check"
    except (UnsupportedAlgorithm, InvalidTag, ValueError):
        works = False
    hint = "Install the locked versions, whose `cryptography` brings its own OpenSSL."
    return [] if works else [Error("ML-KEM-768 is missing.", hint=hint, id="vault.E003")]


@register(Tags.security, TAG, deploy=True)
def check_secrets_file(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """The file beside the database: there, readable by its owner alone, with a pepper. Nothing before the founding."""
    path = Path(settings.SECRETS_FILE)
    if not path.exists():
        if not _has_people():
            return []
        hint = "Restore it from its own backup, or: manage.py recover"
        return [Error("The secrets file is missing, and with it the pepper.", hint=hint, id="vault.E004")]
    found: list[CheckMessage] = []
    for place, mask in ((path, stat.S_IRWXG | stat.S_IRWXO), (path.parent, stat.S_IWGRP | stat.S_IWOTH)):
        state = place.stat()
        if state.st_mode & mask or state.st_uid not in {os.geteuid(), 0}:
            hint = f"chmod {'600' if place == path else '700'}, and the account that serves as its owner."
            found.append(Error(f"Others can get at {place}.", hint=hint, id="vault.E005"))
    try:
        peppers = secrets_file.read().peppers
    except (ValueError, KeyError, OSError):
        return [*found, Error("The secrets file cannot be read.", hint="Restore it.", id="vault.E006")]
    if not peppers or any(len(pepper) < _PEPPER_BYTES for pepper in peppers.values()):
        found.append(Error("The pepper is missing.", hint="Restore the secrets file.", id="vault.E007"))
    elif lost := _unknown_peppers(peppers):
        hint = "Restore the newest secrets file; if it is lost: manage.py recover"
        found.append(Warning(f"Peppers that slots need are missing: {lost}.", hint=hint, id="vault.W001"))
    return found


@register(Tags.security, TAG, deploy=True)
def check_pin(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Rosters without a pinned house root: whoever writes to the database could make themselves members."""
    try:
        if not secrets_file.is_founded() or not Roster.objects.exists():
            return []
        pin = house.pinned()
        keys = HolderKeys.objects.filter(pk=pin, holder=HOUSE)
        house.forebears(pin)
        if pin and keys.exists():
            return []
    except DatabaseError:
        return []
    except (ValueError, KeyError):
        # The file cannot be read, which is another check's to say.
        return []
    except VaultError:
        pin = ""
    hint = "Restore the secrets file that holds the pin; if it is lost: manage.py recover"
    return [Error("The house root is not pinned to what the database holds.", hint=hint, id="vault.E008")]


@register(Tags.security, TAG, deploy=True)
def check_log_walls(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """A role that serves and owns, or may change, the log could rewrite it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_MAY_WRITE_THE_LOG)
            (may,) = cursor.fetchone()
    except DatabaseError:
        return []
    if not may:
        return []
    hint = "Serve with the run-time role of `manage.py database_roles`, and migrate with the owner."
    return [Error("The database role that serves could change the log.", hint=hint, id="vault.E009")]


def _has_people() -> bool:
    try:
        return Slot.objects.exists()
    except DatabaseError:
        return False


def _unknown_peppers(known: Collection[int]) -> str:
    try:
        named = Slot.objects.exclude(pepper_number__in=list(known)).values_list("pepper_number", flat=True)
        return ", ".join(str(number) for number in sorted(set(named)))
    except DatabaseError:
        return ""
