"""Forms about files: adding some, and taking one away."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.forms import Form, Once

WHY_LENGTH = 500


class FilesInput(forms.FileInput):
    """A choice of several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each of which was judged while it arrived."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Give the list of what was sent; a name may be long, and a file empty: both are said in other places."""
        sent = [each for each in data or [] if each]
        if not sent:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return sent


class FilesForm(Form):
    """Files for a case."""

    once = Once()
    files = FilesField(
        label=_("Files"),
        help_text=_("Pictures (JPEG, PNG, WebP), PDF, recordings and videos (MP3, Ogg, WAV, MP4), plain text."),
        error_messages={"required": _("Choose at least one file.")},
    )
    is_evidence = forms.BooleanField(
        label=_("These files are evidence: keep them as they are too"),
        help_text=_(
            "A camera writes into a picture where and when it was taken, a program into a PDF who made it. Here this is"
            " taken out. Tick this box to keep the original beside it, sealed."
        ),
        required=False,
    )
    # The last of what is sent: where the connection broke it is missing, and the file before it may be cut.
    is_whole = forms.BooleanField(
        widget=forms.HiddenInput, initial=True, error_messages={"required": _("The connection broke. Send it again.")}
    )


class TakeAwayForm(Form):
    """Why a file is taken away for good."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(
        label=_("Why do you take it away?"), widget=forms.Textarea({"rows": 3}), max_length=WHY_LENGTH
    )
