"""The consents of a case in words: what was agreed to, what runs under it, and what an agency had already seen."""

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.languages import language_name
from cases.models import Case, Category, Consent, ConsentState, ConsentStory, Purpose
from cases.models.codes import FlagAnswer
from cases.models.consent import ConsentChannel, GivenBy
from cellule.vault.unlocked import OpenedOwner
from referrals.doors import open_referrals
from referrals.models import Agency, Agreement, Referral
from referrals.models.codes import RUNNING, STOPPED
from referrals.models.referral import READ_AGREED

# The first of these traces tells when the agency saw the envelope: whoever accepts has read it.
_SAW = ("see", "accept", "decline")


@dataclass(frozen=True)
class ConsentLine:
    """One answer of the person; `story` is None for who may not read it. `running`: the referrals that rest on it."""

    consent: Consent
    is_active: bool
    standing: Promise | str
    story: ConsentStory | None
    running: list[Referral]

    @property
    def kinds(self) -> list[Promise | str]:
        """The kinds of data that may leave, in words."""
        return kinds_in_words(self.story) if self.story else []

    @property
    def further_kinds(self) -> list[Promise | str]:
        """The kinds that an agency sees only once it has accepted."""
        return [kind for kind in self.kinds if kind != Category.NEEDS.label]

    @property
    def how(self) -> list[Promise | str]:
        """How it was given: in writing or aloud, and in which language."""
        if self.story is None:
            return []
        channel = [ConsentChannel(self.story.channel).label] if self.story.channel else []
        return [*channel, language_name(self.story.in_tongue)]


@dataclass(frozen=True)
class Seen:
    """What had become of a referral when its consent ended: what stopped, and when the agency had seen what."""

    referral: Referral
    envelope_on: datetime.datetime | None
    accepted_on: datetime.datetime | None
    agreed_on: datetime.datetime | None

    @property
    def agency(self) -> Agency:
        return self.referral.agency

    @property
    def must_stop_using(self) -> bool:
        """Whether the agency had received it before it was stopped."""
        return self.accepted_on is not None and self.referral.state in STOPPED


def agencies_to_ask() -> QuerySet[Agency]:
    """The agencies to which something could be sent today: they have joined, and an agreement is in force."""
    agreed = Agreement.objects.in_force(timezone.localdate()).values("agency")
    return Agency.objects.receiving().filter(organisation__isnull=False, pk__in=agreed).order_by("name")


def consent_lines(case: Case, opened: OpenedOwner | None = None) -> list[ConsentLine]:
    """Give every consent of a case, those that hold first; two queries.

    `opened`: the story of the case. Without it a line tells what lies in clear: to whom, how it stands, until when.
    """
    running = Prefetch("referrals", Referral.objects.filter(state__in=RUNNING).order_by("pk"), to_attr="running")
    rows = case.consents.select_related("recipient").prefetch_related(running).order_by("-recorded_week", "pk")
    lines = [line_of(consent, opened, consent.running) for consent in rows]
    if opened is not None:
        lines.sort(key=lambda line: line.story.recorded_at if line.story else "", reverse=True)
    return sorted(lines, key=lambda line: not line.is_active)


def line_of(consent: Consent, opened: OpenedOwner | None, running: list[Referral]) -> ConsentLine:
    """One consent as the pages tell it; its end date counts, whatever the clock has tidied up yet."""
    is_active = consent.is_active(timezone.localdate())
    over = consent.state == ConsentState.GIVEN and not is_active
    standing = ConsentState.EXPIRED.label if over else consent.get_state_display()
    story = consent.said(opened) if opened is not None else None
    return ConsentLine(consent, is_active, standing, story, running)


def kinds_in_words(story: ConsentStory) -> list[Promise | str]:
    """The kinds of data of a consent in the order in which they were asked for."""
    return [category.label for category in Category if category in story.kinds]


def circumstances_of(story: ConsentStory) -> list[tuple[Promise, Promise | str]]:
    """How somebody answered: pairs of a question and its answer, only those that were asked."""
    lines: list[tuple[Promise, Promise | str]] = []
    if story.channel:
        lines.append((_("How it was given"), ConsentChannel(story.channel).label))
    if story.witness:
        lines.append((_("Witness"), story.witness))
    lines.append((_("Who answered"), GivenBy(story.given_by).label))
    lines.append((_("Language of the explanation"), language_name(story.in_tongue)))
    with_one = story.with_interpreter == FlagAnswer.YES
    lines.append((_("Interpreter"), _("With an interpreter") if with_one else _("Without an interpreter")))
    return lines


def purpose_of(story: ConsentStory) -> Promise | str:
    """What the agency may use it for; empty for a refusal."""
    return Purpose(story.purpose).label if story.purpose else ""


def seen_under(request: HttpRequest, consent: Consent) -> list[Seen]:
    """Open the parcel lines of what was sent under a consent, under one entry of the log, and tell what was seen."""
    sent = list(
        consent.referrals.exclude(agency_holder=None)
        .select_related("agency", "service")
        .prefetch_related("traces")
        .order_by("pk")
    )
    if not sent:
        return []
    opened = open_referrals(request, sent)
    return [_seen(referral, opened[referral.pk]) for referral in sent if referral.pk in opened]


def _seen(referral: Referral, opened: OpenedOwner) -> Seen:
    traces = sorted((opened.read(row, "trace") for row in referral.traces.all()), key=lambda trace: trace.at)

    def first(*steps: str) -> datetime.datetime | None:
        return next((datetime.datetime.fromisoformat(trace.at) for trace in traces if trace.step in steps), None)

    return Seen(referral, first(*_SAW), first("accept"), first(READ_AGREED))
