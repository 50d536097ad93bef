"""Forms of the steps that ask something first. A step without a form is one button."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.story import StoryField, StoryForm
from cases.models import Case
from cases.models.codes import ClosingReason, ClosingTalk
from cellule.accounts.models import User
from cellule.forms import Form
from cellule.vault import circles
from cellule.vault.circle_rules import FEWEST


class StepForm(Form):
    """What a step asks. `says`: what it does, in a sentence; `version`: of the case on which the decision rests."""

    says: Any = ""
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = case.version
        self.case = case

    @property
    def answers(self) -> dict[str, Any]:
        """What the step's method takes, apart from who and which version."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"version", "confirmed"}}


class CloseInquiryForm(StepForm, StoryForm):
    told = "words"
    says = _("Nothing more is asked of the unit. If the person calls again, a supervisor can reopen it by its code.")
    field_order = ["reason", "words", "confirmed"]
    once = None
    reason = forms.ChoiceField(label=_("Why does it end?"), choices=ClosingReason, widget=forms.RadioSelect)
    words = StoryField(label=_("In your words"), required=False)


class ProposeClosingForm(StepForm, StoryForm):
    told = "words"
    says = _("A supervisor decides. Until then the case goes on as it is.")
    field_order = ["reason", "talk", "words", "confirmed"]
    once = None
    reason = forms.ChoiceField(label=_("Why does the case end?"), choices=ClosingReason, widget=forms.RadioSelect)
    talk = forms.ChoiceField(
        label=_("Does the person know?"),
        choices=ClosingTalk,
        widget=forms.RadioSelect,
    )
    words = StoryField(
        label=_("What the supervisor should know"),
        help_text=_("What was reached, what is left, how the goodbye went."),
    )


class CloseForm(StepForm, StoryForm):
    told = "answer"
    says = _("The case is closed. It can be reopened while it exists.")
    field_order = ["answer", "confirmed"]
    once = None
    answer = StoryField(label=_("Your answer"), required=False)


class DeclineClosingForm(StepForm, StoryForm):
    told = "answer"
    says = _("The case goes on. Whoever leads it reads your answer.")
    field_order = ["answer", "confirmed"]
    once = None
    answer = StoryField(label=_("Why does the case go on?"))


class CountersignForm(StepForm):
    says = _("You have read the assessment and know of the danger. The support may begin.")


class HandToUnitForm(StepForm):
    says = _("A supervisor gives the case to a caseworker. You will not be able to read it any more.")


class ReopenForm(StepForm):
    says = _("The case goes on where it can. Earlier consents stay closed: the person is asked anew.")


class ColleagueForm(StepForm):
    """To whom: anybody of the unit who can lead a case."""

    to = forms.ModelChoiceField(label=_("To whom?"), queryset=User.objects.none(), empty_label=_("Choose"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = self.candidates()

    def candidates(self) -> Any:
        return self.case.may_be_given_to().exclude(pk__in=self.case.leads())


class AssignForm(ColleagueForm):
    says = _("This person leads the case from now on, instead of whoever led it.")


class HandOverForm(ColleagueForm):
    @property
    def says(self) -> Any:
        if self.case.is_in_circle:
            return _("This person leads the case from now on. You stay in its circle.")
        return _("This person leads the case from now on. You will not be able to read it any more.")


class ShareForm(ColleagueForm):
    says = _("This person reads the case and writes in it too. You go on leading it.")

    def candidates(self) -> Any:
        return super().candidates().exclude(pk__in=self.case.shared_with())


class EndSharingForm(ColleagueForm):
    says = _("This person will not be able to read the case any more.")

    def candidates(self) -> Any:
        return self.case.shared_with()


class CirclePeople(forms.ModelMultipleChoiceField):
    """Colleagues, by name and role."""

    def label_from_instance(self, person: User) -> str:
        return f"{person.name} ({person.duty.name})"


class WhyForm(StepForm, StoryForm):
    told = "words"
    once = None
    words = StoryField(
        label=_("Why?"),
        help_text=_("Whoever decides reads it, and whoever works on the case. Write nothing about immigration status."),
    )


class AskCircleForm(WhyForm):
    says = _(
        "Only the people you choose will find and open the case. A second person of the circle has to agree first."
    )
    field_order = ["people", "words", "confirmed"]
    people = CirclePeople(
        label=_("Who shall be in the circle?"),
        help_text=_("Two people or more, one of them a supervisor. Take two supervisors where you can."),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.asking = user
        self.fields["people"].queryset = Case.colleagues().order_by("name")
        self.fields["people"].initial = [*self.case.leads(), *self.case.shared_with()]

    def clean_people(self) -> list[User]:
        people = list(self.cleaned_data["people"])
        if len(people) < FEWEST:
            raise forms.ValidationError(_("Choose two people or more."))
        agreeing = set(self.case.supervisors_inside()) - {self.asking}
        if agreeing.isdisjoint(people):
            raise forms.ValidationError(
                _("Choose a supervisor besides yourself who sees the case now: that person agrees or declines.")
            )
        return people


class ApproveCircleForm(StepForm):
    says = _("From now on only these people find and open the case. Whoever is not named here loses it at once.")


class AskLiftForm(WhyForm):
    says = _("The case goes back to the unit once a second person of the circle agrees.")
    field_order = ["words", "confirmed"]


class ApproveLiftForm(StepForm):
    says = _("The case is the unit’s again: every supervisor finds it, and those who worked on it go on.")


class LetBackForm(StepForm):
    says = _(
        "This person lost their passphrase, and a supervisor has let them into the unit again. From now on they open this"
        " case again, with everything in it."
    )
    field_order = ["to", "typed"]
    to = forms.ModelChoiceField(
        label=_("Who comes back?"), queryset=User.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    typed = forms.CharField(
        label=_("The five words you heard"),
        help_text=_(
            "Heard face to face, or on a number that you knew before. Accents and capitals do not matter."
            " Never take them from a message."
        ),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        back = User.objects.filter(pk__in=self.case.people_to_let_back).order_by("name")
        self.fields["to"].queryset = back
        self.fields["to"].initial = back[0] if len(back) == 1 else None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        to, typed = self.cleaned_data.get("to"), self.cleaned_data.get("typed")
        if to and typed and not circles.sounds_like(self.case.key_holder, to.pk, typed):
            self.add_error(
                "typed",
                _(
                    "These are not the person's five words. Ask for them again, slowly. If they still differ, do not"
                    " admit anybody and tell the privacy officer: somebody else may have enrolled."
                ),
            )
        return cleaned


# By the name of the step.
FORMS: dict[str, type[StepForm]] = {
    "close_inquiry": CloseInquiryForm,
    "propose_closing": ProposeClosingForm,
    "close": CloseForm,
    "decline_closing": DeclineClosingForm,
    "countersign": CountersignForm,
    "hand_to_unit": HandToUnitForm,
    "reopen": ReopenForm,
    "assign": AssignForm,
    "hand_over": HandOverForm,
    "share": ShareForm,
    "end_sharing": EndSharingForm,
    "ask_circle": AskCircleForm,
    "approve_circle": ApproveCircleForm,
    "ask_lift": AskLiftForm,
    "approve_lift": ApproveLiftForm,
    "let_back": LetBackForm,
}
# The supervisor decides on what is written: the page shows it.
DECISIONS = {"countersign", "close", "decline_closing", "approve_circle", "approve_lift"}
