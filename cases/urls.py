"""Addresses of this room."""

from django.urls import path, register_converter

from cases.views import (
    access,
    additions,
    case,
    contact,
    day,
    desk,
    files,
    incidents,
    intake,
    lists,
    needs,
    people,
    reveal,
    risk,
    search,
    steps,
)
from cellule.references import ReferenceConverter

register_converter(ReferenceConverter, "reference")

app_name = "cases"
urlpatterns = [
    path("", day.day, name="day"),
    path("avis/lus/", day.notices_read, name="notices_read"),
    # dossiers
    path("dossiers/", lists.my_cases, name="cases"),
    path("dossiers/cellule/", lists.unit_cases, name="unit"),
    path("dossiers/cellule/sans-responsable/", lists.unassigned_cases, name="unassigned"),
    path("dossiers/vues/<slug:scope>/", lists.keep_view, name="keep_view"),
    path("dossiers/vues/<uuid:pk>/retirer/", lists.remove_view, name="remove_view"),
    path("dossiers/nouveau/", case.new_case, name="new_case"),
    path("dossiers/<reference:reference>/", case.case_page, name="case"),
    path("dossiers/<reference:reference>/etapes/<slug:slug>/", steps.step_page, name="step"),
    path("dossiers/<reference:reference>/incidents/nouveau/", additions.new_incident, name="new_incident"),
    path("dossiers/<reference:reference>/notes/nouvelle/", additions.new_note, name="new_note"),
    path("dossiers/<reference:reference>/notes/<uuid:pk>/complement/", additions.amend_note, name="amend_note"),
    path("dossiers/<reference:reference>/contact/", contact.contact, name="contact"),
    path("dossiers/<reference:reference>/risque/", risk.risk, name="risk"),
    path("dossiers/<reference:reference>/besoins/nouveau/", needs.new_need, name="new_need"),
    path("dossiers/<reference:reference>/besoins/<uuid:pk>/<slug:slug>/", needs.need_step, name="need_step"),
    path("dossiers/<reference:reference>/acces/", access.access, name="access"),
    path("dossiers/<reference:reference>/acces/liste/", access.access_list, name="access_list"),
    # documents
    path("dossiers/<reference:reference>/documents/", files.files, name="files"),
    path("dossiers/<reference:reference>/documents/motif/", files.reveal_files, name="reveal_files"),
    path("dossiers/<reference:reference>/documents/nouveaux/", files.new_files, name="new_files"),
    path("dossiers/<reference:reference>/documents/<uuid:pk>/", files.file, name="file"),
    path("dossiers/<reference:reference>/documents/<uuid:pk>/apercu/<int:page>/", files.preview, name="file_preview"),
    path("dossiers/<reference:reference>/documents/<uuid:pk>/imprimer/", files.print_file, name="print_file"),
    path("dossiers/<reference:reference>/documents/<uuid:pk>/telecharger/", files.download, name="download_file"),
    path("dossiers/<reference:reference>/documents/<uuid:pk>/retirer/", files.take_away, name="take_file_away"),
    # recherche
    path("recherche/", search.search_page, name="search"),
    path("recherche/r/<uuid:token>/", search.found_page, name="found"),
    path("recherche/correspondances/", desk.desk, name="desk"),
    path("recherche/correspondances/comparer/", desk.compare_names, name="compare"),
    path("recherche/correspondances/<reference:reference>/<slug:slug>/", desk.match_step, name="match_step"),
    # accueil
    path("accueil/<reference:reference>/", intake.tasks, name="intake"),
    path("accueil/<reference:reference>/verifier/", intake.check, name="intake_check"),
    path("accueil/<reference:reference>/<slug:slug>/", intake.task, name="intake_task"),
    # personnes
    path("dossiers/<reference:reference>/personnes/", people.people, name="people"),
    path("dossiers/<reference:reference>/personnes/nouvelle/", people.new_person, name="new_person"),
    path("dossiers/<reference:reference>/personnes/<reference:person_reference>/", people.person, name="person"),
    path(
        "dossiers/<reference:reference>/personnes/<reference:person_reference>/identite/",
        people.identity,
        name="identity",
    ),
    path(
        "dossiers/<reference:reference>/personnes/<reference:person_reference>/identite/reveler/",
        reveal.identity,
        name="reveal_identity",
    ),
    path("dossiers/<reference:reference>/contact/reveler/", reveal.contact, name="reveal_contact"),
    path("dossiers/<reference:reference>/recit/reveler/", reveal.story, name="reveal_story"),
    path(
        "dossiers/<reference:reference>/incidents/<reference:incident_reference>/",
        incidents.incident,
        name="incident",
    ),
    path(
        "dossiers/<reference:reference>/incidents/<reference:incident_reference>/personnes/<reference:person_reference>/",
        incidents.part,
        name="part",
    ),
]
