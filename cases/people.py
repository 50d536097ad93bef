"""Who plays a part in a case, as its pages tell it; who they are on paper is told by none of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.incident_types import incident_type_name
from cases.models import Case, Incident, IncidentStory, Participation, ParticipationStory, Person, PersonOrdinary
from cases.models.codes import AgeBand, Role
from cellule.forms.unknown import Unknown, from_json, shown
from cellule.vault.unlocked import OpenedOwner


class DocumentSeen(models.TextChoices):
    """The kind of a document that somebody showed. None of them tells a status, and no number is kept."""

    PASSPORT = "passport", _("Passport")
    BIRTH_CERTIFICATE = "birth_certificate", _("Birth certificate")
    OTHER = "other", _("Another document with a name on it")


@dataclass(frozen=True)
class Profile:
    """One person of a case and what is known of them without papers."""

    person: Person
    known: PersonOrdinary

    @property
    def name(self) -> str:
        """What somebody is called, or that there is no name and why."""
        called = from_json(self.known.called)
        if isinstance(called, Unknown):
            return gettext("No name: %(why)s") % {"why": called.label}
        return called or gettext("No name")

    @property
    def code(self) -> str:
        """The reference as people read it, which tells nothing of the person."""
        return str(self.person)

    @property
    def pronouns(self) -> str:
        return shown(from_json(self.known.pronouns))

    @property
    def age(self) -> str:
        band = from_json(self.known.age_band)
        return shown(band) if isinstance(band, Unknown) or not band else str(AgeBand(band).label)

    @property
    def has_identity(self) -> bool:
        """Whether somebody wrote down who the person is on paper; what was written stays sealed."""
        return self.person.identity is not None


@dataclass(frozen=True)
class Part:
    """What part somebody had in one incident."""

    profile: Profile
    incident: Incident
    happened: IncidentStory
    row: Participation
    story: ParticipationStory

    @property
    def roles(self) -> list[str | Promise]:
        return [Role(role).label for role in self.story.roles]

    @property
    def kind(self) -> str | Promise:
        """What kind of incident it was."""
        return incident_type_name(self.happened.kind)


class People:
    """The people of one opened case, whom it is about first. Three queries; one where the story stays sealed."""

    def __init__(self, case: Case, opened: OpenedOwner) -> None:
        self._case, self._opened = case, opened

    @cached_property
    def profiles(self) -> list[Profile]:
        rows = Person.objects.filter(case=self._case).in_order()
        return [Profile(row, self._opened.read(row, "ordinary")) for row in rows]

    @cached_property
    def parts(self) -> list[Part]:
        """Every part of everybody; asks for the story to be opened (CannotOpen)."""
        profiles = {profile.person.pk: profile for profile in self.profiles}
        incidents = {row.pk: (row, self._opened.read(row, "story")) for row in self._case.incidents.all()}
        parts = [
            Part(profiles[row.person_id], *incidents[row.incident_id], row=row, story=self._opened.read(row, "story"))
            for row in self._case.participations.all()
        ]
        return sorted(parts, key=lambda part: (self._place(part.profile), part.happened.recorded_at))

    def with_their_parts(self, *, tells_parts: bool) -> list[tuple[Profile, list[Part]]]:
        """Pair everybody with their parts; with none where these stay sealed."""
        parts = self.parts if tells_parts else []
        return [(profile, [part for part in parts if part.profile is profile]) for profile in self.profiles]

    def parts_in(self, incident: Incident) -> list[Part]:
        return [part for part in self.parts if part.incident.pk == incident.pk]

    def without_part(self, parts: Iterable[Part]) -> list[Profile]:
        """Give who has none of these parts."""
        seen = {part.profile.person.pk for part in parts}
        return [profile for profile in self.profiles if profile.person.pk not in seen]

    def _place(self, profile: Profile) -> int:
        return self.profiles.index(profile)


def answers_of(known: PersonOrdinary) -> dict[str, Any]:
    """What is known of somebody, as the form asks it."""
    return {name: from_json(getattr(known, name)) for name in ("called", "pronouns", "age_band")}
