"""The same records in clear columns."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule import references


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=150)
    language = models.CharField(max_length=2, default="fr")


class State(models.TextChoices):
    INQUIRY = "inquiry", _("Inquiry")


class Interpreter(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


class Case(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=references.LENGTH, unique=True)
    state = models.CharField(max_length=20, choices=State, default=State.INQUIRY)
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="cases")
    opened_at = models.DateTimeField()
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=3, blank=True)
    interpreter = models.CharField(max_length=10, choices=Interpreter)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["lead", "-opened_at"], name="plain_case_newest_first")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return references.shown(self.reference)


class Incident(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=30)
    happened = models.JSONField()
    borough = models.CharField(max_length=10)
    narrative = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.kind


class Note(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    body = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return "note"
