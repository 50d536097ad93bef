"""Two people on one form: who saves second sees what was saved meanwhile, keeps their own text, and decides."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cellule.forms.base import Form
from cellule.forms.unknown import shown


class Version(forms.IntegerField):
    """The number of the row's version that the page was made from. What cannot be read counts as a version long gone."""

    widget = forms.HiddenInput
    current: int | None = None

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> int:
        try:
            return super().clean(value) or 0
        except forms.ValidationError:
            return 0

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if self.current is None else self.current


class Versioned(Form):
    """Mixed into a form that changes a row: `initial` holds the row's `version` beside its values.

    In the view, with the row locked: `form.is_valid()`, then `form.is_stale(row.version)`; when it is,
    `form.overtaken(saved, row.version)` and draw the form again (409).
    """

    version = Version()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theirs: dict[str, str] = {}

    def is_stale(self, version: int) -> bool:
        """Whether the page was made from another version of the row than this one (valid form)."""
        return self.cleaned_data["version"] != version

    def overtaken(self, theirs: Mapping[str, Any], version: int) -> None:
        """Set what was saved meanwhile beside each field where it differs; the next save counts as from `version`.

        `theirs` holds the saved values by field, as `initial` takes them.
        """
        for name in theirs.keys() & self.fields.keys():
            if not self[name].is_hidden and _differs(self[name], theirs[name]):
                self.theirs[name] = shown(theirs[name], self.fields[name])
        self.fields["version"].current = version
        self.add_error(
            None,
            forms.ValidationError(
                _("Somebody saved this page before you. Your text is kept; compare, then save again."),
                code="overtaken",
            ),
        )


def _differs(place: forms.BoundField, saved: Any) -> bool:
    """Whether the saved value is another than the typed one; the kind of line end makes no difference."""
    typed = getattr(place.data, "answer", place.data)
    if isinstance(saved, str) and isinstance(typed, str) and _lines(saved) == _lines(typed):
        return bool(getattr(place.data, "unknown", ""))
    return place.field.has_changed(saved, place.data)


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()
