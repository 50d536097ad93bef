"""An entry: one act, read or refusal, written once and never touched again."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome, Relation, action_label
from audit.log.encoding import FORM_1, SET_BY_DATABASE, Malformed, decode, encode_rest, leaf
from audit.log.identifier import first_uuid7, random_tail

# The roles whose acts are asked for by role, because somebody else reviews them.
WATCHERS = ("auditor", "privacy_officer")

# One statement, because every page writes an entry: it takes the session's next number and then the database's time
# (one clock for all machines, in whole microseconds, as the body counts), makes the key of that time, and completes and
# hashes the body. The row of the counter stays locked until the transaction ends, so a session's numbers have no gap;
# a rolled back act gives its number back. The form of the body is `FORM_1`.
_GIVEN = tuple(name for name in FORM_1 if name not in SET_BY_DATABASE)
_INSERT = r"""
WITH counted AS (
    INSERT INTO log_sessioncounter AS known (session, counter) VALUES (%(session)s, 1)
    ON CONFLICT (session) DO UPDATE SET counter = known.counter + 1
    RETURNING counter, clock_timestamp() AS at
), timed AS (
    SELECT counter, at, (extract(epoch FROM at) * 1000000)::bigint AS microseconds FROM counted
), keyed AS (
    SELECT *, (lpad(to_hex(microseconds / 1000), 12, '0') || '7'
        || lpad(to_hex(microseconds %% 1000 * 4096 / 1000), 3, '0') || %(tail)s)::uuid AS id
    FROM timed
), told AS (
    SELECT *, '\x01'::bytea || uuid_send(id) || int8send(microseconds) || uuid_send(%(session)s::uuid)
        || int8send(counter) || %(rest)s::bytea AS body
    FROM keyed
)
INSERT INTO log_entry (id, at, session, counter, {columns}, body, leaf)
SELECT id, at, %(session)s::uuid, counter, {values}, body, sha256('\x00'::bytea || body) FROM told
RETURNING id, at, counter, body, leaf
""".format(
    columns=", ".join(_GIVEN),
    values=", ".join(f"%({name})s{'::jsonb' if name == 'shown' else ''}" for name in _GIVEN),
)


class EntryQuerySet(models.QuerySet["Entry"]):
    def write(self, session: UUID, told: dict[str, Any]) -> "Entry":
        """Insert an entry of a session that says exactly this and give it; `record` is who calls."""
        given = told | {"session": session, "tail": random_tail(), "rest": encode_rest(told)}
        if told["shown"] is not None:
            given["shown"] = json.dumps(told["shown"])
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, given)
            key, at, counter, body, leaf_hash = cursor.fetchone()
        entry = self.model(id=key, at=at, session=session, counter=counter, **told, body=body, leaf=leaf_hash)
        entry._state.adding, entry._state.db = False, connection.alias
        return entry

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

        Keys rise with time (the trigger insists), so the primary key answers and no index on the time is needed.
        """
        found = self
        if start is not None:
            found = found.filter(id__gte=first_uuid7(start), at__gte=start)
        if end is not None:
            found = found.filter(id__lt=first_uuid7(end), at__lt=end)
        return found

    def before(self, entry_id: UUID) -> Self:
        """Keep what is older than this entry: the next page of a list."""
        return self.filter(id__lt=entry_id)

    def newest_first(self) -> Self:
        return self.order_by("-id")


class Entry(models.Model):
    """One entry. The readable columns repeat what `body` says; only `body` and its `leaf` are the proof."""

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
    body = models.BinaryField()
    leaf = models.BinaryField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["session", "counter"], name="log_entry_counted_once"),
            models.CheckConstraint(condition=models.Q(counter__gte=1), name="log_entry_counted_from_one"),
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="log_entry_outcome"),
            models.CheckConstraint(condition=models.Q(relation__in=Relation.values), name="log_entry_relation"),
            models.CheckConstraint(
                condition=~models.Q(actor_id="") & ~models.Q(actor_role="") & ~models.Q(action=""),
                name="log_entry_says_who_and_what",
            ),
        ]
        # Each serves one filter of the auditors' list, newest first; most entries are done and few by those who watch, so
        # only the others are indexed.
        # `shown` has its index in a migration (GIN; Django's class for it asks for one more app).
        indexes = [
            models.Index(fields=["actor_id", "id"], name="log_entry_by_actor"),
            models.Index(
                fields=["actor_role", "id"], name="log_entry_by_role", condition=models.Q(actor_role__in=WATCHERS)
            ),
            models.Index(fields=["action", "id"], name="log_entry_by_action"),
            models.Index(fields=["reference", "id"], name="log_entry_about", condition=~models.Q(reference="")),
            models.Index(fields=["subject", "id"], name="log_entry_of_case", condition=models.Q(subject__isnull=False)),
            models.Index(fields=["outcome", "id"], name="log_entry_not_done", condition=~models.Q(outcome="done")),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.id}"

    @property
    def sentence(self) -> Promise | str:
        """What was done, in the reader's language."""
        return action_label(self.action)

    def is_intact(self) -> bool:
        """Whether the stored bytes still give the stored hash and still say what the readable columns say."""
        try:
            told = decode(bytes(self.body))
        except Malformed:
            return False
        return leaf(bytes(self.body)) == bytes(self.leaf) and told == self._readable(told)

    def _readable(self, names: Iterable[str]) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in names}
        if values["detail_commitment"] is not None:
            values["detail_commitment"] = bytes(values["detail_commitment"])
        return values
