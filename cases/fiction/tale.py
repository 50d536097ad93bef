"""How an invented case is told: the verbs of a real one, with keys that follow from its name."""

import datetime
import hashlib
import uuid
from collections.abc import Mapping

from cases.files.received import keep
from cases.models import (
    BreakGlass,
    Case,
    Channel,
    EmergencyReason,
    Incident,
    Interpreter,
    Participation,
    ParticipationStory,
    Person,
    PersonOrdinary,
)
from cases.models.codes import AgeBand, FlagAnswer, NeedKind, RedFlag, RiskLevel, Role
from cellule.accounts.acting import Acting
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.vault.files import sealed
from cellule.vault.uploads import HEAD, SealedUpload

# Keys of fictional rows follow from their names, so that making them again makes nothing new.
_WORLD = uuid.UUID("6f0c1c1e-4d3a-4c52-9a5b-6a3d6f1d2a10")

NOT_KNOWN = FuzzyDate(FuzzyKind.UNKNOWN)


def day(year: int, month: int, number: int) -> FuzzyDate:
    there = datetime.date(year, month, number)
    return FuzzyDate(FuzzyKind.DAY, there, there)


def between(kind: FuzzyKind, first: tuple[int, int, int], last: tuple[int, int, int]) -> FuzzyDate:
    return FuzzyDate(kind, datetime.date(*first), datetime.date(*last))


class Tale:
    """One invented case while it is told; `cast` has the people of the unit by first name."""

    case: Case

    def __init__(self, alias: str, cast: Mapping[str, Acting]) -> None:
        self.alias, self.cast = alias, cast
        self._rows = 0

    @property
    def was_told(self) -> bool:
        return Case.objects.filter(pk=self.key("")).exists()

    def key(self, name: str) -> uuid.UUID:
        return uuid.uuid5(_WORLD, f"{self.alias} {name}".strip())

    def begins(self, by: str, channel: Channel, language: str, interpreter: Interpreter) -> None:
        """Somebody calls or comes; the code alone knows them."""
        self.case = Case.open_inquiry(
            by=self.cast[by], row_id=self.key(""), channel=channel, language=language, interpreter=interpreter
        )

    def limits(self, by: str, in_tongue: str, with_interpreter: Interpreter) -> None:
        self.case.begin_intake(by=self.cast[by], in_tongue=in_tongue, with_interpreter=with_interpreter)

    def called(self, by: str, name: str, age: AgeBand | str = "", *, interpreter: str = "", avoid: str = "") -> None:
        """What the person wants to be called."""
        client = self.case.people.get(is_client=True)
        known = PersonOrdinary(called=name, age_band=age, interpreter=interpreter, avoid=avoid)
        self.case.correct_person(client, by=self.cast[by], known=known, version=client.version)

    def incident(self, by: str, kind: str, happened: FuzzyDate, borough: str, narrative: str) -> Incident:
        return self.case.add_incident(
            by=self.cast[by],
            row_id=self._next(),
            kind=kind,
            happened=happened,
            borough=borough,
            narrative=narrative,
        )

    def note(self, by: str, body: str) -> None:
        self.case.add_note(by=self.cast[by], row_id=self._next(), body=body)

    def file(self, by: str, name: str, content: bytes) -> None:
        """Something that the person has brought."""
        upload = SealedUpload(
            name,
            len(content),
            content[:HEAD],
            hashlib.sha256(content).hexdigest(),
            sealed(self.case.pk, content),
            refusal=None,
        )
        refused = keep(self.case, [upload], by=self.cast[by], row_id=self._next(), is_evidence=False)
        upload.close()
        if refused:
            raise ValueError(refused[0].why)

    def need(self, by: str, kind: NeedKind, *, urgent: bool = False, words: str = "") -> None:
        self.case.add_need(by=self.cast[by], row_id=self._next(), kind=kind, urgent=urgent, words=words)

    def risk(self, by: str, level: RiskLevel, rationale: str, *yes: RedFlag) -> None:
        flags = {flag: FlagAnswer.YES if flag in yes else FlagAnswer.NO for flag in RedFlag}
        self.case.assess_risk(by=self.cast[by], row_id=self._next(), level=level, flags=flags, rationale=rationale)

    def person(self, by: str, name: str, age: AgeBand | str = "") -> Person:
        return self.case.add_person(
            by=self.cast[by], row_id=self._next(), known=PersonOrdinary(called=name, age_band=age)
        )

    def part(self, by: str, incident: Incident, person: Person | None, *roles: Role, **words: str) -> Participation:
        """Somebody's part in an incident; without a person, that of whom the case is about."""
        person = person or self.case.people.get(is_client=True)
        story = ParticipationStory(tuple(roles), **words)
        return self.case.write_part(incident, person, by=self.cast[by], part=story, version=0)

    def emergency(self, by: str, reason: EmergencyReason, words: str, *, agrees: str, note: str) -> None:
        """Somebody else opens the case in an emergency, a supervisor agrees to the rest, and a note is left."""
        opened = BreakGlass.ask(
            by=self.cast[by],
            row_id=self._next(),
            asked_for=self.case.reference,
            reason=reason,
            words=words,
            secret=True,
        )
        opened.agree(by=self.cast[agrees])
        self.note(by, note)
        opened.end(by=self.cast[by])

    def _next(self) -> uuid.UUID:
        self._rows += 1
        return self.key(f"row {self._rows}")
