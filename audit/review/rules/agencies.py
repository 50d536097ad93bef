"""Partner agencies: who reads, or tries to, what was sent for a time that is over."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome
from audit.log.models import Entry
from audit.review.rules.acts import light, together
from audit.review.rules.rule import Hit, Limits, Span, rule
from cellule.accounts import roles
from referrals import actions as referrals

_OPENED = (referrals.ENVELOPE_OPENED.code, referrals.AGREED_OPENED.code)
_OVER = (
    referrals.ACCESS_ENDED.code,
    referrals.REFERRAL_RECALLED.code,
    referrals.REFERRAL_IN_ERROR.code,
    referrals.REFERRAL_EXPIRED.code,
    referrals.REFERRAL_DECLINED.code,
)


@rule(
    "agency_beyond_window",
    name=_("An agency reads beyond its time"),
    means=_(
        "Somebody of an agency opened a referral, or tried to several times, after it was recalled, declined or over. The"
        " keys are gone by then. Call the agency’s coordinator: perhaps they still need something from the unit."
    ),
    limits={"tries": _("Refused tries in a day, from which on it counts")},
    by_day=True,
)
def agency_beyond_window(span: Span, limits: Limits) -> Iterator[Hit]:
    over = Entry.objects.filter(
        reference=OuterRef("reference"), action__in=_OVER, outcome=Outcome.DONE, id__lt=OuterRef("id")
    )
    acts = span.entries.by_role(roles.AGENCY_WORKER.code, roles.AGENCY_COORDINATOR.code).exclude(reference="")
    acts = acts.filter(Q(action__in=_OPENED) | ~Q(outcome=Outcome.DONE)).filter(Exists(over))
    for (actor, reference), found in together(light(acts), lambda entry: (entry.actor_id, entry.reference)).items():
        if len(found) >= limits["tries"] or any(entry.outcome == Outcome.DONE for entry in found):
            yield Hit.of(f"{actor}:{reference}:{span.day}", found)
