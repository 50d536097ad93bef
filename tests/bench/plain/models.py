"""The same records in clear columns."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models

from cellule import references
from tests.bench.plain.codes import Interpreter, NeedKind, RiskLevel, State


class Agency(models.Model):
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=150)
    language = models.CharField(max_length=2, default="fr")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="people")


class Notice(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    reference = models.CharField(max_length=references.LENGTH)
    read_on = models.DateField(null=True)

    def __str__(self) -> str:
        return "notice"


class Case(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=references.LENGTH, unique=True)
    state = models.CharField(max_length=20, choices=State, default=State.INQUIRY)
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="cases")
    opened_at = models.DateTimeField()
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=3, blank=True)
    interpreter = models.CharField(max_length=10, choices=Interpreter)
    called = models.CharField(max_length=200, blank=True)
    risk = models.CharField(max_length=10, choices=RiskLevel, blank=True)
    awaits_lead = models.BooleanField(default=False)
    closing_proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["lead", "-opened_at"], name="plain_case_newest_first")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return references.shown(self.reference)

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED


class Share(models.Model):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return "share"


class SavedView(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    filters = models.JSONField()

    def __str__(self) -> str:
        return "saved view"


class Visit(models.Model):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return "visit"


class Recorded(models.Model):
    """What was written down in a case, when and by whom."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Incident(Recorded):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="incidents")
    reference = models.CharField(max_length=references.LENGTH, unique=True)
    kind = models.CharField(max_length=30)
    happened = models.JSONField()
    borough = models.CharField(max_length=10)
    narrative = models.TextField()


class Note(Recorded):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    body = models.TextField()


class Risk(Recorded):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="risks")
    level = models.CharField(max_length=10, choices=RiskLevel)
    rationale = models.TextField()


class Milestone(Recorded):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="milestones")
    step = models.CharField(max_length=30)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20, choices=State)


class Need(Recorded):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="needs")
    kind = models.CharField(max_length=20, choices=NeedKind)
    urgent = models.BooleanField()
    is_open = models.BooleanField(default=True)
    words = models.TextField(blank=True)


class SafeContact(models.Model):
    """Here always the answer that no way is safe, but for a code word."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="safe_contact")
    none_possible = models.BooleanField()
    code_word = models.CharField(max_length=100)

    def __str__(self) -> str:
        return "contact"


class Service(models.Model):
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Referral(models.Model):
    """What was sent and answered, in words: pairs of a question and its answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=references.LENGTH, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    state = models.CharField(max_length=20)
    access_until = models.DateField(null=True)
    envelope = models.JSONField()
    agreed = models.JSONField()
    answer = models.JSONField()

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return references.shown(self.reference)

    @property
    def has_been_received(self) -> bool:
        return self.state not in ("sent", "viewed")


class ReferralEvent(Recorded):
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="events")
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ["recorded_at"]


class ReferralMessage(Recorded):
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="messages")
    words = models.TextField()

    class Meta:
        ordering = ["recorded_at"]
