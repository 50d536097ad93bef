"""Addresses of the house. Rooms are named by strings, never imported."""

from django.urls import include, path

from cellule import views

urlpatterns = [
    path("aide/", views.help_page, name="help"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("confidentialite/", views.privacy, name="privacy"),
    path("hors-ligne/", views.offline, name="offline"),
    path("langue/", views.language, name="language"),
    path("presence/", views.presence, name="presence"),
    path("sante/", views.health, name="health"),
    path("composants/", views.components, name="components"),
    path("administration/travaux/", include("cellule.jobs.urls")),
    path("", include("cellule.accounts.urls")),
    path("", include("cases.urls")),
    path("audit/", include("audit.review.urls")),
    path("", include("referrals.urls")),
]

handler400 = "cellule.front.bad_request"
handler403 = "cellule.front.forbidden"
handler404 = "cellule.front.not_found"
handler500 = "cellule.front.server_error"
