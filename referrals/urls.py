"""Addresses of this room; `reference` is read as in the addresses of cases, which come first."""

from django.urls import path

from referrals.views import agreements, consents, directory, joining

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
    path("ressources/<reference:reference>/personnes/", joining.connect, name="connect"),
    # consentements
    path("dossiers/<reference:reference>/consentements/", consents.consents, name="consents"),
    path("dossiers/<reference:reference>/consentements/nouveau/", consents.new_consent, name="new_consent"),
    path("consentements/<reference:reference>/", consents.consent, name="consent"),
    path("consentements/<reference:reference>/retirer/", consents.withdraw, name="withdraw"),
]
