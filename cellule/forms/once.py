"""A hidden field by which a form that is sent twice creates one row."""

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _


class Once(forms.CharField):
    """The key of the row to come, made with the page and signed for one person and one form.

    Two submissions of one page carry the same key, and the primary key lets only one of them in. A key that this
    server did not sign (another person's, another form's, one from before a restart) is refused and replaced,
    and what was typed stays.
    """

    widget = forms.HiddenInput
    default_error_messages = {
        "invalid": _(
            "This page had become too old. Nothing was saved yet: look in the list whether you had sent it before,"
            " then send it again."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200, **kwargs})
        self._salt = ""

    def belong(self, user: Any, form_class: type) -> None:
        """Tie the key to who fills in which form."""
        self._salt = f"{getattr(user, 'pk', None)}:{form_class.__module__}.{form_class.__qualname__}"
        self.initial = signing.dumps(str(uuid.uuid4()), salt=self._salt)
        self.error_messages["required"] = self.error_messages["invalid"]

    def to_python(self, value: str | None) -> uuid.UUID | None:
        if not value:
            return None
        try:
            return uuid.UUID(signing.loads(value, salt=self._salt))
        except (signing.BadSignature, ValueError, TypeError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def run_validators(self, value: uuid.UUID) -> None:
        """Nothing to check in a key of our own; CharField would measure its length."""

    def bound_data(self, data: str | None, initial: str) -> str:
        """Show the page's own key again, or a fresh one where that was refused."""
        try:
            return data if self.to_python(data) else initial
        except forms.ValidationError:
            return initial
