"""Addresses of this room; `reference` is read as in the addresses of cases, which come first."""

from django.urls import path

from referrals.views import agreements, directory, inbox, messages, referral, steps

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
    # orientations
    path("orientations/", inbox.inbox, name="inbox"),
    path("orientations/<reference:reference>/", referral.referral, name="referral"),
    path("orientations/<reference:reference>/etapes/<slug:slug>/", steps.step_page, name="step"),
    path("orientations/<reference:reference>/message/", messages.message, name="message"),
]
