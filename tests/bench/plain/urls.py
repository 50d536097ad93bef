"""The addresses that the pages name; those of other pages lead nowhere."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, register_converter

from cellule.references import ReferenceConverter
from tests.bench.plain import lists, referrals, views

register_converter(ReferenceConverter, "reference")


def elsewhere(request: HttpRequest, **named: str) -> HttpResponse:
    return HttpResponse(status=204)


# What the page of a case leads to, at the house's own addresses.
PARTS = {
    "amend_note": "notes/<uuid:pk>/complement",
    "contact": "contact",
    "incident": "incidents/<reference:incident>",
    "need_step": "besoins/<uuid:pk>/<slug:slug>",
    "new_incident": "incidents/nouveau",
    "new_need": "besoins/nouveau",
    "people": "personnes",
    "reveal_contact": "contact/reveler",
    "risk": "risque",
    "step": "etapes/<slug:slug>",
}
accounts = (
    [
        path("verrou/", elsewhere, name="lock"),
        path("compte/", elsewhere, name="account"),
        path("equipe/", elsewhere, name="team"),
    ],
    "accounts",
)
cases = (
    [
        path("", elsewhere, name="day"),
        path("dossiers/", lists.my_cases, name="cases"),
        path("dossiers/nouveau/", elsewhere, name="new_case"),
        path("dossiers/<reference:reference>/", views.case_page, name="case"),
        path("dossiers/<reference:reference>/notes/nouvelle/", views.new_note, name="new_note"),
        *(path(f"dossiers/<reference:reference>/{below}/", elsewhere, name=name) for name, below in PARTS.items()),
        path("accueil/<reference:reference>/", elsewhere, name="intake"),
    ],
    "cases",
)
sent = (
    [
        path("ressources/", elsewhere, name="directory"),
        path("orientations/", elsewhere, name="inbox"),
        path("orientations/<reference:reference>/", referrals.referral, name="referral"),
        path("orientations/<reference:reference>/etapes/<slug:slug>/", elsewhere, name="step"),
        path("orientations/<reference:reference>/message/", elsewhere, name="message"),
        path("dossiers/<reference:reference>/consentements/", elsewhere, name="consents"),
        path("dossiers/<reference:reference>/orientations/", elsewhere, name="of_case"),
        path("dossiers/<reference:reference>/orientations/nouvelle/", elsewhere, name="new"),
        path("dossiers/<reference:reference>/orientations/resume/", referrals.panel, name="panel"),
    ],
    "referrals",
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
    path("", include(sent)),
]
