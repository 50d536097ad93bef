"""What the pages of the second factor say: only of what there is, and in the sentences of the house."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils.html import escape

from cellule.accounts.adapter import SecondFactorAdapter
from cellule.accounts.forms import ActivateTOTPForm, CodeForm
from tests.people import acting, said, signed_in
from tests.world import PEOPLE

ACTIVATE = "/compte/second-facteur/activer/"
NEW_CODES = "/compte/second-facteur/codes/nouveaux/"
NO_LONGER = "The codes you have now will no longer work."
NONE_LEFT = "You have no code left. The new ones will be shown to you at once."
WRITE_DOWN = (
    "Each opens your account once when the telephone is not at hand. Write them down; keep them apart from your"
    " passphrase."
)


@pytest.fixture
def client(db) -> Client:
    """Claire's browser, with the passphrase given again just now."""
    client = signed_in("claire")
    client.post("/compte/confirmer/?next=/compte/", {"password": PEOPLE["claire"].passphrase})
    return client


def _half() -> Client:
    """Claire's browser between the passphrase and a second factor that was set up just now."""
    TOTP.activate(acting("claire").user, generate_totp_secret())
    return signed_in("claire")


@pytest.fixture
def codes(client) -> RecoveryCodes:
    user = acting("claire").user
    TOTP.activate(user, generate_totp_secret())
    return RecoveryCodes.activate(user)


def test_setting_up_speaks_of_the_application_alone(client):
    now, later = client.get(ACTIVATE).context["form"], _half().get("/connexion/code/").context["form"]

    assert (type(now), type(later)) == (ActivateTOTPForm, CodeForm)
    assert now.fields["code"].help_text == said("The six digits that your application shows.")
    assert later.fields["code"].help_text == said(
        "The six digits that your application shows, or one of your recovery codes."
    )


def test_code_left_empty_is_asked_for_in_the_words_of_the_house(client):
    answers = [client.post(ACTIVATE, {"code": ""})]
    answers.append(_half().post("/connexion/code/", {"code": ""}))

    sentence = said("Fill in: {label}").format(label=said("Code"))
    assert [answer.context["form"].errors for answer in answers] == [{"code": [sentence]}] * 2


def test_wrong_code_is_told_alike_at_set_up_and_at_sign_in(client):
    answers = [client.post(ACTIVATE, {"code": "abcdef"})]
    answers.append(_half().post("/connexion/code/", {"code": "abcdef"}))

    sentence = said(SecondFactorAdapter.error_messages["incorrect_code"])
    assert [answer.context["form"].errors for answer in answers] == [{"code": [sentence]}] * 2


def test_pages_speak_of_recovery_codes_only_while_one_is_left(client, codes):
    before = [escape(said(text)) in client.get(NEW_CODES).text for text in (NO_LONGER, NONE_LEFT)]
    listed = escape(said(WRITE_DOWN)) in client.get("/compte/second-facteur/codes/").text
    for code in codes.get_unused_codes():
        assert codes.validate_code(code)

    after = [escape(said(text)) in client.get(NEW_CODES).text for text in (NO_LONGER, NONE_LEFT)]

    assert (before, after) == ([True, False], [False, True])
    assert listed
    assert escape(said(WRITE_DOWN)) not in client.get("/compte/second-facteur/codes/").text
