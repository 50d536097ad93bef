"""What can be recorded: every room declares its own actions here; how an act ended; what ties an actor to a case."""

import re
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_declared: "dict[str, Action]" = {}


class UnusableCode(ValueError):
    """An action's code is malformed, or somebody else declared it already."""


@dataclass(frozen=True)
class Action:
    """One kind of act: `code` is stored for ever, `label` is the sentence an auditor reads. Declaring registers it."""

    code: str
    label: Promise | str

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code) or len(self.code) > 60:
            raise UnusableCode(f"{self.code!r} is not of the form room.act")
        if self.code in _declared:
            raise UnusableCode(f"{self.code} is declared twice")
        _declared[self.code] = self


def declared_actions() -> list[Action]:
    """Give every action that any room declared, by code."""
    return [_declared[code] for code in sorted(_declared)]


def action_label(code: str) -> Promise | str:
    """Give the sentence for a stored code; the code itself when no room declares it any more."""
    return _declared[code].label if code in _declared else code


class Outcome(models.TextChoices):
    """How the act ended; refusals are told apart by the answer the person got."""

    DONE = "done", _("Done")
    REFUSED_FORBIDDEN = "refused_forbidden", _("Refused: not allowed")
    REFUSED_UNKNOWN = "refused_unknown", _("Refused: unknown or not theirs to see")
    REFUSED_CONFLICT = "refused_conflict", _("Refused: too late")
    FAILED = "failed", _("Failed")


class Relation(models.TextChoices):
    """What tied the actor to the case at that moment."""

    ASSIGNED = "assigned", _("Assigned to the case")
    SUPERVISOR = "supervisor", _("Supervises the case")
    REFERRAL = "referral", _("Through a referral")
    BREAK_GLASS = "break_glass", _("Emergency access")
    OWN = "own", _("Their own")
    NONE = "none", _("No tie")


RESTARTED = Action("log.restarted", _("Began the log anew after a backup was put back"))
FORGOTTEN = Action("log.forgotten", _("Removed entries whose time was over"))
