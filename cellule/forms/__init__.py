"""Forms of the whole house: their look, their words, and fields that no form library has."""

from cellule.forms.base import Form, ModelForm, bound, problems
from cellule.forms.fuzzy_date import FuzzyDate, FuzzyDateField, FuzzyKind
from cellule.forms.once import Once
from cellule.forms.phone import PhoneField
from cellule.forms.renderer import Renderer
from cellule.forms.stale import Versioned
from cellule.forms.unknown import Unknown, UnknownOr
from cellule.forms.window import ANY_TIME, Window, WindowField

__all__ = [
    "ANY_TIME",
    "Form",
    "FuzzyDate",
    "FuzzyDateField",
    "FuzzyKind",
    "ModelForm",
    "Once",
    "PhoneField",
    "Renderer",
    "Unknown",
    "UnknownOr",
    "Versioned",
    "Window",
    "WindowField",
    "bound",
    "problems",
]
