"""Forms of signing in, enrolling, inviting, admitting."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.log.actions import Outcome
from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts import delays, roles
from cellule.accounts.actions import SECOND_FACTOR_FAILED
from cellule.accounts.models import Organisation, User
from cellule.enforcement import enforcement_in
from cellule.forms import Form, ModelForm
from cellule.vault import words


def _passphrase_field(label=None) -> forms.CharField:
    return forms.CharField(
        label=label or _("Passphrase"),
        help_text=_("Your six words, in order. Accents, capitals and hyphens do not matter."),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "spellcheck": "false"}),
    )


class SignInForm(LoginForm, Form):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=_("Work e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"})
        )
        self.fields["password"] = _passphrase_field()
        self.order_fields(["login", "password"])

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except forms.ValidationError as refusal:
            # Nobody is told which of the two does not fit: the sentence speaks of both, beside the last one.
            raise forms.ValidationError({"password": refusal.messages}) from None


class ReauthenticateForm(AllauthReauthenticateForm, Form):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _passphrase_field()


class CodeForm(AuthenticateForm, Form):
    """The second factor; wrong codes wait longer and longer, like wrong passphrases."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(
            _("The six digits that your application shows, or one of your recovery codes.")
        )

    def clean_code(self) -> str:
        request, counted = context.request, f"code {self.user.pk}"
        if seconds := delays.seconds_to_wait(counted, request):
            raise forms.ValidationError(
                ngettext(
                    "Too many tries. Wait %(seconds)d second, then try again.",
                    "Too many tries. Wait %(seconds)d seconds, then try again.",
                    seconds,
                )
                % {"seconds": seconds}
            )
        try:
            code = super().clean_code()
        except forms.ValidationError:
            delays.count_failure(counted, request)
            with transaction.atomic():
                record(
                    SECOND_FACTOR_FAILED,
                    by=Actor.anonymous(request=request.acting.actor.request),
                    subject_type="accounts.user",
                    reference=str(self.user.pk),
                    outcome=Outcome.FAILED,
                )
            raise
        delays.forget_failures(counted, request)
        return code


class ActivateTOTPForm(AllauthActivateTOTPForm, Form):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(_("The six digits that your application shows."))


def _code_field(help_text: Promise) -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        help_text=help_text,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class TypeBackForm(Form):
    """The passphrase typed back, from the paper it was written on."""

    token = forms.CharField(widget=forms.HiddenInput)
    typed = _passphrase_field(_("Type your six words"))


class AdmitForm(Form):
    """The five words that the person read out."""

    typed = forms.CharField(
        label=_("The five words you heard"),
        help_text=_(
            "Heard face to face, or on a number that you knew before. Accents and capitals do not matter."
            " Never take them from a message."
        ),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args, expected: str, by_directory: bool = False, **kwargs) -> None:
        self.expected = expected
        super().__init__(*args, **kwargs)
        if by_directory:
            self.fields["typed"].help_text = _(
                "Heard on the directory's number. Accents and capitals do not matter. Never take them from a message."
            )

    def clean_typed(self) -> str:
        typed = self.cleaned_data["typed"]
        if not words.same_words(typed, self.expected):
            raise forms.ValidationError(
                _(
                    "These are not the person's five words. Ask for them again, slowly. If they still differ, do not"
                    " admit anybody and tell the privacy officer: somebody else may have enrolled."
                )
            )
        return typed


class InvitationForm(ModelForm):
    """An account with its first invitation."""

    sent = forms.ChoiceField(
        label=_("How the person gets the link"),
        choices=[("mail", _("By e-mail, without any content")), ("print", _("On paper, handed over by you"))],
        widget=forms.RadioSelect,
        initial="mail",
    )

    class Meta:
        model = User
        fields = ["name", "email", "organisation", "role", "language"]
        widgets = {"role": forms.RadioSelect, "language": forms.RadioSelect}
        help_texts = {
            "name": _("As colleagues know the person. Shown to colleagues and auditors."),
            "email": _("Used to sign in. It gets no content, only a notice that there is something new."),
        }
        error_messages = {"email": {"unique": _("An account uses this e-mail already. Invite it again from the list.")}}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles.choices()
        # The unit first: most people are invited into it.
        self.fields["organisation"].queryset = Organisation.objects.order_by("-zone", "name")
        self.fields["organisation"].empty_label = None

    def clean_email(self) -> str:
        """As it is stored, so that one account is not asked for in two spellings."""
        return self.cleaned_data["email"].strip().lower()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        organisation, role = self.cleaned_data.get("organisation"), self.cleaned_data.get("role")
        if organisation and role:
            in_unit = organisation.zone == Organisation.Zone.UNIT
            if roles.by_code(role).in_unit and not in_unit:
                self.add_error(
                    "role", _("This is a role of the unit. For this organisation, choose a role of an agency.")
                )
            elif in_unit and not roles.by_code(role).in_unit:
                self.add_error(
                    "role", _("This is a role of an agency. For the unit, choose another one, or choose the agency.")
                )
        return cleaned


class WayInForm(Form):
    """How somebody who lost their passphrase gets the new link."""

    sent = forms.ChoiceField(
        label=_("How the person gets the link"),
        choices=[("mail", _("By e-mail, without any content")), ("print", _("On paper, handed over by you"))],
        widget=forms.RadioSelect,
        initial="mail",
    )


class RoleForm(Form):
    """Another role of the unit than the one a person has."""

    role = forms.ChoiceField(label=_("New role"), widget=forms.RadioSelect)

    def __init__(self, *args, now: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        others = (roles.INTAKE_WORKER, roles.CASEWORKER, roles.SUPERVISOR)
        self.fields["role"].choices = [(role.code, role.name) for role in others if role.code != now]


class OrganisationForm(ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "legal_regime"]
        widgets = {"legal_regime": forms.RadioSelect}
        help_texts = {"legal_regime": _("It decides how long there is to answer a request for access.")}
        error_messages = {"name": {"unique": _("An organisation has this name already.")}}

    def clean_name(self) -> str:
        """Nothing about a person may ever be sent to these bodies, so none of their people has an account."""
        name = self.cleaned_data["name"]
        if enforcement_in([name]):
            refusal = _("This is the name of a police or border body: nobody of such a body signs in here.")
            raise forms.ValidationError(refusal, code="enforcement")
        return name


class LanguageForm(ModelForm):
    class Meta:
        model = User
        fields = ["language"]
        widgets = {"language": forms.RadioSelect}
