"""The form of a note, with the same fields and the same question about what must not be written down."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.mentions import mentions_of_status
from cellule.forms import Form, Once


class NoteForm(Form):
    once = Once()
    body = forms.CharField(
        label=_("Note"),
        help_text=_("A saved note cannot be changed. Write nothing about immigration status, permits or papers."),
        widget=forms.Textarea({"rows": 10}),
        max_length=20_000,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if mentions_of_status(cleaned.get("body", "")):
            self.add_error("body", _("Take out whatever tells of a status, a permit or a social insurance number."))
        return cleaned
