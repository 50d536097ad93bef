"""What every form of the house does: says what to change, counts no submission twice, keeps what was typed."""

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cellule.forms.once import Once

_TOO_LONG = _("Shorten this text to %(limit_value)d characters; it has %(show_value)d.")


class _Manners:
    """Shared by Form and ModelForm; `user` is who fills it in, `reveals` says which option opens which fields."""

    reveals: dict[str, dict[str, list[str]]] = {}
    use_required_attribute = False
    summary_shown = False
    is_resumed = False

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, Once):
                field.belong(user, type(self))
            if isinstance(getattr(field.widget, "answer", field.widget), forms.Textarea):
                # A browser would cut a pasted text without a word; we count, keep it whole and say so.
                field.widget.attrs.pop("maxlength", None)

    @property
    def row_id(self) -> uuid.UUID:
        """The key under which this submission is stored: the same one however often it is sent (valid form)."""
        return next(self.cleaned_data[name] for name, field in self.fields.items() if isinstance(field, Once))

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            _speak(field, field.label or forms.utils.pretty_name(name))
        super().full_clean()

    def is_valid(self) -> bool:
        return not self.is_resumed and super().is_valid()

    def resume(self) -> None:
        """Show what was typed before the lock, without finding fault with it."""
        self.is_resumed = True
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data = {}

    def visible_fields(self) -> list[forms.BoundField]:
        """The fields in their order, without those that an option reveals: these are drawn beneath it."""
        revealed = {name for options in self.reveals.values() for names in options.values() for name in names}
        return [field for field in super().visible_fields() if field.name not in revealed]

    def get_context(self) -> dict[str, Any]:
        context = super().get_context()
        shown = {field.name for field in self.visible_fields()}
        context["fields"] = [(field, errors) for field, errors in context["fields"] if field.name in shown]
        return context


class Form(_Manners, forms.Form):
    """The base of forms that store no model by themselves."""


class ModelForm(_Manners, forms.ModelForm):
    """The base of forms that fill one model."""


def bound[F: _Manners](form_class: type[F], request: HttpRequest, **kwargs: Any) -> F:
    """Make the form of this request: filled in by a POST, by text kept over a lock, or empty."""
    kwargs.setdefault("user", request.user)
    if request.method == "POST":
        return form_class(request.POST, request.FILES or None, **kwargs)
    if (resumed := getattr(request, "resumed", None)) is None:
        return form_class(**kwargs)
    form = form_class(resumed, **kwargs)
    form.resume()
    return form


def problems(form: forms.BaseForm) -> Iterator[tuple[str, str]]:
    """Give what must be changed in any form, in its order: the id to go to (empty for the whole form) and the text."""
    for text in form.non_field_errors():
        yield "", text
    for name, errors in form.errors.items():
        if name in form.fields:
            place = form[name]
            target = "" if place.is_hidden else getattr(place, "first_id", place.id_for_label)
            yield from ((target, text) for text in errors)


def _speak(field: forms.Field, label: Any) -> None:
    """Replace Django's short messages by sentences that say what to do; a form's own messages stay."""
    if (wrapped := getattr(field, "field", None)) is not None:
        _speak(wrapped, label)
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        if wrapped is not None:
            sentence = _("Answer, or say why there is no answer: {label}")
        elif isinstance(field, forms.BooleanField):
            sentence = _("Tick the box: {label}")
        elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
            sentence = _("Choose an answer: {label}")
        else:
            sentence = _("Fill in: {label}")
        field.error_messages["required"] = format_lazy(sentence, label=label)
    for validator in field.validators:
        if isinstance(validator, MaxLengthValidator):
            validator.message = _TOO_LONG
