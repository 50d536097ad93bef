"""The second factor: allauth's pages, whose changes are entries in the log and end the person's other sessions."""

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.db import transaction
from django.http import HttpResponse

from audit.log.actions import Action
from audit.log.record import record
from cellule.accounts.actions import RECOVERY_CODES_MADE, SECOND_FACTOR_REMOVED, SECOND_FACTOR_SET
from cellule.accounts.views.account import end_other_sessions


class _Changing:
    """A change and its entry stand or fall together; who signed in with the old factor signs in again."""

    action: Action

    def form_valid(self, form) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            end_other_sessions(self.request)
            record(
                self.action,
                by=self.request.acting.actor,
                subject_type="accounts.user",
                reference=str(self.request.user.pk),
            )
        return response


class _Activate(_Changing, ActivateTOTPView):
    action = SECOND_FACTOR_SET


class _Deactivate(_Changing, DeactivateTOTPView):
    action = SECOND_FACTOR_REMOVED


class _Generate(_Changing, GenerateRecoveryCodesView):
    action = RECOVERY_CODES_MADE


class _Authenticate(AuthenticateView):
    """One form, one field: a request without any code is answered like one with a wrong code."""

    def _build_forms(self):
        data = self.request.POST if self.request.method == "POST" else None
        self.webauthn_form = None
        self.auth_form = self.get_form_class()(user=self.stage.login.user, data=data)
        return self.auth_form


activate = _Activate.as_view()
deactivate = _Deactivate.as_view()
generate_codes = _Generate.as_view()
authenticate = _Authenticate.as_view()
