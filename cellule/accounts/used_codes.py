"""The only cache of the house: remembers which second-factor codes were used, and nothing else."""

import hmac
from datetime import timedelta

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone

from cellule.vault import secrets_file


class UsedCodes(BaseCache):
    """`add` once per key across all processes; reading and everything else a cache does is refused."""

    def __init__(self, location: str, params: dict) -> None:
        super().__init__(params)

    def add(self, key: str, value: object, timeout: float = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        from cellule.accounts.models import UsedCode  # the cache is made before the models are loaded

        # A code stays valid for neighbouring periods too: remember it for all of them.
        seconds = 3 * (300 if timeout in (None, DEFAULT_TIMEOUT) else timeout)
        hashed = hmac.digest(secrets_file.server_key("used codes"), key.encode(), "sha256")
        try:
            with transaction.atomic():
                UsedCode.objects.filter(ends_at__lt=timezone.now()).delete()
                UsedCode.objects.create(key=hashed, ends_at=timezone.now() + timedelta(seconds=seconds))
        except IntegrityError:
            return False
        return True

    def get(self, key: str, default: object = None, version: int | None = None) -> object:
        raise NotImplementedError("this house keeps no cache")

    def set(self, key: str, value: object, timeout: float = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        raise NotImplementedError("this house keeps no cache")

    def delete(self, key: str, version: int | None = None) -> bool:
        raise NotImplementedError("this house keeps no cache")

    def clear(self) -> None:
        raise NotImplementedError("this house keeps no cache")
