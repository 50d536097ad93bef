"""What is added to a case, and what of it may be corrected: each act with its entry, in one transaction."""

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError, connection, models, transaction

from audit.log.actions import Action
from audit.log.record import record
from cases import actions, policies
from cases.models.card import write_card
from cases.models.codes import GRAVE, OPEN, NeedKind, RedFlag, RiskLevel
from cases.models.incident import Incident, IncidentStory
from cases.models.milestone import Milestone, MilestoneOrdinary, MilestoneStory
from cases.models.moments import now, this_week
from cases.models.need import Need, NeedStory
from cases.models.note import Note, NoteStory
from cases.models.participation import Participation, ParticipationStory
from cases.models.person import Person, PersonIdentity, PersonOrdinary
from cases.models.risk import RiskAssessment, RiskStory, Standing
from cases.models.safe_contact import ContactDetails, ContactRules, SafeContact
from cases.notices import WAITS_FOR_DECISION
from cellule import references
from cellule.accounts.acting import Acting
from cellule.forms import FuzzyDate
from cellule.steps import Stale
from cellule.vault.models.owner import Compartment

if TYPE_CHECKING:
    from cases.models.case import Case
    from cellule.accounts.models import User

# Asked whenever something is written: written out, because composing it takes longer than running it, and about one
# case alone, so that the server plans it once. The second means what `CaseQuerySet.worked_by` does.
_HOLD = """
UPDATE cases_case SET version = version + 1 WHERE id = %s AND state IN ({open})
RETURNING version, key_holder, state
""".format(open=", ".join(f"'{state.value}'" for state in OPEN))
_STILL_THEIRS = """
SELECT EXISTS (
    SELECT 1 FROM cases_caseusergrant u WHERE u.content_object_id = %(case)s AND u.user_id = %(user)s
) OR EXISTS (
    SELECT 1 FROM cases_casegroupgrant g JOIN accounts_user_groups m ON m.group_id = g.group_id
    WHERE g.content_object_id = %(case)s AND m.user_id = %(user)s
)
"""


class RowTaken(SuspiciousOperation):
    """The key of a row to come belongs to a row elsewhere: no page of ours sends such a form."""


