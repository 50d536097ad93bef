"""What a search has found, for a quarter of an hour: sealed to whoever searched."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cellule.accounts.acting import Acting
from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models import OwnerKey
from cellule.vault.models.owner import Compartment

LASTS = datetime.timedelta(minutes=15)


@dataclass(frozen=True)
class FoundCases:
    """The cases that fit, by id, the best first. `at_intake`: the reference of the case whose intake asked, or empty."""

    cases: tuple[str, ...] = ()
    at_intake: str = ""


class FoundQuerySet(models.QuerySet["Found"]):
    def of(self, by: Acting) -> Self:
        """Keep what this person searched for in this session and may still look at."""
        return self.filter(key_holder=by.user.pk, session=by.actor.session, ends_at__gt=timezone.now())

    def forget(self) -> None:
        """Delete these results for good: their keys first."""
        with transaction.atomic():
            found = list(self.values_list("pk", flat=True))
            OwnerKey.objects.filter(owner__in=found).delete()
            self.model._default_manager.filter(pk__in=found).delete()


class Found(SealedModel):
    """One result; its id is the token in the address, which tells nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The person who searched: nobody else holds its key.
    key_holder = models.UUIDField(_("holder"), db_index=True)
    # As the log numbers it: an address that was copied into another browser leads to nothing there.
    session = models.UUIDField(_("session"))
    ends_at = models.DateTimeField(_("ends at"), db_index=True)
    cases = SealedDocument("cases.found.cases", document=FoundCases, compartment=Compartment.DRAFT)

    # What the log calls it: the cases that are shown of it have their own entry.
    reference = "result"

    objects = FoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("search result")
        verbose_name_plural = _("search results")
        default_permissions = ()

    def __str__(self) -> str:
        return "search result"

    @classmethod
    def keep(cls, cases: Sequence[uuid.UUID], *, by: Acting, at_intake: str = "") -> "Found":
        """Seal a result to whoever searched; their older ones that have ended go."""
        cls.objects.filter(key_holder=by.user.pk, ends_at__lte=timezone.now()).forget()
        with transaction.atomic():
            found = cls(key_holder=by.user.pk, session=by.actor.session, ends_at=timezone.now() + LASTS)
            sealer = by.vault.sealer(found, Compartment.DRAFT)
            sealer.write(found, "cases", FoundCases(tuple(pk.hex for pk in cases), at_intake))
            found.save(force_insert=True)
        return found
