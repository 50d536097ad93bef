"""What is typed about an access under review. Words are sealed; a line end counts as one character."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.review.models import Item, Reason
from audit.review.words import LONGEST
from cellule.forms import Form

_SEALED = _("Sealed to those who review. Write no name of a person who is helped.")


class WordsField(forms.CharField):
    """A text of up to 4 000 characters, in any script."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 6}), max_length=LONGEST, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value or "").replace("\r\n", "\n"))


class StepForm(Form):
    """What a step asks. `says`: what it does, in a sentence; `version`: of the item on which the decision rests."""

    says: Any = ""
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = item.version

    @property
    def answers(self) -> dict[str, Any]:
        """What the step's method takes, apart from who and which version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class AskForm(StepForm):
    says = _(
        "The person reads these questions beside what they did, and when. Their answer is sealed to the reviewers."
    )
    reasons = forms.MultipleChoiceField(
        label=_("What do you ask?"),
        choices=Reason,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one question.")},
    )


class VerdictForm(StepForm):
    text = WordsField(
        label=_("Your reasons"),
        help_text=_SEALED,
        required=False,
    )


class JustifyForm(VerdictForm):
    says = _("There was a duty behind this access. The review ends here.")


class FindingForm(VerdictForm):
    """A verdict that somebody has to live with, and so one with reasons."""

    text = WordsField(
        label=_("Your reasons"),
        help_text=_SEALED,
        error_messages={"required": _("Say in a few words why.")},
    )


class NotJustifyForm(FindingForm):
    says = _("There was no duty behind this access. The review ends here, and it stays among the findings.")


class ProposeForm(FindingForm):
    says = _(
        "This is the first of two signatures. Somebody else who reviews must sign too; the privacy officer is told."
    )


class SignForm(VerdictForm):
    says = _("This is the second signature. It opens a confidentiality incident, and the privacy officer is told.")


class SendBackForm(VerdictForm):
    says = _("You do not sign. The access is judged anew.")
    text = WordsField(
        label=_("Why do you not sign?"),
        help_text=_SEALED,
        error_messages={"required": _("Say in a few words what is missing.")},
    )


class ExplainForm(Form):
    """The answer of the person who acted."""

    text = WordsField(
        label=_("Your explanation"),
        help_text=_(
            "Sealed to those who review; you cannot read it again here. Write no name and nothing of anybody’s story:"
            " the reference is enough."
        ),
        error_messages={"required": _("Write what you did it for.")},
    )


FORMS: dict[str, type[StepForm]] = {
    "ask": AskForm,
    "justify": JustifyForm,
    "not_justify": NotJustifyForm,
    "propose_incident": ProposeForm,
    "sign_incident": SignForm,
    "send_back": SendBackForm,
}
