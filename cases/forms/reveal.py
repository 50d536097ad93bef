"""Forms that ask why somebody looks at what lies apart."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.story import StoryForm
from cases.models.codes import RevealReason

WORDS_LENGTH = 2_000


class RevealForm(StoryForm):
    """Why somebody looks. The reason goes into the log as a code, the words sealed to the privacy officers.

    `must_explain`: whether the reason alone is not enough.
    """

    told = "words"
    field_order = ["reason", "words", "confirmed"]
    reasons: tuple[RevealReason, ...] = tuple(RevealReason)
    once = None

    reason = forms.ChoiceField(label=_("Why do you need to see it?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("Needed for “Another reason”. Only the privacy officer can read it."),
        widget=forms.Textarea({"rows": 3}),
        max_length=WORDS_LENGTH,
        required=False,
    )

    def __init__(self, *args: Any, must_explain: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.fields["words"]
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in self.reasons]
        words.required = must_explain
        words.error_messages["required"] = _("Say in a few words why you need to see it.")
        if must_explain:
            words.help_text = _("Say why it cannot wait. Only the privacy officer can read it.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_other = cleaned.get("reason") == RevealReason.OTHER
        if is_other and not cleaned.get("words") and not self.has_error("words"):
            required = self.fields["words"].error_messages["required"]
            self.add_error("words", forms.ValidationError(required, code="required"))
        return cleaned

    @property
    def told_reason(self) -> dict[str, str]:
        """Reason and words, as the doors take them."""
        return {name: self.cleaned_data[name] for name in ("reason", "words")}


class IdentityReasonForm(RevealForm):
    """Why somebody looks at who a person is on paper."""

    reasons = (
        RevealReason.IDENTIFY,
        RevealReason.DOCUMENT,
        RevealReason.DECISION,
        RevealReason.SAFETY,
        RevealReason.CORRECTION,
        RevealReason.OTHER,
    )


class ContactReasonForm(RevealForm):
    """Why somebody looks at how a person is reached."""

    reasons = (
        RevealReason.CONTACT,
        RevealReason.IDENTIFY,
        RevealReason.DOCUMENT,
        RevealReason.SAFETY,
        RevealReason.CORRECTION,
        RevealReason.OTHER,
    )


class StoryReasonForm(RevealForm):
    """Why somebody who supervises reads the story, or looks at files, of a case that others work on."""

    reasons = (RevealReason.DECISION, RevealReason.SAFETY, RevealReason.OTHER)
