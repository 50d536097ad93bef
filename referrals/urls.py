"""Addresses of this room; `reference` is read as in the addresses of cases, which come first."""

from django.urls import path

from referrals.views import agreements, consents, directory, inbox, joining, messages, of_case, referral, sending, steps

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
    path("ressources/<reference:reference>/personnes/", joining.connect, name="connect"),
    # consentements
    path("dossiers/<reference:reference>/consentements/", consents.consents, name="consents"),
    path("dossiers/<reference:reference>/consentements/nouveau/", consents.new_consent, name="new_consent"),
    path("consentements/<reference:reference>/", consents.consent, name="consent"),
    path("consentements/<reference:reference>/retirer/", consents.withdraw, name="withdraw"),
    # orientations : la cellule
    path("ressources/<reference:reference>/orienter/", sending.begin, name="begin"),
    path("dossiers/<reference:reference>/orientations/", of_case.of_case, name="of_case"),
    path("dossiers/<reference:reference>/orientations/nouvelle/", sending.new, name="new"),
    path("dossiers/<reference:reference>/orientations/resume/", of_case.panel, name="panel"),
    path("orientations/<reference:reference>/preparer/", sending.compose, name="compose"),
    path("orientations/<reference:reference>/apercu/", sending.preview, name="preview"),
]
