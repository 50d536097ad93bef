"""Every page there is, as each person who may open it sees it, in both languages, narrow and wide."""

from dataclasses import dataclass
from uuid import uuid4

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.urls import URLPattern, get_resolver, reverse

from audit.log.models import Entry
from cases.models import Case, Channel, Interpreter
from cellule.accounts import enrolment, roles
from cellule.accounts.models import Organisation, User
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.vault.membership import enrolled_public
from cellule.vault.words import fingerprint_words
from tests.database import NAME
from tests.journeys.soundness import assert_sound
from tests.people import acting

WIDTHS = (320, 1280)
BOTH = pytest.mark.parametrize("language", ["fr", "en"])

OWN = ["accounts:account"]
READING = [
    "review:log",
    "review:proof",
    "review:rules",
    "review:dashboard",
    "review:hours",
    "review:month",
    "accounts:team",
    *OWN,
]
PAGES = {
    "": ["account_login", "help", "accessibility", "privacy", "offline", "components", "accounts:enrol"],
    "ana": ["cases:day", "cases:cases", *OWN],
    "claire": [
        *("cases:day", "cases:cases", "cases:new_case", "cases:case", "cases:new_incident", "cases:new_note"),
        "cases:intake",
        *("cases:contact", "cases:risk", "cases:new_need", "cases:step", "cases:amend_note"),
        "cases:new_emergency",
        *("cases:access", "cases:access_list"),
        *("accounts:passphrase", "accounts:kept", "account_reauthenticate", "mfa_activate_totp", "help", *OWN),
    ],
    "mireille": [
        *("cases:day", "cases:unit", "cases:unassigned", "cases:case", "cases:step", "cases:access"),
        *("accounts:team", "accounts:admit", "accounts:standing", *OWN),
    ],
    "paule": ["review:entry", *READING],
    "rose": ["review:entry", "review:holds", *READING],
    "luc": ["accounts:administration", "accounts:invite", "accounts:new_organisation", "jobs:dead", *OWN],
}
# Pages of a moment, which the tests below bring about.
MOMENTS = ["accounts:lock", "accounts:waiting", "mfa_authenticate", "mfa_deactivate_totp"]
MOMENTS += ["mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
# `test_intake.py` looks at these.
MOMENTS += ["cases:intake_task", "cases:intake_check"]
# `test_people.py` looks at these.
MOMENTS += ["cases:people", "cases:new_person", "cases:person", "cases:identity", "cases:incident", "cases:part"]
MOMENTS += ["cases:reveal_identity", "cases:reveal_contact", "cases:reveal_story"]
# `test_files.py` looks at these.
MOMENTS += [
    "cases:files",
    "cases:new_files",
    "cases:reveal_files",
    "cases:file",
    "cases:print_file",
    "cases:take_file_away",
]
# `test_resources.py` looks at these.
MOMENTS += [
    "referrals:begin",
    "referrals:directory",
    "referrals:sheet",
    "referrals:new_agreement",
    "referrals:agreement_step",
]
# `test_consents.py` looks at these.
MOMENTS += ["referrals:consents", "referrals:new_consent", "referrals:consent", "referrals:withdraw"]
MOMENTS += ["referrals:connect"]
# `test_referral_story.py` looks at these.
MOMENTS += ["referrals:inbox", "referrals:referral", "referrals:step", "referrals:message"]
MOMENTS += ["referrals:of_case", "referrals:new", "referrals:compose", "referrals:preview"]
# `test_emergency.py` looks at this.
MOMENTS += ["cases:emergency"]
# `test_search.py` looks at these.
MOMENTS += ["cases:search", "cases:found", "cases:desk"]
# `test_membership.py` looks at these.
MOMENTS += ["accounts:member", "accounts:remove", "accounts:change_role", "accounts:lost_passphrase"]
MOMENTS += ["accounts:own_words", "accounts:new_way_in", "accounts:close_account"]
# `test_passkeys.py` looks at these.
MOMENTS += ["accounts:new_passkey", "accounts:passkey"]
# `test_review.py` looks at these.
MOMENTS += ["review:signal_queue", "review:sample_queue", "review:glass_queue", "review:of_auditors"]
MOMENTS += ["review:findings", "review:incidents", "review:item", "review:item_step"]
MOMENTS += ["review:questions", "review:question"]
# What answers only when something is sent, or with no page.
NO_PAGES = ["accounts:discard", "accounts:end_session", "accounts:end_sessions", "accounts:invite_again"]
NO_PAGES += ["accounts:second_factor_image", "accounts:unlock", "accounts:withdraw", "account_logout"]
NO_PAGES += ["accounts:passkey_question", "accounts:passkey_sign_in", "accounts:passkey_unlock"]
NO_PAGES += ["accounts:remove_passkey"]
NO_PAGES += ["cases:keep_view", "cases:remove_view"]
NO_PAGES += ["cases:emergency_step"]
NO_PAGES += ["cases:need_step", "cases:file_preview", "cases:download_file"]
NO_PAGES += ["review:export", "review:keep_filter", "review:drop_filter", "review:see_month"]
NO_PAGES += ["cases:compare", "cases:match_step", "review:item_words"]
NO_PAGES += ["cases:notices_read", "health", "jobs:retry", "language", "mfa_index", "presence", "review:detail"]
NO_PAGES += ["review:lift_hold"]
# A part of the page of a case.
NO_PAGES += ["referrals:panel"]


@dataclass(frozen=True)
class House:
    """A case with something in it, an entry about it, somebody invited, somebody who waits to be let in."""

    case: Case
    entry: Entry
    code: str
    waiting: User
    passphrase: str

    def address(self, name: str) -> str:
        case = [self.case.reference]
        arguments = {
            "accounts:admit": [self.waiting.pk],
            "accounts:enrol": [self.code],
            "review:entry": [self.entry.pk],
            "review:month": ["2026-10"],
            **dict.fromkeys(["cases:case", "cases:new_incident", "cases:new_note", "cases:intake"], case),
            **dict.fromkeys(["cases:contact", "cases:risk", "cases:new_need"], case),
            **dict.fromkeys(["cases:access", "cases:access_list"], case),
            "cases:step": [*case, "partager"],
            "cases:amend_note": [*case, self.case.notes.get().pk],
        }
        return reverse(name, args=arguments.get(name, []))


@pytest.fixture
def house(arrives) -> House:
    claire, luc, unit = acting("claire"), acting("luc"), Organisation.objects.get(zone=Organisation.Zone.UNIT)
    case = Case.open_inquiry(by=claire, row_id=uuid4(), channel=Channel.PHONE, interpreter=Interpreter.YES)
    case.add_incident(
        by=claire,
        row_id=uuid4(),
        kind="confinement",
        happened=FuzzyDate(FuzzyKind.UNKNOWN),
        borough="07",
        narrative="Récit. " * 60,
    )
    case.add_note(by=claire, row_id=uuid4(), body="Anticonstitutionnellement" * 20)
    invitations = []
    for name in ("Nadia Fictive", "Igor Inventé-de-la-Très-Longue-Particule"):
        role = roles.SUPERVISOR if invitations else roles.CASEWORKER
        with transaction.atomic():
            person = User.objects.create(
                name=name,
                email=f"{uuid4()}@cellule.example",
                organisation=unit,
                role=role.code,
                language=luc.user.language,
            )
            invitations.append(enrolment.invite(person, by=luc.actor, by_mail=False))
    passphrase = "abaisser abandon abdiquer abeille abolir aborder"
    enrolment.enrol(invitations[1], shown=passphrase, typed=passphrase)
    code = enrolment.link_of(invitations[0]).rstrip("/").rpartition("/")[2]
    return House(case, Entry.objects.newest_first().first(), code, invitations[1].user, passphrase)


def look_everywhere(person) -> None:
    """Look at this page on a narrow and on a wide screen."""
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 800})
        assert_sound(person.page, person.language, person.axe)


