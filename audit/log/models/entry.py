"""An entry: one act, read or refusal, written once and never touched again."""

import json
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome, Relation, action_label
from audit.log.encoding import FORM_1, Malformed, encode, leaf
from audit.log.identifier import first_uuid7, random_tail, utc_day
from audit.log.insertion import GIVEN, insert
from audit.log.models.leaf import Leaf


class EntryQuerySet(models.QuerySet["Entry"]):
    def by_actor(self, *actors: str) -> Self:
        """Keep what these actors did (their opaque ids)."""
        return self.filter(actor_id__in=actors)

    def by_role(self, *roles: str) -> Self:
        """Keep what was done in these roles, as they were at the time."""
        return self.filter(actor_role__in=roles)

    def about(self, *references: str) -> Self:
        """Keep what concerns a record with one of these opaque references, also as one of those a list showed."""
        wanted = models.Q(reference__in=references)
        for reference in references:
            wanted |= models.Q(shown__contains=[reference])
        return self.filter(wanted)

    def about_the_case_of(self, *references: str) -> Self:
        """Keep what concerns the cases to which these references lead: their own, a referral's, what a list showed.

        Joined by the case's log reference, so that nothing is found any more once that is destroyed.
        """
        named = self.model._default_manager.filter(reference__in=references, subject__isnull=False)
        cases = list(named.order_by().values_list("subject", flat=True).distinct())
        # Lists name records by reference alone.
        known = self.model._default_manager.filter(subject__in=cases).exclude(reference="")
        about = self.about(*references, *known.order_by().values_list("reference", flat=True).distinct())
        return about | self.filter(subject__in=cases)

    def of_action(self, *codes: str) -> Self:
        return self.filter(action__in=codes)

    def with_outcome(self, *outcomes: str) -> Self:
        return self.filter(outcome__in=outcomes)

    def between(self, start: datetime | None, end: datetime | None) -> Self:
        """Keep what happened from `start` up to, not including, `end`; None leaves that side open.

        Keys rise with time (the trigger insists), so the primary key answers and no index on the time is needed; the
        days narrow what the other indexes are asked for.
        """
        found = self
        if start is not None:
            found = found.filter(id__gte=first_uuid7(start), at__gte=start, utc_day__gte=utc_day(first_uuid7(start)))
        if end is not None:
            found = found.filter(id__lt=first_uuid7(end), at__lt=end, utc_day__lte=utc_day(first_uuid7(end)))
        return found

    def before(self, entry_id: UUID) -> Self:
        """Keep what is older than this entry: the next page of a list."""
        return self.filter(id__lt=entry_id, utc_day__lte=utc_day(entry_id))

    def newest_first(self) -> Self:
        # By the day first, which is the same order: the indexes lead along it.
        return self.order_by("-utc_day", "-id")


_Manager = models.Manager.from_queryset(EntryQuerySet)


class EntryManager(_Manager):
    def write(self, session: UUID, told: dict[str, Any]) -> "Entry":
        """Insert an entry of a session that says exactly this and give it; `record` is who calls.

        `told` are the columns of `FORM_1` beside `SET_BY_DATABASE`. DatabaseError where they can be no entry.
        """
        shown = None if told["shown"] is None else json.dumps(told["shown"])
        given = [shown if name == "shown" else told[name] for name in GIVEN]
        key, at, counter = insert(session, random_tail(), given)
        columns = told | {"id": key, "at": at, "session": session, "counter": counter, "utc_day": utc_day(key)}
        # As read from the database, which is also the quickest way to make one.
        values = [columns[field.attname] for field in Entry._meta.concrete_fields]
        return Entry.from_db(connection.alias, columns, values)


class Entry(models.Model):
    """One entry, told once: `body` writes its columns in the form whose hash the tree holds."""

    insert_only = True

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField(_("when"))
    actor_id = models.CharField(_("who"), max_length=64)
    actor_role = models.CharField(_("role at the time"), max_length=30)
    actor_organisation = models.CharField(_("organisation"), max_length=150, blank=True)
    action = models.CharField(_("what"), max_length=60)
    subject_type = models.CharField(_("kind of record"), max_length=60, blank=True)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    shown = models.JSONField(_("references shown in a list"), null=True)
    # The random log reference of a case: once it is destroyed, nobody can join these entries to the case.
    subject = models.UUIDField(_("log reference"), null=True)
    relation = models.CharField(_("relation to the case"), max_length=20, choices=Relation)
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    session = models.UUIDField(_("session"))
    counter = models.BigIntegerField(_("number in the session"))
    request = models.UUIDField(_("request"))
    detail_commitment = models.BinaryField(_("commitment to the sealed detail"), null=True)
    # What indexes go by: a few thousand rows share each of their keys, which then takes a few bytes a row.
    # Set by the trigger `log_entry_is_sound`, whatever is given.
    utc_day = models.IntegerField(db_default=0, editable=False)

    objects = EntryManager()

    class Meta:
        default_permissions = ()
        # What a row may say is judged by the trigger `log_entry_is_sound`: constraints are read anew for each statement.
        # Each serves one question of the auditors' list, newest day first, and holds nothing but what many rows share,
        # so that they are packed (B-tree deduplication, which knows no INCLUDE). Most entries are done and few are
        # auditors', so only the others are indexed, with what other questions look at.
        # `shown` has its index in a migration (GIN; Django's class for it asks for one more app).
        indexes = [
            models.Index(fields=["actor_id", "utc_day"], name="log_entry_of_actor"),
            models.Index(fields=["action", "utc_day"], name="log_entry_of_action"),
            models.Index(fields=["actor_id", "action", "utc_day"], name="log_entry_of_actors_action"),
            models.Index(
                fields=["utc_day", "id"],
                include=["actor_id", "action", "outcome"],
                name="log_entry_of_auditors",
                condition=models.Q(actor_role="auditor"),
            ),
            models.Index(
                fields=["outcome", "utc_day", "id"],
                include=["actor_id", "action", "actor_role"],
                name="log_entry_other_than_done",
                condition=~models.Q(outcome="done"),
            ),
            models.Index(fields=["reference", "utc_day"], name="log_entry_about", condition=~models.Q(reference="")),
            models.Index(fields=["subject"], name="log_entry_of_case", condition=models.Q(subject__isnull=False)),
            models.Index(fields=["session"], name="log_entry_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.id}"

    @property
    def sentence(self) -> Promise | str:
        """What was done, in the reader's language."""
        return action_label(self.action)

    @property
    def body(self) -> bytes:
        """The bytes whose hash the tree holds; raises `Malformed` when the columns say what no body can."""
        told = {name: getattr(self, name) for name in FORM_1}
        if told["detail_commitment"] is not None:
            told["detail_commitment"] = bytes(told["detail_commitment"])
        return encode(told)

    @property
    def leaf(self) -> bytes:
        """What these columns hash to; raises `Malformed`."""
        return leaf(self.body)

    def fits(self, placed: Leaf | None) -> bool | None:
        """Whether the entry still says what its place in the tree holds; None while it waits for one."""
        try:
            return None if placed is None else self.leaf == bytes(placed.hash)
        except Malformed:
            return False
