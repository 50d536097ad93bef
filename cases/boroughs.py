"""Where something happened: the nineteen boroughs, elsewhere, or not known. Boroughs are proper names."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BOROUGHS: tuple[tuple[str, str | Promise], ...] = (
    ("01", "Ahuntsic-Cartierville"),
    ("02", "Anjou"),
    ("03", "Côte-des-Neiges–Notre-Dame-de-Grâce"),
    ("04", "Lachine"),
    ("05", "LaSalle"),
    ("06", "L’Île-Bizard–Sainte-Geneviève"),
    ("07", "Mercier–Hochelaga-Maisonneuve"),
    ("08", "Montréal-Nord"),
    ("09", "Outremont"),
    ("10", "Pierrefonds-Roxboro"),
    ("11", "Le Plateau-Mont-Royal"),
    ("12", "Rivière-des-Prairies–Pointe-aux-Trembles"),
    ("13", "Rosemont–La Petite-Patrie"),
    ("14", "Saint-Laurent"),
    ("15", "Saint-Léonard"),
    ("16", "Le Sud-Ouest"),
    ("17", "Verdun"),
    ("18", "Ville-Marie"),
    ("19", "Villeray–Saint-Michel–Parc-Extension"),
    ("outside", _("Outside Montréal")),
    ("unknown", _("Place not known")),
)

_BY_CODE = dict(BOROUGHS)


def borough_name(code: str) -> str | Promise:
    """Give the name of a stored code; the code itself when it is not on the list."""
    return _BY_CODE.get(code, code)