def gives_passphrase_if_asked(person, address: str) -> None:
    """Delicate pages ask for the passphrase again before they open."""
    if address != "account_reauthenticate" and reverse("account_reauthenticate") in person.page.url:
        person.types(password=person.passphrase)
        person.presses("Continue")


@BOTH
@pytest.mark.parametrize("name", PAGES, ids=lambda name: name or "anybody")
def test_pages_of_each_person(arrives, house, name):
    person = arrives(name)
    if name:
        person.signs_in()

    for address in PAGES[name]:
        assert person.goes_to(house.address(address)).status == 200
        gives_passphrase_if_asked(person, address)
        person.is_at(house.address(address))
        look_everywhere(person)


@BOTH
def test_lists_with_nothing_in_them(arrives):
    for name, address in [("ana", "cases:day"), ("ana", "cases:cases"), ("mireille", "accounts:team")]:
        person = arrives(name)
        person.signs_in()
        person.goes_to(reverse(address))
        person.page.locator(".app-empty").first.wait_for()
        look_everywhere(person)


@BOTH
def test_pages_of_a_moment(arrives, house):
    waiting = arrives()
    waiting.goes_to("/connexion/")
    waiting.gives_name_and_words(house.waiting.email, house.passphrase)
    waiting.is_at(reverse("accounts:waiting"))
    look_everywhere(waiting)

    user = acting("claire").user
    TOTP.activate(user, generate_totp_secret())
    codes = RecoveryCodes.activate(user).get_unused_codes()
    claire = arrives("claire")
    claire.goes_to("/connexion/")
    claire.gives_name_and_words("claire@cellule.example", claire.passphrase)
    claire.is_at(reverse("mfa_authenticate"))
    look_everywhere(claire)
    claire.types(code=codes[0])
    claire.presses("Sign in")
    claire.reads_the_heading("My day")
    for address in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
        claire.goes_to(reverse(address))
        gives_passphrase_if_asked(claire, address)
        claire.is_at(reverse(address))
        look_everywhere(claire)
    claire.goes_to("/")
    claire.page.set_viewport_size({"width": WIDTHS[1], "height": 800})
    claire.presses("Lock")
    claire.is_at(reverse("accounts:lock"))
    look_everywhere(claire)


