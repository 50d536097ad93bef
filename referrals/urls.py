"""Addresses of this room; `reference` is read as in the addresses of cases, which come first."""

from django.urls import path

from referrals.views import agreements, directory

app_name = "referrals"
urlpatterns = [
    # ressources
    path("ressources/", directory.directory, name="directory"),
    path("ressources/<reference:reference>/", directory.sheet, name="sheet"),
    path("ressources/<reference:reference>/ententes/nouvelle/", agreements.new_agreement, name="new_agreement"),
    path(
        "ressources/<reference:reference>/ententes/<uuid:pk>/<slug:slug>/",
        agreements.agreement_step,
        name="agreement_step",
    ),
]
