"""The person's list: who opened their file, when and in which role, as a sealed document of the file."""

import hashlib
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import orjson
import typst
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.log.actions import Outcome
from audit.log.models import Entry
from audit.log.record import record
from cases import policies
from cases.actions import ACCESS_LIST_MADE
from cases.files.kinds import FileType
from cases.models import Act, Case, File, FileStory
from cases.models.additions import RowTaken
from cases.models.moments import now, this_week
from cellule.accounts.acting import Acting
from cellule.accounts.actors import accounts_of, organisations_of, role_name
from cellule.templatetags.typography import day, hour
from cellule.vault.files import StoreAway, discard, keep_key, sealed
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import log_reference

_LOOK = Path(__file__).with_name("access_list.typ").read_bytes()


class AccessPurpose(models.TextChoices):
    """For whom a list is made."""

    PERSON = "for_the_person", gettext_lazy("The person asked for it")
    LAWYER = "for_a_lawyer", gettext_lazy("For the person’s lawyer, as the person asked")
    AUTHORITY = "for_an_authority", gettext_lazy("For a court or the Commission d’accès à l’information")


@dataclass
class Opening:
    """One person in one role on one day: from the first to the last time that day they did something in the file."""

    on: date
    role: str
    organisation: str
    actor: str
    times: list[datetime] = field(default_factory=list)


def openings_of(case: Case) -> list[Opening]:
    """Give who opened a case, the newest day first; what the house did by itself and refusals opened nothing."""
    told = Entry.objects.filter(subject=log_reference(case.pk), outcome=Outcome.DONE).exclude(actor_id="system")
    found: dict[tuple, Opening] = {}
    columns = ("at", "actor_role", "actor_organisation", "actor_id")
    for at, role, organisation, actor in told.order_by("id").values_list(*columns).iterator():
        on = timezone.localtime(at).date()
        opening = found.setdefault((on, actor, role, organisation), Opening(on, role, organisation, actor))
        opening.times.append(at)
    return sorted(found.values(), key=lambda each: (each.on, each.times[-1]), reverse=True)


def document_of(case: Case, tongue: str) -> bytes:
    """Write the list as a tagged PDF in one of the site's languages."""
    openings = openings_of(case)
    with translation.override(tongue):
        told = {
            "lang": tongue,
            "title": _("Who opened your file"),
            "intro": [
                _("File %(code)s. List made on %(day)s.") % {"code": case.code, "day": day(timezone.localdate())},
                _("Each line is one person on one day. Lists in which your file was only one line are not counted."),
                "" if settings.STAFF_NAMES_ON_ACCESS_LIST else _("The staff are not named, for their safety."),
            ],
            "heads": [_("Day"), _("Between"), _("Role"), _("Organisation")],
            "rows": _rows(openings),
            "empty": _("Nobody has opened this file."),
            "question": _("If something here surprises you, ask the unit, or the person in charge of privacy."),
            "page": _("Page"),
        }
    return typst.compile(
        _LOOK,
        sys_inputs={"told": orjson.dumps(told).decode()},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )


def make_list(case: Case, *, by: Acting, row_id: uuid.UUID, tongue: str, purpose: AccessPurpose) -> uuid.UUID:
    """Put a list into the case's files, sealed as they are; gives the file. Made once, however often it is sent.

    Raises PermissionDenied, RowTaken, StoreAway.
    """
    if sent_before := File.objects.filter(pk=row_id, case=case).first():
        return sent_before.pk
    if not policies.may_see_access(case, by.user):
        raise PermissionDenied
    content = document_of(case, tongue)
    made = sealed(case.pk, content)
    digest = hashlib.sha256(content).hexdigest()
    with translation.override(tongue):
        name = f"{_('Who opened the file')} {timezone.localdate().isoformat()}.pdf"
    told = {"recorded_at": now(), "recorded_by": str(by.user.pk)}
    story = FileStory(name, FileType.PDF, made.size, digest, str(made.blob), made.size, digest, **told)
    try:
        with transaction.atomic():
            held = Case.objects.visible_to(by.user).filter(pk=case.pk).select_for_update(of=("self",)).first()
            if held is None or not policies.may_see_access(held, by.user):
                raise PermissionDenied
            sealer = by.vault.sealer(held, Compartment.STORY)
            file = File(pk=row_id, case=held, recorded_week=this_week())
            sealer.write(file, "story", story)
            file.save(force_insert=True)
            keep_key(sealer, Compartment.STORY, file.pk, made)
            file._hand(Act.RECEIVED, by, sealer)
            about = {**held.told(by, subject=sealer.subject), "shown": [str(file.pk)], "purpose": purpose.value}
            record(ACCESS_LIST_MADE, by=by.actor, **about)
    except Exception as error:
        with suppress(StoreAway):
            discard(made.blob)
        if not isinstance(error, IntegrityError):
            raise
        # The same form, sent twice at the same moment: the other one was first.
        if not File.objects.filter(pk=row_id, case=case).exists():
            raise RowTaken from None
    return row_id


def _rows(openings: list[Opening]) -> list[list[str]]:
    organisations = organisations_of({each.organisation for each in openings})
    names = accounts_of({each.actor for each in openings}) if settings.STAFF_NAMES_ON_ACCESS_LIST else {}
    numbers = _numbers(openings)
    rows = []
    for each in openings:
        who = names.get(each.actor) or _("no. %(number)d") % {"number": numbers[each.role, each.actor]}
        first, last = hour(each.times[0]), hour(each.times[-1])
        between = first if first == last else _("%(first)s and %(last)s") % {"first": first, "last": last}
        organisation = organisations.get(each.organisation, "")
        rows.append([day(each.on), between, f"{role_name(each.role)}, {who}", organisation])
    return rows


def _numbers(openings: list[Opening]) -> dict[tuple[str, str], int]:
    """Tell people of one role apart by numbers, the first who opened the file first."""
    numbers: dict[tuple[str, str], int] = {}
    by_role: dict[str, int] = {}
    for each in reversed(openings):
        if (each.role, each.actor) not in numbers:
            by_role[each.role] = by_role.get(each.role, 0) + 1
            numbers[each.role, each.actor] = by_role[each.role]
    return numbers
