"""The code lists of a case: stages, channels, risk levels, reasons, needs, roles of people, and so on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The stage of a case (`domain.md` 5.3; a transfer and destroying come with their own issues)."""

    INQUIRY = "inquiry", _("Inquiry")
    INTAKE = "intake", _("Intake")
    ASSESSMENT = "assessment", _("Assessment")
    ACTIVE = "active", _("Active")
    FOLLOW_UP = "follow_up", _("Follow-up")
    CLOSED = "closed", _("Closed")


OPEN = (State.INQUIRY, State.INTAKE, State.ASSESSMENT, State.ACTIVE, State.FOLLOW_UP)


class Channel(models.TextChoices):
    """How the person reached the unit."""

    PHONE = "phone", _("By phone")
    IN_PERSON = "in_person", _("In person")
    ORGANISATION = "organisation", _("Through an organisation")
    MOBILE_CLINIC = "mobile_clinic", _("At the mobile clinic")


class Interpreter(models.TextChoices):
    """Whether the person wants an interpreter."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


class InterpreterGender(models.TextChoices):
    """Who may interpret."""

    WOMAN = "woman", _("A woman")
    MAN = "man", _("A man")
    ANY = "any", _("Either")


class AgeBand(models.TextChoices):
    """Age without a birth date; the cuts are those at which rights and duties change."""

    TO_4 = "0-4", _("0 to 4 years")
    TO_11 = "5-11", _("5 to 11 years")
    TO_13 = "12-13", _("12 or 13 years")
    TO_17 = "14-17", _("14 to 17 years")
    TO_24 = "18-24", _("18 to 24 years")
    TO_34 = "25-34", _("25 to 34 years")
    TO_49 = "35-49", _("35 to 49 years")
    TO_64 = "50-64", _("50 to 64 years")
    FROM_65 = "65+", _("65 years or more")


class RiskLevel(models.TextChoices):
    """How great the danger is; `HIGH` and above are seen by a supervisor before the support begins."""

    NONE = "none", _("No sign of danger")
    SOME = "some", _("Some danger")
    HIGH = "high", _("High danger")
    IMMEDIATE = "immediate", _("Immediate danger")


GRAVE = (RiskLevel.HIGH, RiskLevel.IMMEDIATE)


class RedFlag(models.TextChoices):
    """Our own quick screen of the first call, eight questions (`domain.md` 4.3); it computes nothing."""

    STRANGULATION = "strangulation", _("Strangled or choked")
    WEAPON = "weapon", _("A weapon shown or used")
    THREAT_TO_KILL = "threat_to_kill", _("A threat to kill")
    SEPARATION = "separation", _("A separation, recent or planned")
    STALKING = "stalking", _("Followed or watched")
    CHILD_THREATENED = "child_threatened", _("A child threatened")
    DOCUMENTS_TAKEN = "documents_taken", _("Documents taken away")
    LOCKED_IN = "locked_in", _("Locked in")


class FlagAnswer(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")


class NeedKind(models.TextChoices):
    """What the person needs (the top of Open Eligibility, and what this unit is asked for)."""

    SHELTER = "shelter", _("A safe place to sleep")
    MEDICAL = "medical", _("Medical care")
    MEDICINES = "medicines", _("Medicines")
    FOOD = "food", _("Food")
    MONEY = "money", _("Money for the next days")
    CHILDREN = "children", _("Care or safety of children")
    LEGAL = "legal", _("Legal advice")
    INTERPRETER = "interpreter", _("An interpreter")
    SUPPORT = "support", _("Somebody to talk to")
    WORK = "work", _("Work or wages")
    HOUSING = "housing", _("Housing")
    CERTIFICATE = "certificate", _("An identity and residence certificate")
    OTHER = "other", _("Something else")


class NeedState(models.TextChoices):
    OPEN = "open", _("Open")
    MET = "met", _("Met")
    DROPPED = "dropped", _("No longer asked for")


class Role(models.TextChoices):
    """A person's part in one incident; one person may have several (`domain.md` 4.5)."""

    VICTIM = "victim", _("Victim")
    DIRECT_WITNESS = "direct_witness", _("Direct witness")
    INDIRECT_WITNESS = "indirect_witness", _("Indirect witness")
    ALLEGED_PERPETRATOR = "alleged_perpetrator", _("Alleged perpetrator")
    CHILD_EXPOSED = "child_exposed", _("Child exposed")
    CHILD_VICTIM = "child_victim", _("Child victim")
    SUPPORT_PERSON = "support_person", _("Support person")
    REPORTER = "reporter", _("Person who reported it")
    EMPLOYER = "employer", _("Employer")
    LANDLORD = "landlord", _("Landlord")
    RECRUITER = "recruiter", _("Consultant or recruiter")
    OFFICER = "officer", _("Officer")
    INTERPRETER = "interpreter", _("Interpreter")


class ContactChannel(models.TextChoices):
    """How the person may be reached."""

    CALL = "call", _("A phone call")
    TEXT = "text", _("A text message")
    APP = "app", _("A messaging app")
    EMAIL = "email", _("E-mail")
    ORGANISATION = "organisation", _("Through an organisation they trust")
    IN_PERSON = "in_person", _("In person only")


class Voicemail(models.TextChoices):
    NEVER = "never", _("No: leave no message")
    NEUTRAL = "neutral", _("Only a message that says nothing")
    YES = "yes", _("Yes")


class ClosingReason(models.TextChoices):
    """Why a case ends. Lists and figures show `REMOVED` as something else, for it tells of a status."""

    GOALS_REACHED = "goals_reached", _("The goals are reached")
    WITHDREW = "withdrew", _("The person does not want to go on")
    LOST_CONTACT = "lost_contact", _("Contact lost after safe attempts")
    MOVED = "moved", _("Moved away")
    TRANSFERRED = "transferred", _("Another organisation has taken over")
    NO_SERVICE = "no_service", _("No service is possible")
    DUPLICATE = "duplicate", _("The same case exists already")
    OUTSIDE_MANDATE = "outside_mandate", _("Outside the mandate")
    DECEASED = "deceased", _("The person has died")
    REMOVED = "removed", _("Taken out of reach by an authority")
    ERROR = "error", _("Opened in error")


class ClosingTalk(models.TextChoices):
    """What was done to say goodbye."""

    HELD = "held", _("We talked about it with the person")
    ATTEMPTED = "attempted", _("We tried to reach the person, safely and more than once")
    NOT_SAFE = "not_safe", _("Trying would put the person in danger")


class RevealReason(models.TextChoices):
    """Why somebody looks at what lies apart."""

    CONTACT = "contact", _("To reach the person now")
    IDENTIFY = "identify", _("To make sure who is calling or at the desk")
    DOCUMENT = "document", _("For a letter or a form that the person asked for")
    DECISION = "decision", _("To decide on this case")
    SAFETY = "safety", _("Somebody is in danger")
    CORRECTION = "correction", _("To correct what is written")
    REFERRAL = "referral", _("For a referral to which the person has agreed")
    OTHER = "other", _("Another reason")


class EmergencyReason(models.TextChoices):
    """Why somebody opens a case that is not theirs, with the consequences that a review has (`domain.md` 5.6)."""

    LIFE = "life", _("Somebody’s life is in danger")
    PRESENT = "present", _("The person is here, and whoever works on the case is not")
    CHILD = "child", _("A duty to protect a child")
    COURT = "court", _("A court date today")
    CONTINUITY = "continuity", _("Whoever works on the case is away, and something cannot wait")
