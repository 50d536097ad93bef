"""An organisation: the unit itself or a body that works with it."""

import uuid

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.enforcement import NAMES


class Organisation(models.Model):
    """A body whose people sign in; its privacy law decides deadlines (domain.md 2.1)."""

    class Zone(models.TextChoices):
        UNIT = "unit", _("The unit")
        PARTNER = "partner", _("Partner agency")

    class Regime(models.TextChoices):
        ACCESS_ACT = "A-2.1", _("Access Act (A-2.1), public bodies")
        PRIVATE_SECTOR = "P-39.1", _("Private-sector Act (P-39.1)")
        HEALTH = "R-22.1", _("Health information Act (R-22.1)")
        FEDERAL = "federal", _("Federal law")
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=150, unique=True)
    zone = models.CharField(_("kind"), max_length=10, choices=Zone, default=Zone.PARTNER)
    legal_regime = models.CharField(_("privacy law"), max_length=10, choices=Regime, default=Regime.PRIVATE_SECTOR)
    # guardian grants to a whole team through this group.
    group = models.OneToOneField(Group, on_delete=models.PROTECT, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone"],
                condition=models.Q(zone="unit"),
                name="organisation_one_unit",
                violation_error_message=_("There is only one unit in a house."),
            ),
            models.CheckConstraint(
                condition=models.Q(zone="unit") | ~models.Q(name__iregex=NAMES),
                name="organisation_partner_is_not_apart",
                violation_error_message=_("Nobody of a police or border body signs in here."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        if self.group_id is None:
            self.group = Group.objects.create(name=f"organisation {self.pk}")
        super().save(*args, **kwargs)
