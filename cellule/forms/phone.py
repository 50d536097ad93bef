"""A telephone number of any country, typed as people write it."""

import re
from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.templatetags.typography import phone

HOME = "CA"
# The library reads "ext" and "x"; here it is "poste" that people write.
_EXTENSION = re.compile(
    r"^(?P<number>.+?)[\s,;]*(?:poste|post|ext(?:ension)?|p|x|#)[\s.=:#]*(?P<extension>\d{1,7})$", re.IGNORECASE
)


class PhoneField(forms.CharField):
    """Gives the number as E.164 and its extension: `+15145550199;ext=150`. Without `+` it is one of North America."""

    widget = forms.TextInput({"type": "tel"})
    default_error_messages = {
        "invalid": _(
            "Write the number with its area code, as 514 555-0199; a number from abroad begins with + and the"
            " country’s code."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, **kwargs})

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        return _stored(typed, self.error_messages["invalid"]) if typed else ""

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number as it is written here; what was typed in any other way stays so."""
        return self.shown(value) if isinstance(value, str) and re.fullmatch(r"\+\d+(;ext=\d+)?", value) else value

    def has_changed(self, initial: str | None, data: str) -> bool:
        try:
            return self.clean(data) != (initial or "")
        except forms.ValidationError:
            return True

    def shown(self, value: str) -> str:
        """Write a stored number for a page."""
        return phone(value)


def _stored(typed: str, refusal: Any) -> str:
    found = _EXTENSION.match(typed)
    text, extension = found.group("number", "extension") if found else (typed, "")
    try:
        if re.search(r"[^\W\d_]", text):
            raise forms.ValidationError(refusal, code="invalid")
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        raise forms.ValidationError(refusal, code="invalid") from None
    # Abroad new ranges open faster than any table knows them: there the length alone is checked.
    is_near = number.country_code == 1
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE or (is_near and not phonenumbers.is_valid_number(number)):
        raise forms.ValidationError(refusal, code="invalid")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={phonenumbers.normalize_digits_only(extension)}" if extension else written