@BOTH
def test_half_admitted_page(arrives, house):
    mireille = arrives("mireille")
    mireille.signs_in()
    mireille.goes_to(house.address("accounts:admit"))
    mireille.types(typed=fingerprint_words(enrolled_public(house.waiting.pk).fingerprint))
    mireille.presses("Let in")
    mireille.reads_the_heading("You have signed")
    look_everywhere(mireille)


@BOTH
def test_pages_that_refuse(arrives, house):
    stranger = arrives("joaquin")
    stranger.signs_in()
    for address, status in [(house.address("cases:case"), 404), ("/administration/", 403), ("/nulle/part/", 404)]:
        assert stranger.goes_to(address).status == status
        look_everywhere(stranger)

    assert stranger.goes_to(reverse("accounts:enrol", args=["un-code-quelconque"])).status == 404
    look_everywhere(stranger)
    stranger.goes_to("/compte/")
    stranger.page.context.clear_cookies(name="jeton")
    stranger.presses("Save")
    stranger.reads_the_heading("This page had become too old")
    look_everywhere(stranger)


@BOTH
def test_pages_of_a_house_in_trouble(arrives, settings, owner_connection, casts):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to("/compte/")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1
    claire.presses("Save")
    claire.reads_the_heading("This request cannot be read")
    look_everywhere(claire)

    owner_connection.execute("ALTER TABLE cases_case RENAME TO cases_somewhere")
    assert claire.goes_to("/dossiers/").status == 500
    claire.reads_the_heading("Something went wrong here")
    look_everywhere(claire)

    with casts.server.connect() as administrator:
        administrator.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
        assert claire.goes_to("/dossiers/").status == 503
        claire.reads_the_heading("Out of order for a moment")
        look_everywhere(claire)
        administrator.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")

    settings.SECRETS_FILE = settings.DATA / "absent.json"
    newcomer = arrives()
    newcomer.goes_to("/")
    newcomer.reads_the_heading("This site is not in service yet")
    look_everywhere(newcomer)


@BOTH
def test_page_of_a_conflict(arrives, house):
    claire = arrives("claire")
    claire.signs_in()

    assert claire.goes_to(reverse("cases:step", args=[house.case.reference, "activer"])).status == 409

    claire.reads_the_heading("Not possible any more")
    look_everywhere(claire)


def test_no_page_is_left_out():
    looked_at = {address for addresses in PAGES.values() for address in addresses}

    assert looked_at | set(MOMENTS) | set(NO_PAGES) == set(addresses_of(get_resolver().url_patterns))


def addresses_of(patterns, prefix: str = ""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + pattern.name
        else:
            yield from addresses_of(
                pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            )
