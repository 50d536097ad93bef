"""Forms about people: what they are called, who they are on paper, what part they had."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.story import Questioned, StoryField
from cases.models import ParticipationStory, PersonIdentity
from cases.models.codes import AgeBand, Role
from cases.people import DocumentSeen
from cellule.forms import FuzzyDateField, UnknownOr, Versioned
from cellule.forms.unknown import to_json

NAME_LENGTH = 300


class PersonForm(Questioned):
    """What somebody is called, by any name or none, and what is known of them without papers."""

    texts = ("called", "pronouns")
    field_order = ["called", "pronouns", "age_band", "confirmed"]

    called = UnknownOr(
        forms.CharField(
            label=_("What are they called?"),
            help_text=_("Any name will do: a first name, a nickname, what others call them. No name is fine too."),
            max_length=NAME_LENGTH,
            required=False,
        )
    )
    pronouns = UnknownOr(
        forms.CharField(
            label=_("Pronouns"),
            help_text=_("So that we speak of the person as they wish."),
            max_length=100,
            required=False,
        )
    )
    age_band = UnknownOr(
        forms.ChoiceField(
            label=_("Age"),
            help_text=_("About how old: other rights and duties begin at some ages."),
            choices=[("", _("Not asked yet")), *AgeBand.choices],
            required=False,
        )
    )

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as they stand in the sealed document."""
        return {name: to_json(self.cleaned_data[name]) for name in ("called", "pronouns", "age_band")}


class CorrectionForm(Versioned, PersonForm):
    """The same questions about somebody who is written down already."""

    once = None


class IdentityForm(Versioned):
    """Who somebody is on paper. It never shows what is there; what is saved replaces all of it, or takes it away."""

    asked = ["legal_name", "original_script", "born", "seen"]
    field_order = [*asked, "empty"]

    legal_name = forms.CharField(
        label=_("Legal name"),
        help_text=_("As it stands on a paper. We need it only for a letter or a form in this name."),
        max_length=NAME_LENGTH,
        required=False,
    )
    original_script = forms.CharField(
        label=_("The same name in its own script"),
        help_text=_("For example in Arabic or Tamil, so that it can be recognised without mistakes."),
        max_length=NAME_LENGTH,
        required=False,
    )
    born = FuzzyDateField(
        label=_("Date of birth"),
        help_text=_("As exactly as it is known. For the month, a number or a name will do."),
        error_messages={
            "required": _("Choose how exactly the date is known, or leave all of it empty."),
            "too_early": _("The year is before 1900. Check it, or leave the date empty."),
            "future": _("This date is still to come. Check the year."),
        },
        required=False,
    )
    seen = forms.MultipleChoiceField(
        label=_("Which documents did you see?"),
        help_text=_("Only the kind. Write no number anywhere, and make no copy."),
        choices=DocumentSeen,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    empty = forms.BooleanField(
        label=_("Take away for good what is written, and leave the identity empty"), required=False
    )

    def __init__(self, *args: Any, has_identity: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A page that was made before somebody else took it away may still ask for that.
        if not has_identity and "empty" not in self.data:
            del self.fields["empty"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_answered = any(cleaned.get(name) for name in self.asked)
        if cleaned.get("empty") and is_answered:
            self.add_error(
                "empty",
                forms.ValidationError(_("You wrote an answer too. Untick this box, or take the answers out.")),
            )
        elif not (self.errors or is_answered or cleaned.get("empty")):
            self.add_error(
                None, forms.ValidationError(_("Fill in at least one answer, or go back: nothing has to stand here."))
            )
        return cleaned

    @property
    def identity(self) -> PersonIdentity | None:
        """The answers as the sealed document, None to leave nothing (valid form)."""
        if self.cleaned_data.get("empty"):
            return None
        told, born = self.cleaned_data, self.cleaned_data["born"]
        return PersonIdentity(told["legal_name"], told["original_script"], born and born.to_json(), tuple(told["seen"]))


class PartForm(Versioned, Questioned):
    """In which roles somebody took part in an incident, and what is known of them."""

    texts = ("relation", "description")
    field_order = ["roles", "relation", "description", "confirmed"]
    once = None

    roles = forms.MultipleChoiceField(
        label=_("In which roles?"),
        help_text=_("Tick all that are true. Somebody who was harmed may stand accused as well."),
        choices=Role,
        widget=forms.CheckboxSelectMultiple,
    )
    relation = forms.CharField(
        label=_("Who are they to the person we help?"),
        help_text=_("In a few words: husband, neighbour, owner of the workshop."),
        max_length=200,
        required=False,
    )
    description = StoryField(
        label=_("What is known of them"),
        help_text=_(
            "For an alleged perpetrator: only what somebody saw or heard, and who says so. No immigration status,"
            " and no guess."
        ),
        required=False,
    )

    @property
    def part(self) -> ParticipationStory:
        """The answers as the sealed document."""
        told = self.cleaned_data
        return ParticipationStory(tuple(told["roles"]), told["relation"], told["description"])
