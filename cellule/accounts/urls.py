"""Addresses of this room, and the few of allauth's views that exist here."""

from allauth.account import views as allauth
from allauth.mfa.recovery_codes import views as recovery_codes
from django.urls import include, path
from django.views.generic import RedirectView

from cellule.accounts import doors
from cellule.accounts.step_up import step_up_first
from cellule.accounts.views import (
    account,
    administration,
    enrolment,
    kept,
    lock,
    members,
    second_factor,
    sign_out,
    team,
)

_setting_up = [doors.open_while_waiting, doors.open_without_second_factor]


def _marked(view, *marks):
    for mark in marks:
        view = mark(view)
    return view


ours = (
    [
        # verrou
        path("verrou/", lock.lock, name="lock"),
        path("verrou/ouvrir/", lock.unlock, name="unlock"),
        path("textes-gardes/", kept.kept, name="kept"),
        path("textes-gardes/<uuid:text>/jeter/", kept.discard, name="discard"),
        # invitation
        path("invitation/<str:code>/", enrolment.enrol, name="enrol"),
        path("attente/", enrolment.waiting, name="waiting"),
        # equipe
        path("equipe/", team.team, name="team"),
        path("equipe/<uuid:person>/", members.member, name="member"),
        path("equipe/<uuid:person>/admettre/", team.admit, name="admit"),
        path("equipe/<uuid:person>/phrase-perdue/", members.lost_passphrase, name="lost_passphrase"),
        path("equipe/<uuid:person>/retirer/", members.remove, name="remove"),
        path("equipe/<uuid:person>/role/", members.change_role, name="change_role"),
        # compte
        path("compte/", account.account, name="account"),
        path("compte/sessions/fermer/", account.end_session, {"session": None}, name="end_sessions"),
        path("compte/sessions/<uuid:session>/fermer/", account.end_session, name="end_session"),
        path("compte/mots/", enrolment.own_words, name="own_words"),
        path("compte/phrase/", account.passphrase, name="passphrase"),
        path("compte/second-facteur/code.svg", account.second_factor_image, name="second_factor_image"),
        # administration
        path("administration/", administration.administration, name="administration"),
        path("administration/invitations/nouvelle/", administration.invite, name="invite"),
        path("administration/invitations/<uuid:person>/", administration.invite_again, name="invite_again"),
        path("administration/invitations/<uuid:person>/retirer/", administration.withdraw, name="withdraw"),
        path("administration/comptes/<uuid:person>/fermer/", administration.close_account, name="close_account"),
        path("administration/comptes/<uuid:person>/phrase-perdue/", administration.new_way_in, name="new_way_in"),
        path("administration/organisations/nouvelle/", administration.new_organisation, name="new_organisation"),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(ours)),
    # connexion: names are those allauth itself looks for
    path("connexion/", allauth.login, name="account_login"),
    path("connexion/code/", second_factor.authenticate, name="mfa_authenticate"),
    path("deconnexion/", sign_out.sign_out, name="account_logout"),
    path("compte/confirmer/", _marked(allauth.reauthenticate, *_setting_up), name="account_reauthenticate"),
    path("compte/second-facteur/", RedirectView.as_view(pattern_name="accounts:account"), name="mfa_index"),
    path("compte/second-facteur/activer/", step_up_first(second_factor.activate), name="mfa_activate_totp"),
    path("compte/second-facteur/retirer/", step_up_first(second_factor.deactivate), name="mfa_deactivate_totp"),
    path(
        "compte/second-facteur/codes/",
        step_up_first(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "compte/second-facteur/codes/nouveaux/",
        step_up_first(second_factor.generate_codes),
        name="mfa_generate_recovery_codes",
    ),
]
