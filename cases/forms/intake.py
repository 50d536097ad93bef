"""Forms of the intake: few questions on each page, and any of them may stay without an answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.story import StoryField, StoryForm
from cases.languages import language_choices
from cases.models import Interpreter
from cases.models.codes import FlagAnswer, InterpreterGender
from cellule.forms import Form, UnknownOr, Versioned

# An answer that leads on to another page instead of being kept.
NOW = "now"
NONE = "none"


class LimitsForm(Form):
    """That the limits of confidentiality were explained: in which language, and how."""

    in_tongue = forms.ChoiceField(
        label=_("In which language did you explain this?"), choices=lambda: [("", _("Choose")), *language_choices()]
    )
    with_interpreter = forms.ChoiceField(
        label=_("Was there an interpreter?"), choices=FlagAnswer, widget=forms.RadioSelect
    )


class LanguageForm(Versioned, StoryForm):
    """How to talk with the person, and through whom."""

    told = "avoid"
    once = None
    field_order = ["spoken", "interpreter", "gender", "avoid", "confirmed"]

    spoken = forms.ChoiceField(
        label=_("Language spoken"),
        help_text=_("The language in which the person is most at ease."),
        choices=lambda: [("", _("Not known yet")), *language_choices()],
        required=False,
    )
    interpreter = forms.ChoiceField(
        label=_("Does the person want an interpreter?"), choices=Interpreter, widget=forms.RadioSelect
    )
    gender = UnknownOr(
        forms.ChoiceField(
            label=_("Who may interpret?"),
            help_text=_("If somebody interprets, now or another day."),
            choices=InterpreterGender,
            required=False,
            widget=forms.RadioSelect,
        )
    )
    avoid = UnknownOr(
        StoryField(
            label=_("Whom must we avoid?"),
            help_text=_(
                "For example somebody of the same small community, or a relative; if nobody, write that. Write no status"
                " and no papers."
            ),
            required=False,
        )
    )
    avoid.widget.attrs["rows"] = 3


class HappenedForm(Versioned):
    """Whether something is told now; what is told has its own page."""

    happened = UnknownOr(
        forms.ChoiceField(
            label=_("Does the person want to tell what happened?"),
            help_text=_("Nobody has to. The help does not depend on it."),
            choices=[(NOW, _("Yes, write it down now")), (NONE, _("There is nothing to tell"))],
            widget=forms.RadioSelect,
        )
    )


class NeedsForm(Versioned):
    """Whether something is needed now; each need has its own page."""

    needs = UnknownOr(
        forms.ChoiceField(
            label=_("Does the person need something now?"),
            help_text=_("A place to sleep tonight, care, medicines, food, something for the children."),
            choices=[(NOW, _("Yes, write it down now")), (NONE, _("Nothing is needed now"))],
            widget=forms.RadioSelect,
        )
    )
