"""Addresses of this room."""

from django.urls import path, register_converter

from cases import views
from cellule.references import ReferenceConverter

register_converter(ReferenceConverter, "reference")

app_name = "cases"
urlpatterns = [
    path("", views.day, name="day"),
    path("avis/lus/", views.notices_read, name="notices_read"),
    # dossiers
    path("dossiers/", views.my_cases, name="cases"),
    path("dossiers/nouveau/", views.new_case, name="new_case"),
    path("dossiers/<reference:reference>/", views.case_page, name="case"),
    path("dossiers/<reference:reference>/incidents/nouveau/", views.new_incident, name="new_incident"),
    path("dossiers/<reference:reference>/notes/nouvelle/", views.new_note, name="new_note"),
]
