"""Whose name it is: flags that the unlocked page left, because only there a name can be compared."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from audit.review.rules.acts import light, together
from audit.review.rules.rule import Hit, Limits, Span, rule
from cases.actions import OWN_NAME_SEEN
from cases.own_name import Likeness


@rule(
    "own_record",
    name=_("A record of one’s own name"),
    means=_(
        "Somebody opened a case in which a person has the same name as they, or nearly. Nobody reads or writes their own"
        " file. Ask whether it is chance; if it is not, the case goes to somebody else."
    ),
    limits={"flags": _("Openings in a day, from which on it counts")},
    by_day=True,
)
def own_record(span: Span, limits: Limits) -> Iterator[Hit]:
    return _flagged(span, limits, Likeness.NAME)


@rule(
    "own_household",
    name=_("A record of one’s own family name"),
    means=_(
        "Somebody opened a case in which a person has their family name. Few of these are relatives; those matter a lot."
        " Ask whether they know the person."
    ),
    limits={"flags": _("Openings in a day, from which on it counts")},
    by_day=True,
)
def own_household(span: Span, limits: Limits) -> Iterator[Hit]:
    return _flagged(span, limits, Likeness.FAMILY_NAME)


def _flagged(span: Span, limits: Limits, likeness: Likeness) -> Iterator[Hit]:
    flags = span.entries.of_action(OWN_NAME_SEEN.code).filter(purpose=likeness)
    for (actor, reference), new in together(light(flags), lambda entry: (entry.actor_id, entry.reference)).items():
        if len(new) >= limits["flags"]:
            yield Hit.of(f"{actor}:{reference}:{span.week}", new)
