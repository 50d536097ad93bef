"""The codes of the pages that are compared, with the words that the house has for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    INQUIRY = "inquiry", _("Inquiry")
    INTAKE = "intake", _("Intake")
    ASSESSMENT = "assessment", _("Assessment")
    ACTIVE = "active", _("Active")
    FOLLOW_UP = "follow_up", _("Follow-up")
    CLOSED = "closed", _("Closed")


OPEN = [state for state in State if state != State.CLOSED]


class Interpreter(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


class RiskLevel(models.TextChoices):
    NONE = "none", _("No sign of danger")
    SOME = "some", _("Some danger")
    HIGH = "high", _("High danger")
    IMMEDIATE = "immediate", _("Immediate danger")


class NeedKind(models.TextChoices):
    SHELTER = "shelter", _("A safe place to sleep")


class Since(models.TextChoices):
    FOUR_WEEKS = "4", _("The last four weeks")
    THREE_MONTHS = "13", _("The last three months")
    ONE_YEAR = "52", _("The last year")


# The steps that the compared case has behind it, and what a lead may do with an active case.
TAKEN = {
    "open_inquiry": _("Opened an inquiry and leads it"),
    "begin_intake": _("Began the intake"),
    "begin_assessment": _("Finished the intake and began the assessment"),
    "activate": _("Began the active support"),
}
