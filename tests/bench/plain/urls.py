"""The addresses that the pages name; those of other pages lead nowhere."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, register_converter

from cellule.references import ReferenceConverter
from tests.bench.plain import views

register_converter(ReferenceConverter, "reference")


def elsewhere(request: HttpRequest, **named: str) -> HttpResponse:
    return HttpResponse(status=204)


accounts = (
    [path("verrou/", elsewhere, name="lock"), path("compte/", elsewhere, name="account")],
    "accounts",
)
cases = (
    [
        path("", elsewhere, name="day"),
        path("dossiers/", views.my_cases, name="cases"),
        path("dossiers/nouveau/", elsewhere, name="new_case"),
        path("dossiers/<reference:reference>/", views.case_page, name="case"),
        path("dossiers/<reference:reference>/incidents/nouveau/", elsewhere, name="new_incident"),
        path("dossiers/<reference:reference>/notes/nouvelle/", views.new_note, name="new_note"),
    ],
    "cases",
)
urlpatterns = [
    path("aide/", elsewhere, name="help"),
    path("accessibilite/", elsewhere, name="accessibility"),
    path("confidentialite/", elsewhere, name="privacy"),
    path("langue/", elsewhere, name="language"),
    path("presence/", elsewhere, name="presence"),
    path("connexion/", elsewhere, name="account_login"),
    path("deconnexion/", elsewhere, name="account_logout"),
    path("", include(accounts)),
    path("", include(cases)),
]
