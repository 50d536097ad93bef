"""How a person may be reached, in words, and whether this moment is a safe one."""

import datetime
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.models import Case, ContactDetails, ContactRules, SafeContact
from cases.models.codes import ContactChannel, FlagAnswer, Voicemail
from cellule.forms import Unknown, Window
from cellule.forms.unknown import from_json
from cellule.templatetags import typography
from cellule.vault.unlocked import OpenedOwner

type Line = tuple[str | Promise, str]


@dataclass(frozen=True)
class ContactCard:
    """What a page shows of safe contact: lines, the warning above them, and whether number and address lie apart."""

    lines: list[Line]
    warning: str
    has_details: bool


def contact_of(case: Case, opened: OpenedOwner) -> ContactCard:
    """Give what is known of reaching the person, without number, address and code word; one query."""
    row = SafeContact.objects.filter(case=case).first()
    if row is None:
        return ContactCard([], warning(None), False)
    rules = opened.read(row, "story")
    return ContactCard(rules_in_words(rules), warning(rules), row.contact is not None)


def rules_in_words(rules: ContactRules) -> list[Line]:
    """Say the rules as pairs of what and how; what was not asked is left out."""
    ways = [_("No way is safe")] if rules.none_possible else [_named(ContactChannel, way) for way in rules.channels]
    lines = [
        (_("How"), ", ".join(ways)),
        (_("When"), _said(window_of(rules), typography.window)),
        (_("Voice message"), _said(from_json(rules.voicemail), lambda code: _named(Voicemail, code))),
        (_("Who may answer"), _said(from_json(rules.who_answers))),
        (_("What to say to others"), _said(from_json(rules.cover))),
        (
            _("Somebody else looks at the phone or the mail"),
            _said(from_json(rules.watched), lambda code: _named(FlagAnswer, code)),
        ),
        (_("Last confirmed"), _confirmed(rules)),
    ]
    return [(label, text) for label, text in lines if text]


def details_in_words(details: ContactDetails) -> list[Line]:
    """Say number, address and code word as pairs of what and how; what is not written down is left out."""
    lines = [
        (_("Telephone number"), _said(from_json(details.phone), typography.phone)),
        (_("E-mail or place"), _said(from_json(details.address))),
        (_("Code word"), _said(from_json(details.code_word))),
    ]
    return [(label, text) for label, text in lines if text]


def window_of(rules: ContactRules) -> Window | Unknown | None:
    """Read the days and hours, or why they are not known; None when they were not asked."""
    return from_json(rules.window, Window.from_json)


def is_safe_now(rules: ContactRules, moment: datetime.datetime) -> bool | None:
    """Whether the person may be called or written to at this instant (ValueError when naive); None when not known."""
    if rules.none_possible or _only_in_person(rules):
        return False
    window = window_of(rules)
    return window.holds(moment) if isinstance(window, Window) else None


def warning(rules: ContactRules | None) -> str:
    """Say what must not be overlooked before somebody calls, in one to three short sentences; nothing where all is safe."""
    if rules is None:
        return _("It is not written down yet how the person can be reached safely.")
    if rules.none_possible:
        return _("Do not contact the person: no way is safe.")
    if _only_in_person(rules):
        return _("Meet the person face to face only: do not call and do not write.")
    return " ".join(sentence for sentence in (_when(rules), _voicemail(rules), _watched(rules)) if sentence)


def _when(rules: ContactRules) -> str:
    window = window_of(rules)
    if not isinstance(window, Window):
        return _("It is not known when it is safe to call.")
    if window.is_any_time:
        return ""
    return _("Contact the person only at these times (%(window)s).") % {"window": typography.window(window)}


def _voicemail(rules: ContactRules) -> str:
    """Not known counts as no."""
    if ContactChannel.CALL not in rules.channels:
        return ""
    voicemail = from_json(rules.voicemail)
    if voicemail == Voicemail.YES:
        return ""
    if voicemail == Voicemail.NEUTRAL:
        return _("A voice message says nothing about us.")
    return _("Leave no voice message.")


def _watched(rules: ContactRules) -> str:
    is_watched = from_json(rules.watched) == FlagAnswer.YES
    return _("Somebody else looks at the phone or the mail.") if is_watched else ""


def _only_in_person(rules: ContactRules) -> bool:
    return list(rules.channels) == [ContactChannel.IN_PERSON]


def _confirmed(rules: ContactRules) -> str:
    return typography.day(datetime.datetime.fromisoformat(rules.confirmed_at)) if rules.confirmed_at else ""


def _said(answer, words=str) -> str:
    """Say an answer in these words, or why there is none; an empty one gives nothing."""
    if isinstance(answer, Unknown):
        return str(answer.label)
    return words(answer) if answer else ""


def _named(codes, code: str) -> str:
    """The label of a code; one that the list has lost stays as it is."""
    return str(dict(codes.choices).get(code, code))
