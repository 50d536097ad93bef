"""How many cases one person may ask for in an emergency within a day: an emergency is about one, a search about many."""

import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.log.actions import Outcome, Relation
from audit.log.models import Entry
from audit.log.record import record
from cases import actions
from cases.models.glass_steps import moment
from cases.models.glass_visibility import BreakGlassQuerySet
from cases.notices import EMERGENCIES_OF_ONE, EMERGENCIES_OF_SOMEBODY
from cellule.accounts.acting import Acting
from cellule.accounts.roles import PRIVACY_OFFICER, SUPERVISOR
from cellule.notices.notify import notify
from cellule.steps import TooLate

WITHIN = datetime.timedelta(hours=24)
_DANGER = _("If somebody’s life is in danger, call 911 now, and then a supervisor.")


class TooMany(TooLate):
    """Somebody asks for more cases in a day than one person may; said alike whether there is such a case or not."""

    def __init__(self) -> None:
        most = settings.EMERGENCY_CASES_A_DAY
        asked = ngettext(
            "You have asked for %(count)s case in the last 24 hours, and one person may ask for no more.",
            "You have asked for %(count)s cases in the last 24 hours, and one person may ask for no more.",
            most,
        )
        told = _(
            "The supervisors and the privacy officer know of it. Speak to a supervisor: they can give you the case."
        )
        super().__init__([asked % {"count": most}, told, _DANGER])


def hold(by: Acting) -> None:
    """Let whoever asks twice in the same moment wait here until the first request stands."""
    list(get_user_model()._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=by.user.pk))


def refuse_too_many(emergencies: BreakGlassQuerySet, asked_for: str, by: Acting) -> None:
    """Raise TooMany for one case more than a person may ask for; one that they have asked for already counts once."""
    lately = emergencies.filter(asker=by.user.pk, asked_at__gt=Now() - WITHIN)
    cases = set(lately.order_by().values_list("asked_for", flat=True).distinct())
    if len(cases - {asked_for}) >= settings.EMERGENCY_CASES_A_DAY:
        raise TooMany


@transaction.atomic
def tell_of_too_many(asked_for: str, by: Acting) -> None:
    """Write down which case was refused, and tell the supervisors and the privacy officers the first time in a day.

    After the request was rolled back.
    """
    told_before = Entry.objects.of_action(actions.EMERGENCY_TOO_MANY.code).by_actor(by.actor.id)
    is_told = told_before.between(moment() - WITHIN, None).exists()
    entry = record(
        actions.EMERGENCY_TOO_MANY,
        by=by.actor,
        subject_type="cases.breakglass",
        reference=asked_for,
        relation=Relation.BREAK_GLASS,
        outcome=Outcome.REFUSED_CONFLICT,
    )
    if is_told:
        return
    people = get_user_model()._default_manager.filter(is_active=True).exclude(pk=by.user.pk)
    for person in people.filter(role=SUPERVISOR.code):
        notify(person.pk, EMERGENCIES_OF_ONE, str(by.user.pk), by=by.actor)
    for person in people.filter(role=PRIVACY_OFFICER.code):
        notify(person.pk, EMERGENCIES_OF_SOMEBODY, str(entry.pk), by=by.actor)
