"""What the agency will see, before it accepts and after, and what it will not, with why."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Category
from referrals.agreed import Told, kinds_in_words
from referrals.composing import Ground
from referrals.contents import envelope_in_words
from referrals.models.packet import Sending, packed

# What could be told of a person, in the order of the preview.
KINDS = (Category.NAME, Category.CONTACT, Category.STORY, Category.RISK, Category.IDENTITY)


def preview_of(sending: Sending, ground: Ground) -> dict[str, Any]:
    """Give the context of the preview: both packets exactly as they would be sealed, and what stays behind.

    ValueError without a consent.
    """
    story = ground.story
    if story is None:
        raise ValueError("nothing is shown of what no consent covers")
    envelope, agreed = packed(sending, story.kinds, purpose=story.purpose, at="")
    told = kinds_in_words(agreed)
    return {
        "before": envelope_in_words(envelope),
        "hidden_before": _hidden_before(told, ground),
        "after": told,
        "hidden_after": _hidden_after([each.kind for each in told], ground),
        "leaves_no_contact": Category.CONTACT not in {each.kind for each in told},
    }


def _hidden_before(told: Collection[Told], ground: Ground) -> list[tuple[Any, str]]:
    later = {each.kind for each in told}
    return [
        (kind.label, _("Only after the agency has accepted.") if kind in later else _why(kind, ground))
        for kind in KINDS
    ]


def _hidden_after(told: Collection[Category], ground: Ground) -> list[tuple[Any, str]]:
    return [(kind.label, _why(kind, ground)) for kind in KINDS if kind not in told]


def _why(kind: Category, ground: Ground) -> str:
    """Why a kind of data stays behind: no consent, nothing there, or not chosen."""
    return dict(ground.withheld).get(kind) or _("You have not chosen to send it.")
