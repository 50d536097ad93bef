"""What an auditor asks the log for."""

import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome, declared_actions
from audit.log.models.entry import EntryQuerySet
from audit.review import people
from cellule.accounts import roles
from cellule.forms import Form

# More people than this are no answer to "what did this person do?".
_MOST_PEOPLE = 20
_YEARS = [
    MinValueValidator(datetime.date(2000, 1, 1), _("Give a date after 1999.")),
    MaxValueValidator(datetime.date(2199, 12, 31), _("Give a date before 2200.")),
]


class ExportForm(Form):
    """What the whole log is downloaded for; the reason stands in the entry."""

    purpose = forms.ChoiceField(
        label=_("What do you need it for?"),
        choices=[
            ("verification", _("To have it checked outside this site")),
            ("review", _("For a review or a sign-off")),
            ("authority", _("For a court or the Commission d’accès à l’information")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you need the log for.")},
    )


class FilterForm(Form):
    """Who, about what, what, how it ended, when. Sent by POST: names and references stand in no address."""

    person = forms.CharField(
        label=_("Member of staff"),
        help_text=_("Name or work e-mail, or a part of it."),
        max_length=150,
        required=False,
    )
    reference = forms.CharField(label=_("Reference"), max_length=64, required=False)
    whole_case = forms.BooleanField(
        label=_("With everything about the same case"),
        help_text=_("Its consents, and its referrals on both sides."),
        required=False,
    )
    action = forms.ChoiceField(label=_("Action"), required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("All outcomes")), *Outcome.choices], required=False)
    start = forms.DateField(
        label=_("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), validators=_YEARS, required=False
    )
    end = forms.DateField(
        label=_("To (included)"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        validators=_YEARS,
        required=False,
    )
    of_auditors = forms.BooleanField(label=_("Only acts of auditors"), required=False)
    before = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, reviews_auditors: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = sorted((str(action.label), action.code) for action in declared_actions())
        self.fields["action"].choices = [("", _("All actions")), *((code, label) for label, code in actions)]
        if not reviews_auditors:
            del self.fields["of_auditors"]

    def clean_person(self) -> str:
        words = self.cleaned_data["person"]
        self.actors = people.find(words) if words else []
        if words and not self.actors:
            raise forms.ValidationError(_("Nobody with an account has this name or e-mail. Check the spelling."))
        if len(self.actors) > _MOST_PEOPLE:
            raise forms.ValidationError(_("Too many people have this in their name. Type more of it."))
        return words

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] < cleaned["start"]:
            self.add_error("end", _("The period ends before it starts. Give a later last day."))
        if cleaned.get("whole_case") and not cleaned.get("reference"):
            self.add_error("reference", _("Give the reference of the case, or of one of its referrals."))
        return cleaned

    @property
    def asked(self) -> dict[str, Any]:
        """The filters that were filled in and hold, by field name, without the place in the list."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "before"}

    @property
    def state(self) -> dict[str, str]:
        """The filters in force as text, which this form reads back: for the way to older entries."""
        return {name: str(value) for name, value in self.asked.items()}

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Keep only what was asked for, from the place in the list on (call on a valid form)."""
        asked = self.asked
        if "person" in asked:
            entries = entries.by_actor(*self.actors)
        if "reference" in asked:
            about = entries.about_the_case_of if "whole_case" in asked else entries.about
            entries = about(*_spellings(asked["reference"]))
        if "action" in asked:
            entries = entries.of_action(asked["action"])
        if "outcome" in asked:
            entries = entries.with_outcome(asked["outcome"])
        if "of_auditors" in asked:
            entries = entries.by_role(roles.AUDITOR.code)
        if before := self.cleaned_data.get("before"):
            entries = entries.before(before)
        return entries.between(_midnight(asked.get("start")), _midnight(asked.get("end"), days_later=1))

    def in_words(self) -> list[tuple[Promise | str, Any]]:
        """Give the label and the value, as shown, of every filter in force."""
        return [(self.fields[name].label, self._shown(name, value)) for name, value in self.asked.items()]

    def _shown(self, name: str, value: Any) -> Any:
        if value is True:
            return _("Yes")
        return dict(getattr(self.fields[name], "choices", [])).get(value, value)


def _spellings(reference: str) -> list[str]:
    """Give a typed reference as it may stand in the log: as typed, in capitals, with and without its hyphen."""
    typed = reference.strip()
    plain = "".join(typed.split()).replace("-", "").upper()
    return list(dict.fromkeys([typed, plain, f"{plain[:4]}-{plain[4:]}"]))


def _midnight(day: datetime.date | None, *, days_later: int = 0) -> datetime.datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days_later), datetime.time.min))
