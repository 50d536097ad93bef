"""What an auditor asks the log for."""

import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Outcome, declared_actions
from audit.log.finding import Wanted
from audit.review import months, people
from audit.review.reasons import Purpose
from cellule.accounts import roles
from cellule.accounts.actors import names_of
from cellule.forms import Form

# More people than this are no answer to "what did this person do?".
_MOST_PEOPLE = 20
# The filters that may be kept: nobody's words stand in them.
KEPT = ("actors", "action", "outcome", "period", "of_auditors")
YEARS = [
    MinValueValidator(datetime.date(2000, 1, 1), _("Give a date after 1999.")),
    MaxValueValidator(datetime.date(2199, 12, 31), _("Give a date before 2200.")),
]


class ExportForm(Form):
    """What the whole log is downloaded for; the reason stands in the entry."""

    purpose = forms.ChoiceField(
        label=_("What do you need it for?"),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you need the log for.")},
    )


class Period(models.TextChoices):
    """Days counted back from today (Montréal): a filter that is kept goes on with the calendar."""

    TODAY = "today", _("Today")
    WEEK = "week", _("The last 7 days")
    MONTH = "month", _("The last 30 days")
    THIS_MONTH = "this_month", _("This month")
    LAST_MONTH = "last_month", _("Last month")

    def days(self, today: datetime.date) -> tuple[datetime.date, datetime.date]:
        """Give its first and its last day."""
        first = today.replace(day=1)
        return {
            Period.TODAY: (today, today),
            Period.WEEK: (today - datetime.timedelta(6), today),
            Period.MONTH: (today - datetime.timedelta(29), today),
            Period.THIS_MONTH: (first, today),
            Period.LAST_MONTH: ((first - datetime.timedelta(1)).replace(day=1), first - datetime.timedelta(1)),
        }[self]


class FilterForm(Form):
    """Who, about what, what, how it ended, when. Sent by POST: names and references stand in no address."""

    person = forms.CharField(
        label=_("Member of staff"),
        help_text=_("Name or work e-mail, or a part of it."),
        max_length=150,
        required=False,
    )
    # The same people by their opaque ids, as a filter that is kept names them.
    actors = forms.CharField(
        label=_("Member of staff"), max_length=37 * _MOST_PEOPLE, widget=forms.HiddenInput, required=False
    )
    reference = forms.CharField(label=_("Reference"), max_length=64, required=False)
    whole_case = forms.BooleanField(
        label=_("With everything about the same case"),
        help_text=_("Its consents, and its referrals on both sides."),
        required=False,
    )
    action = forms.ChoiceField(label=_("Action"), required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("All outcomes")), *Outcome.choices], required=False)
    period = forms.ChoiceField(
        label=_("Period"),
        choices=[("", _("All days, or those that you give here")), *Period.choices],
        required=False,
    )
    start = forms.DateField(
        label=_("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), validators=YEARS, required=False
    )
    end = forms.DateField(
        label=_("To (included)"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        validators=YEARS,
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
        self.found = people.find(words) if words else []
        if words and not self.found:
            raise forms.ValidationError(_("Nobody with an account has this name or e-mail. Check the spelling."))
        if len(self.found) > _MOST_PEOPLE:
            raise forms.ValidationError(_("Too many people have this in their name. Type more of it."))
        return words

    def clean_actors(self) -> str:
        # What is typed comes before what was kept.
        if self.cleaned_data.get("person"):
            return ""
        try:
            keys = [str(UUID(key)) for key in self.cleaned_data["actors"].split()]
        except ValueError:
            keys = [""] * (_MOST_PEOPLE + 1)
        if len(keys) > _MOST_PEOPLE:
            raise forms.ValidationError(_("These people are not known. Type a name."))
        return " ".join(keys)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] < cleaned["start"]:
            self.add_error("end", _("The period ends before it starts. Give a later last day."))
        if cleaned.get("period") and (cleaned.get("start") or cleaned.get("end")):
            self.add_error("period", _("Choose a period here, or give its days, but not both."))
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

    @property
    def opaque(self) -> dict[str, str]:
        """What of the filters in force may be kept: codes, opaque ids and periods, nothing that was typed."""
        asked = {name: str(value) for name, value in self.asked.items() if name in KEPT}
        return asked | ({"actors": " ".join(self.who)} if self.who else {})

    @property
    def who(self) -> list[str]:
        """The opaque ids of the people who are asked for."""
        return self.found or self.cleaned_data["actors"].split()

    @property
    def wanted(self) -> Wanted:
        """What the log is asked for (of a valid form)."""
        asked = self.asked
        first, last = asked.get("start"), asked.get("end")
        if "period" in asked:
            first, last = Period(asked["period"]).days(timezone.localdate())
        wanted = Wanted(
            actors=tuple(self.who),
            role=roles.AUDITOR.code if "of_auditors" in asked else "",
            about=tuple(_spellings(asked["reference"])) if "reference" in asked else (),
            action=asked.get("action", ""),
            outcome=asked.get("outcome", ""),
            start=midnight(first),
            end=midnight(last, days_later=1),
        )
        return wanted.with_whole_cases() if "whole_case" in asked else wanted

    def in_words(self) -> list[tuple[Promise | str, Any]]:
        """Give the label and the value, as shown, of every filter in force."""
        return [(self.fields[name].label, self._shown(name, value)) for name, value in self.asked.items()]

    def _shown(self, name: str, value: Any) -> Any:
        if value is True:
            return _("Yes")
        if name == "actors":
            return ", ".join(sorted(map(str, names_of(set(self.who)).values())))
        return dict(getattr(self.fields[name], "choices", [])).get(value, value)


def _spellings(reference: str) -> list[str]:
    """Give a typed reference as it may stand in the log: as typed, in capitals, with and without its hyphen."""
    typed = reference.strip()
    plain = "".join(typed.split()).replace("-", "").upper()
    return list(dict.fromkeys([typed, plain, f"{plain[:4]}-{plain[4:]}"]))


def midnight(day: datetime.date | None, *, days_later: int = 0) -> datetime.datetime | None:
    """Give when a day begins in Montréal; None for none."""
    return None if day is None else months.midnight(day + datetime.timedelta(days_later))
