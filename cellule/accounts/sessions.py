"""Django's session store over sealed rows (named by SESSION_ENGINE)."""

import hashlib
import json
import os
import uuid
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.functional import cached_property

from cellule.vault import secrets_file
from cellule.vault.models import VaultSession

# Every request asks this: the session, its account and its copy of the keys at once, and nothing to compose anew.
_LOAD = """
SELECT s.content, s.log_session, v.id, v.holder, v.boot, v.wrap, v.seen_at, v.ends_at, {person}
FROM accounts_signinsession s
LEFT JOIN accounts_user u ON u.id = s.user_id
LEFT JOIN keys.vault_vaultsession v ON v.sign_in = s.key_hash AND NOT v.pending
WHERE s.key_hash = %s AND s.expires_at > %s
"""


class SessionStore(SessionBase):
    """A session whose key and content the database cannot use."""

    @classmethod
    def get_model_class(cls):
        from cellule.accounts.models import SignInSession  # the store is imported before the models are loaded

        return SignInSession

    @cached_property
    def model(self):
        return self.get_model_class()

    @property
    def row_id(self) -> str | None:
        """The hashed key: names this session's row, and binds the vault's copy to it."""
        return hashed(self.session_key) if self.session_key else None

    @property
    def log_session(self) -> uuid.UUID | None:
        """The session's name in the log (None before it is saved)."""
        self._get_session()
        return getattr(self, "_log_session", None)

    def load(self) -> dict:
        columns, statement = _load_statement()
        with connection.cursor() as cursor:
            cursor.execute(statement, [self.row_id, timezone.now()])
            row = cursor.fetchone()
        content = _open(self.row_id, row[0]) if row else None
        if content is None:
            self._session_key = None
            return {}
        _, self._log_session, vault_id, holder, boot, wrap, seen_at, ends_at, *person = row
        # Read in the same query; only what the sealed content says makes this person the one who is signed in.
        if any(person):
            self._person = get_user_model().from_db(connection.alias, columns, person)
        if vault_id:
            self._vault_row = VaultSession(
                id=vault_id,
                holder=holder,
                sign_in=self.row_id,
                boot=boot,
                wrap=wrap,
                seen_at=seen_at,
                ends_at=ends_at,
            )
        return content

    @property
    def person(self):
        """The account of the row that was loaded (None for a new session, or one that nobody signed in to)."""
        self._get_session()
        return getattr(self, "_person", None)

    @property
    def vault_row(self) -> VaultSession | None:
        """The session copy of the person's root, as it was when the session was loaded."""
        self._get_session()
        return getattr(self, "_vault_row", None)

    def exists(self, session_key: str) -> bool:
        return self.model.objects.filter(key_hash=hashed(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        content = self._get_session(no_load=must_create)
        self._log_session = getattr(self, "_log_session", None) or uuid.uuid4()
        row = self.model(
            key_hash=self.row_id,
            user_id=content.get("_auth_user_id"),
            log_session=self._log_session,
            expires_at=self.get_expiry_date(),
        )
        row.content = _seal(row.key_hash, content)
        try:
            with transaction.atomic():
                if must_create:
                    row.save(force_insert=True)
                else:
                    row.save(force_update=True, update_fields=["user", "content", "expires_at"])
        except IntegrityError:
            if must_create:
                raise CreateError from None
            raise
        except self.model.NotUpdated:
            raise UpdateError from None
        return None

    def cycle_key(self) -> None:
        # A new key is a new row with the same content; the log goes on under the same name.
        content, before = self._session, self.session_key
        self.create()
        self._session_cache = content
        if before:
            self.delete(before)

    def flush(self) -> None:
        super().flush()
        self._log_session = None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(key_hash=hashed(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        cls.get_model_class().objects.filter(expires_at__lt=timezone.now()).delete()


@cache
def _load_statement() -> tuple[list[str], str]:
    """The attributes of an account, and the statement that ends with its columns."""
    fields = get_user_model()._meta.concrete_fields
    person = ", ".join(f"u.{field.column}" for field in fields)
    return [field.attname for field in fields], _LOAD.format(person=person)


def hashed(session_key: str) -> str:
    return hashlib.sha256(b"cellule/1/sign-in\x00" + session_key.encode()).hexdigest()


def _seal(row_id: str, content: dict) -> bytes:
    nonce = os.urandom(12)
    return nonce + _cipher().encrypt(nonce, json.dumps(content).encode(), row_id.encode())


def _open(row_id: str, sealed: bytes) -> dict | None:
    try:
        return json.loads(_cipher().decrypt(sealed[:12], sealed[12:], row_id.encode()))
    except InvalidTag:
        return None


def _cipher() -> AESGCM:
    return AESGCM(secrets_file.server_key("sign-in sessions"))
