"""How a field is drawn: Django's own renderer with the templates of `templates/django/forms`."""

import re
from collections.abc import Iterator
from typing import Any

from django.forms.boundfield import BoundField, BoundWidget
from django.forms.renderers import TemplatesSetting


class Option:
    """One radio button or check box, and the fields that it opens."""

    def __init__(self, widget: BoundWidget, value: str, revealed: list[BoundField]) -> None:
        self.widget = widget
        self.value = value
        self.revealed = revealed
        self.id = widget.data["attrs"].get("id", "")
        # Where the reasons for no answer begin, below the answers.
        self.follows_divider = widget.data.get("follows_divider", False)


class Place(BoundField):
    """A field in its place on a page."""

    @property
    def options(self) -> Iterator[Option]:
        """Its radio buttons or check boxes, each with what it reveals (`Form.reveals`)."""
        reveals = getattr(self.form, "reveals", {}).get(self.name, {})
        for widget in self.subwidgets:
            value = str(widget.data["value"])
            yield Option(widget, value, [self.form[name] for name in reveals.get(value, ())])

    @property
    def first_id(self) -> str:
        """The id of the element that a link to this field leads to: the box at fault, where the field names it."""
        faults = [error.params for error in self.errors.as_data() if error.params and "box" in error.params]
        if faults and self.auto_id:
            return f"{self.auto_id}_{faults[0]['box']}"
        if hasattr(self.field.widget, "first_id"):
            return self.field.widget.first_id(self.auto_id)
        return self.id_for_label or (f"{self.auto_id}_0" if self.auto_id else "")

    @property
    def widget_type(self) -> str:
        """Its kind of box; a question that may stay without an answer is drawn as the box it wraps."""
        widget = getattr(self.field.widget, "answer", self.field.widget)
        return re.sub(r"widget$|input$", "", type(widget).__name__.lower())

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """The radio buttons that say why there is no answer (`UnknownOr`), where they stand beneath the box."""
        if not hasattr(self.field.widget, "reasons"):
            return []
        return self.field.widget.reasons(self.html_name, self.auto_id, self.value().unknown)

    @property
    def theirs(self) -> str | None:
        """What somebody else saved here meanwhile (`Versioned.overtaken`), when it differs from what was typed."""
        return getattr(self.form, "theirs", {}).get(self.name)

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if self.theirs is None or described is None or not self.auto_id:
            return described
        return f"{described} {self.auto_id}_theirs".strip()

    @property
    def limit(self) -> int | None:
        """How many characters fit, shown under a text of several lines."""
        return getattr(self.field, "max_length", None) if self.widget_type == "textarea" else None

    @property
    def is_marked_optional(self) -> bool:
        """Whether to say that it may stay empty: not where everything may, as in filters."""
        return not self.field.required and any(field.required for field in self.form.fields.values())


class Renderer(TemplatesSetting):
    """Named by the setting FORM_RENDERER."""

    bound_field_class = Place
