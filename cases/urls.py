"""Addresses of this room."""

from django.urls import path, register_converter

from cases.views import additions, case, day, lists
from cellule.references import ReferenceConverter

register_converter(ReferenceConverter, "reference")

app_name = "cases"
urlpatterns = [
    path("", day.day, name="day"),
    path("avis/lus/", day.notices_read, name="notices_read"),
    # dossiers
    path("dossiers/", lists.my_cases, name="cases"),
    path("dossiers/cellule/", lists.unit_cases, name="unit"),
    path("dossiers/nouveau/", case.new_case, name="new_case"),
    path("dossiers/<reference:reference>/", case.case_page, name="case"),
    path("dossiers/<reference:reference>/incidents/nouveau/", additions.new_incident, name="new_incident"),
    path("dossiers/<reference:reference>/notes/nouvelle/", additions.new_note, name="new_note"),
]
