"""A notice: who should look at what, in no words."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cellule.notices.kinds import address_of, text_of
from cellule.references import LENGTH, shown


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self, user) -> "NoticeQuerySet":
        """Keep what this person has not read yet."""
        return self.filter(recipient=user, read_on=None)

    def about(self, reference: str) -> "NoticeQuerySet":
        """Keep what leads to the record with this reference."""
        return self.filter(reference=reference)

    def lead_nowhere(self) -> int:
        """Take the reference out of these, for whom it names nothing any more; say how many there were."""
        return self.update(reference="")

    def mark_read(self) -> int:
        """Note that these were read today, and say how many were not before."""
        return self.filter(read_on=None).update(read_on=timezone.localdate())


class Notice(models.Model):
    """Something new for one person. The text comes from the kind; a finer time than a day is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(_("kind"), max_length=60)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    made_on = models.DateField(_("made on"), default=timezone.localdate)
    read_on = models.DateField(_("read on"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-made_on", "kind"]
        indexes = [models.Index(fields=["recipient"], condition=models.Q(read_on=None), name="notice_unread")]

    def __str__(self) -> str:
        return self.kind

    @property
    def text(self) -> Promise | str:
        return text_of(self.kind)

    @property
    def address(self) -> str:
        """Where to look; empty when there is nothing to see any more."""
        return address_of(self.kind, self.reference)

    @property
    def code(self) -> str:
        """The reference as people read it; empty where it is the id of a person or an entry, which nobody reads."""
        return shown(self.reference) if len(self.reference) == LENGTH else ""
