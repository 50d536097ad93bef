"""Forms of the whole house: their look, their words, and fields that no form library has."""

from cellule.forms.base import Form, ModelForm, bound, problems
from cellule.forms.fuzzy_date import FuzzyDate, FuzzyDateField, FuzzyKind
from cellule.forms.once import Once
from cellule.forms.renderer import Renderer

__all__ = ["Form", "FuzzyDate", "FuzzyDateField", "FuzzyKind", "ModelForm", "Once", "Renderer", "bound", "problems"]
