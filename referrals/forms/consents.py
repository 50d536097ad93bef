"""The form of a consent: one agency, and one question for each kind of data. No answer is ticked beforehand."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.languages import language_choices
from cases.models import Category, ConsentStory, Purpose
from cases.models.codes import FlagAnswer
from cases.models.consent import LONGEST_MONTHS, MONTHS, TEXT, ConsentChannel, GivenBy
from cases.models.moments import months_after, now
from cellule.accounts.acting import Acting
from cellule.forms import Form, Once
from referrals.models import Agency

GIVEN, REFUSED = "given", "refused"

# What each kind of data is, as it is asked aloud.
QUESTIONS = {
    Category.NEEDS: _("What you need, your language, your age group and your borough, without your name?"),
    Category.NAME: _("What you are called here?"),
    Category.CONTACT: _("How to reach you safely?"),
    Category.STORY: _("A short summary of what happened?"),
    Category.RISK: _("How great the danger is, and nothing else of the assessment?"),
    Category.IDENTITY: _("Your name on paper and your birth date?"),
}
# Who says no answers these alone.
_ASKED_ALWAYS = {"once", "answer", "in_tongue", "with_interpreter", "given_by"}


def _kind(category: Category) -> str:
    return f"kind_{category}"


def _yes_or_no(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=FlagAnswer, widget=forms.RadioSelect)


class AgencyForm(Form):
    """For which agency; the answer stands in the address, as its reference."""

    organisme = forms.ModelChoiceField(
        label=_("For which agency?"),
        queryset=Agency.objects.none(),
        to_field_name="reference",
        empty_label=_("Choose"),
        error_messages={"invalid_choice": _("Choose an agency from the list.")},
    )

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisme"].queryset = agencies


class ConsentForm(Form):
    """What the person answers for one agency, and how it was explained."""

    once = Once()
    answer = forms.ChoiceField(
        label=_("May we tell this agency something about you?"),
        choices=[
            (GIVEN, _("Yes, for each kind that is chosen here")),
            (REFUSED, _("No: nothing is told to this agency, and our help goes on as before")),
        ],
        widget=forms.RadioSelect,
    )
    purpose = forms.ChoiceField(label=_("What may the agency use it for?"), choices=Purpose, widget=forms.RadioSelect)
    ends_on = forms.DateField(
        label=_("Until when?"),
        help_text=_("From this day on the agency has no access any more. Twelve months from now at most."),
        error_messages={"invalid": _("Write the date as 2026-03-01, or choose it.")},
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    channel = forms.ChoiceField(
        label=_("How does the person answer?"), choices=ConsentChannel, widget=forms.RadioSelect
    )
    witness = forms.CharField(label=_("Who is the witness?"), max_length=100)
    in_tongue = forms.ChoiceField(
        label=_("In which language did you explain this?"), choices=lambda: [("", _("Choose")), *language_choices()]
    )
    with_interpreter = _yes_or_no(_("Was there an interpreter?"))
    given_by = forms.ChoiceField(label=_("Who answers?"), choices=GivenBy, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate()
        self.fields["ends_on"].initial = months_after(self.today, MONTHS)
        asked = {_kind(category): _yes_or_no(question) for category, question in QUESTIONS.items()}
        self.fields |= asked
        self.reveals = {
            "answer": {GIVEN: [*asked, "purpose", "ends_on", "channel"]},
            "channel": {ConsentChannel.ORAL.value: ["witness"]},
        }

    def full_clean(self) -> None:
        """Ask nothing more of who says no, and no witness of who signs."""
        if self.is_bound:
            answers = self.data.get(self.add_prefix("answer")), self.data.get(self.add_prefix("channel"))
            for name, field in self.fields.items():
                field.required = answers[0] == GIVEN or name in _ASKED_ALWAYS
            self.fields["witness"].required = answers == (GIVEN, ConsentChannel.ORAL)
        super().full_clean()
        for field in self.fields.values():
            # Drawn again, the questions beneath a yes read as they did: none is for who likes.
            field.required = True

    def clean_ends_on(self) -> datetime.date | None:
        ends_on = self.cleaned_data["ends_on"]
        longest = months_after(self.today, LONGEST_MONTHS)
        if ends_on and not self._refuses and not self.today < ends_on <= longest:
            raise forms.ValidationError(
                _("Choose a day after today, and within twelve months: a longer consent is asked for again."),
                code="out_of_range",
            )
        return ends_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("answer") == GIVEN and cleaned.get(_kind(Category.NEEDS)) == FlagAnswer.NO:
            nothing = _("Without this nothing can be asked of the agency. Choose yes here, or no to the whole.")
            self.add_error(_kind(Category.NEEDS), forms.ValidationError(nothing, code="contradicts"))
        return cleaned

    @property
    def _refuses(self) -> bool:
        return self.data.get(self.add_prefix("answer")) == REFUSED

    @property
    def is_refused(self) -> bool:
        """Whether the answer is no (valid form)."""
        return self.cleaned_data["answer"] == REFUSED

    @property
    def last_day(self) -> datetime.date:
        """From when on it does not hold; a refusal holds nothing (valid form)."""
        return self.today if self.is_refused else self.cleaned_data["ends_on"]

    def story(self, by: Acting) -> ConsentStory:
        """What is written down under seal (valid form); of a refusal only that it was explained, and how."""
        told, refused = self.cleaned_data, self.is_refused
        agreed = [category.value for category in QUESTIONS if told[_kind(category)] == FlagAnswer.YES]
        oral = not refused and told["channel"] == ConsentChannel.ORAL
        return ConsentStory(
            purpose="" if refused else told["purpose"],
            categories=() if refused else tuple(agreed),
            channel="" if refused else told["channel"],
            in_tongue=told["in_tongue"],
            with_interpreter=told["with_interpreter"],
            given_by=told["given_by"],
            witness=told["witness"] if oral else "",
            text=TEXT,
            recorded_at=now(),
            recorded_by=str(by.user.pk),
        )