class Added(models.Model):
    """The verbs that write into a case. Raise PermissionDenied, and RowTaken or Stale where they say so."""

    class Meta:
        abstract = True

    # --- Written once ------------------------------------------------------------------------------

    def add_incident(
        self: "Case", *, by: Acting, row_id: uuid.UUID, kind: str, happened: FuzzyDate, borough: str, narrative: str
    ) -> Incident:
        """Log what happened; what is logged once is never changed. Sent twice with one `row_id`, it is added once.

        `kind`: a code of `cases.incident_types`; `borough`: one of `cases.boroughs`; `narrative`: up to 20 000
        characters. Raises PermissionDenied, RowTaken.
        """
        story = IncidentStory(kind, happened.to_json(), borough, narrative, now(), str(by.user.pk))
        incident = Incident(pk=row_id, reference=references.new_reference(), case=self, recorded_week=this_week())
        return self._add(incident, {"story": story}, actions.INCIDENT_ADDED, by)

    def add_note(self: "Case", *, by: Acting, row_id: uuid.UUID, body: str) -> Note:
        """Write down something about the case; a saved note is never edited, only amended. Added once.

        `body`: up to 20 000 characters. Raises PermissionDenied, RowTaken.
        """
        note = Note(pk=row_id, case=self, recorded_week=this_week())
        story, asked = NoteStory(body, now(), str(by.user.pk)), policies.may_add_note
        return self._add(note, {"story": story}, actions.NOTE_ADDED, by, allowed=asked)

    def amend_note(self: "Case", *, by: Acting, row_id: uuid.UUID, note: Note, body: str, reason: str) -> Note:
        """Add to a note what it lacks or gets wrong, and why; the note stays as it is. Added once.

        Raises PermissionDenied, RowTaken (also for a note of another case).
        """
        if note.case_id != self.pk:
            raise RowTaken
        amendment = Note(pk=row_id, case=self, amends=note.amends or note, recorded_week=this_week())
        story = NoteStory(body, now(), str(by.user.pk), reason)
        return self._add(amendment, {"story": story}, actions.NOTE_AMENDED, by)

    def add_need(self: "Case", *, by: Acting, row_id: uuid.UUID, kind: NeedKind, urgent: bool, words: str = "") -> Need:
        """Write down what the person needs. Added once. Raises PermissionDenied, RowTaken."""
        need = Need(pk=row_id, case=self, urgent=urgent, recorded_week=this_week())
        story = NeedStory(kind, words, now(), str(by.user.pk))
        return self._add(need, {"story": story}, actions.NEED_ADDED, by)

    def assess_risk(
        self: "Case",
        *,
        by: Acting,
        row_id: uuid.UUID,
        level: RiskLevel,
        flags: Mapping[RedFlag, Any],
        rationale: str,
        instrument: str = "quick_screen",
    ) -> RiskAssessment:
        """Say how great the danger is; older assessments stay. Added once. Raises PermissionDenied, RowTaken.

        `flags`: by flag a `FlagAnswer`, an `Unknown` as JSON, or nothing. A grave level waits for a second person.
        """
        answers = {str(flag): answer for flag, answer in flags.items()}
        story = RiskStory(instrument, answers, level, rationale, now(), str(by.user.pk))
        assessment = RiskAssessment(pk=row_id, case=self, recorded_week=this_week())

        def settle(case: "Case", sealer: Any) -> None:
            sealer.write(case, "standing", Standing(level, now()))
            case.risk_settled, case.risk_assessed_by = level not in GRAVE, by.user.pk
            case.save(update_fields=["standing", "risk_settled", "risk_assessed_by"])
            if not case.risk_settled:
                case._tell_supervisors(WAITS_FOR_DECISION, by)

        return self._add(assessment, {"story": story}, actions.RISK_ASSESSED, by, then=settle)

    def add_person(
        self: "Case", *, by: Acting, row_id: uuid.UUID, known: PersonOrdinary, is_client: bool = False
    ) -> Person:
        """Add somebody who plays a part, by whatever name; the case is about one of them at most. Added once.

        Raises PermissionDenied, RowTaken, and Stale when there is somebody already whom the case is about.
        """
        person = Person(pk=row_id, reference=references.new_reference(), case=self, recorded_week=this_week())
        person.is_client = is_client
        try:
            return self._add(person, {"ordinary": known}, actions.PERSON_ADDED, by)
        except IntegrityError:
            if not is_client:
                raise
            raise Stale from None

    def leave_milestone(
        self: "Case", told: MilestoneOrdinary, by: Acting, *, written: MilestoneStory | None = None
    ) -> None:
        """Tell the timeline of a step and, to who reads the story, what was `written` with it; in its transaction."""
        milestone = Milestone(case=self, recorded_week=this_week())
        sealer = self.sealer(by)
        sealer.write(milestone, "ordinary", told)
        if written not in (None, MilestoneStory()):
            sealer.write(milestone, "story", written)
        milestone.save(force_insert=True)

    # --- May be corrected --------------------------------------------------------------------------

    def correct_person(self: "Case", person: Person, *, by: Acting, known: PersonOrdinary, version: int) -> None:
        """Write anew what is known of somebody. Raises PermissionDenied, Stale."""
        self._correct(person, {"ordinary": known}, actions.PERSON_CORRECTED, by, version)

    def write_identity(
        self: "Case", person: Person, *, by: Acting, identity: PersonIdentity | None, version: int
    ) -> None:
        """Write down who somebody is on paper, instead of what was written; None leaves it empty, as it may stay for ever.

        Raises PermissionDenied, Stale.
        """
        action = actions.IDENTITY_WRITTEN if identity else actions.IDENTITY_EMPTIED
        self._correct(person, {"identity": identity}, action, by, version)

    def write_part(
        self: "Case", incident: Incident, person: Person, *, by: Acting, part: ParticipationStory, version: int
    ) -> Participation:
        """Say what part somebody had in an incident, in one or several roles; `version` 0 when there was none yet.

        Raises PermissionDenied, Stale, RowTaken for what belongs to another case.
        """
        if {incident.case_id, person.case_id} != {self.pk}:
            raise RowTaken
        written = Participation.objects.filter(incident=incident, person=person).first()
        if written is not None:
            self._correct(written, {"story": part}, actions.PART_WRITTEN, by, version)
            return written
        if version:
            raise Stale
        made = Participation(incident=incident, person=person, case=self, recorded_week=this_week())
        try:
            return self._add(made, {"story": part}, actions.PART_WRITTEN, by)
        except IntegrityError:
            # Somebody else wrote it down at the same moment.
            raise Stale from None

    def write_contact(
        self: "Case", *, by: Acting, rules: ContactRules, details: ContactDetails | None, version: int
    ) -> SafeContact:
        """Say how the person may be reached; `details=None` leaves number, address and code word as they are.

        `version`: of the row, 0 when there was none yet. Raises PermissionDenied, Stale.
        """
        documents: dict[str, Any] = {"story": rules}
        if details is not None:
            documents["contact"] = details

        def settle(case: "Case", sealer: Any) -> None:
            if not case.contact_settled:
                case.contact_settled = True
                case.save(update_fields=["contact_settled"])

        written = SafeContact.objects.filter(case=self).first()
        if written is not None:
            self._correct(written, documents, actions.CONTACT_WRITTEN, by, version, then=settle)
            return written
        if version:
            raise Stale
        made = SafeContact(case=self, recorded_week=this_week())
        try:
            return self._add(made, documents, actions.CONTACT_WRITTEN, by, then=settle)
        except IntegrityError:
            raise Stale from None

    def write_intake(self: "Case", *, by: Acting, version: int, **documents: Any) -> None:
        """Write anew `ordinary` (language, interpreter) or `intake` (what was left for later). PermissionDenied, Stale."""
        self._correct(self, documents, actions.INTAKE_WRITTEN, by, version)

    # --- How it is written -------------------------------------------------------------------------

    def seal(self: "Case", by: Acting, column: str, document: Any) -> None:
        """Seal a document into a column of this row, inside a step (not saved)."""
        self.sealer(by).write(self, column, document)

    def _add(
        self: "Case",
        row: Any,
        documents: Mapping[str, Any],
        action: Action,
        by: Acting,
        *,
        then: Any = None,
        allowed: Callable[["Case", "User"], bool] = policies.may_write,
    ) -> Any:
        if not allowed(self, by.user):
            raise PermissionDenied
        try:
            with transaction.atomic():
                self._hold(by, allowed)
                self._write(row, documents, action, by, then, insert=True)
        except IntegrityError:
            # The same form, sent twice: it was added before.
            if (sent_before := type(row)._default_manager.filter(pk=row.pk).first()) is None:
                raise
            if sent_before.case_id != self.pk:
                raise RowTaken from None
            return sent_before
        return row

    def _correct(
        self: "Case",
        row: Any,
        documents: Mapping[str, Any],
        action: Action,
        by: Acting,
        version: int,
        *,
        then: Any = None,
    ) -> None:
        if not policies.may_write(self, by.user):
            raise PermissionDenied
        with transaction.atomic():
            self._hold(by)
            # The case's row is held, so nobody else writes any row of it now; a case counts for itself.
            mine = type(row)._default_manager.filter(pk=row.pk, version=version + (row.pk == self.pk))
            if row.pk != self.pk and not mine.update(version=version + 1):
                raise Stale
            if row.pk == self.pk and not mine.exists():
                raise Stale
            row.version = version + 1
            self._write(row, documents, action, by, then, insert=False)

    def _hold(self: "Case", by: Acting, allowed: Any = policies.may_write) -> None:
        """Lock the case's row to the end, and ask again whether it is still theirs and open."""
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [self.pk])
            now_is = cursor.fetchone()
            # Whoever waited for the lock has the row as it is now; the grants of now only the next statement sees.
            cursor.execute(_STILL_THEIRS, {"case": self.pk, "user": by.user.pk})
            (still_theirs,) = cursor.fetchone()
        if not still_theirs and allowed is policies.may_add_note:
            # Its end waits for this row, too.
            still_theirs = policies.may_look_in_emergency(self, by.user)
        if now_is is None or not (still_theirs and by.user.is_active):
            raise PermissionDenied
        self.version, self.key_holder, self.__dict__["state"] = now_is

    def _write(
        self: "Case",
        row: Any,
        documents: Mapping[str, Any],
        action: Action,
        by: Acting,
        then: Any,
        *,
        insert: bool,
    ) -> None:
        columns: list[Any] = [row._meta.get_field(name) for name in documents]
        compartments = list(dict.fromkeys(Compartment(column.compartment) for column in columns))
        if then is not None and Compartment.ORDINARY not in compartments:
            compartments.append(Compartment.ORDINARY)
        sealer = by.vault.sealer(self, *compartments)
        for name, document in documents.items():
            sealer.write(row, name, document)
        if insert:
            row.save(force_insert=True)
        else:
            row.save(update_fields=list(documents))
        write_card(self, row, documents, sealer)
        if then is not None:
            then(self, sealer)
        told = self.told(by, subject=sealer.subject)
        record(action, by=by.actor, **{**told, "subject_type": row._meta.label_lower})
