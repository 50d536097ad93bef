"""Passkeys: the public half of each, and which slot of the vault it opens."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Passkey(models.Model):
    """One passkey of a person. What it gives to open the vault is never here, and no rights come from this row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(_("name"), max_length=60)
    credential_id = models.BinaryField(unique=True)
    # The attested credential data of WebAuthn: model of the device, credential id, public key.
    credential = models.BinaryField()
    # The vault's slot (no foreign key: none crosses into the key schema); none where the passkey has no PRF extension.
    slot = models.UUIDField(null=True, editable=False)
    made_on = models.DateField(default=timezone.localdate)
    used_on = models.DateField(null=True)

    class Meta:
        ordering = ["made_on", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def opens_vault(self) -> bool:
        return self.slot is not None
