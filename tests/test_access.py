"""The whole permission story as one table: every address of the house × every kind of person.

A new address fails here until it has a row. Cells: a status, or where a redirect leads (`in` sign-in, `lock` lock page,
`wait` waiting room, `step` passphrase again, `on` any other page of the house).
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from audit.log.models import Entry
from cases.models import Case, Channel, Consent, ContactDetails, ContactRules, Interpreter, PersonIdentity, State
from cases.models.codes import NeedKind
from cellule.accounts import enrolment, roles
from cellule.accounts.models import Organisation, User
from cellule.accounts.models.invitation import Invitation
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.references import new_reference, shown
from referrals.models import Agreement, Referral
from referrals.models.codes import ReferralState
from tests.factories import case_at
from tests.people import acting, signed_in
from tests.referrals.agencies import agency, agreement
from tests.referrals.sent import CLINIC, SHELTER, consent, joined, referral_at

# `half` gave the passphrase and owes the second factor; `waits` has keys and no roster; `locked` is Claire, whose
# vault is closed; Ana takes first calls, Claire leads the case, Joaquín is her colleague, Mireille supervises, Paule
# audits, Rose is the privacy officer, Luc keeps the machine running. Noor answers for the agency to which Claire has
# sent a referral, Solange for another one.
PEOPLE = (
    "nobody",
    "half",
    "waits",
    "locked",
    "ana",
    "claire",
    "joaquin",
    "mireille",
    "paule",
    "rose",
    "luc",
    "noor",
    "solange",
)

GET = """
accessibility                   200  200  200  200  200  200  200  200  200  200  200  200  200
account_login                   200  on   on   on   on   on   on   on   on   on   on   on   on
account_reauthenticate          in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:account                in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:administration         in   in   wait lock 403  403  403  403  403  403  200  403  403
accounts:admit                  in   in   wait lock 403  403  403  200  404  404  403  404  404
accounts:discard                in   in   405  lock 405  405  405  405  405  405  405  405  405
accounts:end_session            in   in   405  lock 405  405  405  405  405  405  405  405  405
accounts:end_sessions           in   in   405  lock 405  405  405  405  405  405  405  405  405
accounts:enrol                  200  200  200  200  200  200  200  200  200  200  200  200  200
accounts:invite                 in   in   wait lock 403  403  403  403  403  403  200  403  403
accounts:invite_again           in   in   wait lock 403  403  403  403  403  403  on   403  403
accounts:kept                   in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:new_organisation       in   in   wait lock 403  403  403  403  403  403  200  403  403
accounts:passphrase             in   in   step lock step step step step step step step step step
accounts:second_factor_image    in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:team                   in   in   wait lock 403  403  403  200  200  200  403  200  200
accounts:unlock                 in   in   lock lock lock lock lock lock lock lock lock lock lock
accounts:waiting                in   in   200  lock on   on   on   on   on   on   on   on   on
accounts:withdraw               in   in   wait lock 403  403  403  403  403  403  405  403  403
cases:case                      in   in   wait lock 404  200  404  200  403  403  403  403  403
cases:amend_note                in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:step                      in   in   wait lock 404  200  404  200  403  403  403  403  403
cases:cases                     in   in   wait lock 200  200  200  200  403  403  403  403  403
cases:keep_view                 in   in   wait lock 405  405  405  405  405  405  405  405  405
cases:remove_view               in   in   wait lock 405  405  405  405  405  405  405  405  405
cases:unassigned                in   in   wait lock 403  403  403  200  403  403  403  403  403
cases:unit                      in   in   wait lock 403  403  403  200  403  403  403  403  403
cases:day                       in   in   wait lock 200  200  200  200  on   on   on   on   on
cases:intake                    in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:intake_check              in   in   wait lock 404  on   404  403  403  403  403  403  403
cases:intake_task               in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:new_case                  in   in   wait lock 200  200  200  200  403  403  403  403  403
cases:contact                   in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:need_step                 in   in   wait lock 405  405  405  405  403  403  403  403  403
cases:new_need                  in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:risk                      in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:new_incident              in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:new_note                  in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:notices_read              in   in   wait lock 405  405  405  405  405  405  405  405  405
cases:identity                  in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:incident                  in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:new_person                in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:part                      in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:people                    in   in   wait lock 404  200  404  200  403  403  403  403  403
cases:person                    in   in   wait lock 404  200  404  403  403  403  403  403  403
cases:reveal_contact            in   in   wait lock 404  200  404  200  403  403  403  403  403
cases:reveal_identity           in   in   wait lock 404  200  404  200  403  403  403  403  403
cases:reveal_story              in   in   wait lock 404  on   404  200  403  403  403  403  403
components                      200  200  200  200  200  200  200  200  200  200  200  200  200
health                          204  204  204  204  204  204  204  204  204  204  204  204  204
help                            200  200  200  200  200  200  200  200  200  200  200  200  200
jobs:dead                       in   in   wait lock 403  403  403  403  403  403  200  403  403
jobs:retry                      in   in   wait lock 405  405  405  405  405  405  405  405  405
language                        405  405  405  405  405  405  405  405  405  405  405  405  405
mfa_activate_totp               in   in   step lock step step step step step step step step step
mfa_authenticate                in   200  on   on   on   on   on   on   on   on   on   on   on
mfa_deactivate_totp             in   in   step lock step step step step step step step step step
mfa_generate_recovery_codes     in   in   step lock step step step step step step step step step
mfa_index                       in   in   wait lock on   on   on   on   on   on   on   on   on
mfa_view_recovery_codes         in   in   step lock step step step step step step step step step
offline                         200  200  200  200  200  200  200  200  200  200  200  200  200
presence                        in   in   wait lock 204  204  204  204  204  204  204  204  204
privacy                         200  200  200  200  200  200  200  200  200  200  200  200  200
referrals:agreement_step        in   in   wait lock 403  403  403  200  403  403  403  403  403
referrals:begin                 in   in   wait lock 403  200  200  200  403  403  403  403  403
referrals:compose               in   in   wait lock 403  on   404  403  403  403  403  403  403
referrals:new                   in   in   wait lock 403  200  404  403  403  403  403  403  403
referrals:of_case               in   in   wait lock 404  200  404  200  403  403  403  403  403
referrals:panel                 in   in   wait lock 404  200  404  200  403  403  403  403  403
referrals:preview               in   in   wait lock 403  on   404  403  403  403  403  403  403
referrals:connect               in   in   wait lock 403  403  403  200  403  403  403  403  403
referrals:consent               in   in   wait lock 404  200  404  200  403  403  403  403  403
referrals:consents              in   in   wait lock 404  200  404  200  403  403  403  403  403
referrals:new_consent           in   in   wait lock 404  200  404  403  403  403  403  403  403
referrals:withdraw              in   in   wait lock 404  200  404  200  403  403  403  403  403
referrals:directory             in   in   wait lock 200  200  200  200  403  403  403  403  403
referrals:new_agreement         in   in   wait lock 403  403  403  200  403  403  403  403  403
referrals:inbox                 in   in   wait lock 403  403  403  403  403  403  403  200  200
referrals:message               in   in   wait lock 404  200  404  403  403  403  403  200  404
referrals:referral              in   in   wait lock 404  200  404  200  403  403  403  200  404
referrals:step                  in   in   wait lock 404  403  404  403  403  403  403  200  404
referrals:sheet                 in   in   wait lock 200  200  200  200  403  403  403  403  403
review:detail                   in   in   wait lock 403  403  403  403  on   on   403  403  403
review:entry                    in   in   wait lock 403  403  403  403  200  200  403  403  403
review:log                      in   in   wait lock 403  403  403  403  200  200  403  403  403
review:proof                    in   in   wait lock 403  403  403  403  200  200  403  403  403
accounts:lock                   in   in   on   200  on   on   on   on   on   on   on   on   on
account_logout                  in   in   405  405  405  405  405  405  405  405  405  405  405
"""

# Every form is sent empty.
POST = """
accessibility                   405  405  405  405  405  405  405  405  405  405  405  405  405
account_login                   200  on   on   on   on   on   on   on   on   on   on   on   on
account_reauthenticate          in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:account                in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:administration         in   in   wait lock 403  403  403  403  403  403  200  403  403
accounts:admit                  in   in   wait lock 403  403  403  422  404  404  403  404  404
accounts:discard                in   in   on   lock on   on   on   on   on   on   on   on   on
accounts:end_session            in   in   on   lock on   on   on   on   on   on   on   on   on
accounts:end_sessions           in   in   on   lock on   on   on   on   on   on   on   on   on
accounts:enrol                  on   on   on   on   on   on   on   on   on   on   on   on   on
accounts:invite                 in   in   wait lock 403  403  403  403  403  403  422  403  403
accounts:invite_again           in   in   wait lock 403  403  403  403  403  403  on   403  403
accounts:kept                   in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:new_organisation       in   in   wait lock 403  403  403  403  403  403  422  403  403
accounts:passphrase             in   in   step lock step step step step step step step step step
accounts:second_factor_image    in   in   200  lock 200  200  200  200  200  200  200  200  200
accounts:team                   in   in   wait lock 403  403  403  200  200  200  403  200  200
accounts:unlock                 in   in   422  422  422  422  422  422  422  422  422  422  422
accounts:waiting                in   in   200  lock on   on   on   on   on   on   on   on   on
accounts:withdraw               in   in   wait lock 403  403  403  403  403  403  on   403  403
cases:case                      in   in   wait lock 405  405  405  405  403  403  403  403  403
cases:amend_note                in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:step                      in   in   wait lock 404  422  404  422  403  403  403  403  403
cases:cases                     in   in   wait lock 405  405  405  405  403  403  403  403  403
cases:keep_view                 in   in   wait lock on   on   on   on   403  403  403  403  403
cases:remove_view               in   in   wait lock 404  404  404  404  404  404  404  404  404
cases:unassigned                in   in   wait lock 403  403  403  405  403  403  403  403  403
cases:unit                      in   in   wait lock 403  403  403  405  403  403  403  403  403
cases:day                       in   in   wait lock 405  405  405  405  405  405  405  405  405
cases:intake                    in   in   wait lock 405  405  405  405  403  403  403  403  403
cases:intake_check              in   in   wait lock 405  405  405  405  403  403  403  403  403
cases:intake_task               in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:new_case                  in   in   wait lock 422  422  422  422  403  403  403  403  403
cases:contact                   in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:need_step                 in   in   wait lock 404  on   404  403  403  403  403  403  403
cases:new_need                  in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:risk                      in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:new_incident              in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:new_note                  in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:notices_read              in   in   wait lock on   on   on   on   on   on   on   on   on
cases:identity                  in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:incident                  in   in   wait lock 405  405  405  405  403  403  403  403  403
cases:new_person                in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:part                      in   in   wait lock 404  422  404  403  403  403  403  403  403
cases:people                    in   in   wait lock 405  405  405  405  403  403  403  403  403
cases:person                    in   in   wait lock 404  on   404  403  403  403  403  403  403
cases:reveal_contact            in   in   wait lock 404  422  404  422  403  403  403  403  403
cases:reveal_identity           in   in   wait lock 404  422  404  422  403  403  403  403  403
cases:reveal_story              in   in   wait lock 404  on   404  422  403  403  403  403  403
components                      405  405  405  405  405  405  405  405  405  405  405  405  405
health                          405  405  405  405  405  405  405  405  405  405  405  405  405
help                            405  405  405  405  405  405  405  405  405  405  405  405  405
jobs:dead                       in   in   wait lock 405  405  405  405  405  405  405  405  405
jobs:retry                      in   in   wait lock 403  403  403  403  403  403  on   403  403
language                        on   on   on   on   on   on   on   on   on   on   on   on   on
mfa_activate_totp               in   in   step lock step step step step step step step step step
mfa_authenticate                in   200  on   on   on   on   on   on   on   on   on   on   on
mfa_deactivate_totp             in   in   step lock step step step step step step step step step
mfa_generate_recovery_codes     in   in   step lock step step step step step step step step step
mfa_index                       in   in   wait lock on   on   on   on   on   on   on   on   on
mfa_view_recovery_codes         in   in   step lock step step step step step step step step step
offline                         405  405  405  405  405  405  405  405  405  405  405  405  405
presence                        in   in   wait lock 405  405  405  405  405  405  405  405  405
privacy                         405  405  405  405  405  405  405  405  405  405  405  405  405
referrals:agreement_step        in   in   wait lock 403  403  403  409  403  403  403  403  403
referrals:begin                 in   in   wait lock 403  422  422  422  403  403  403  403  403
referrals:compose               in   in   wait lock 403  on   404  403  403  403  403  403  403
referrals:new                   in   in   wait lock 403  200  404  403  403  403  403  403  403
referrals:of_case               in   in   wait lock 405  405  405  405  403  403  403  403  403
referrals:panel                 in   in   wait lock 405  405  405  405  403  403  403  403  403
referrals:preview               in   in   wait lock 403  on   404  403  403  403  403  403  403
referrals:connect               in   in   wait lock 403  403  403  422  403  403  403  403  403
referrals:consent               in   in   wait lock 405  405  405  405  403  403  403  403  403
referrals:consents              in   in   wait lock 405  405  405  405  403  403  403  403  403
referrals:new_consent           in   in   wait lock 404  200  404  403  403  403  403  403  403
referrals:withdraw              in   in   wait lock 404  on   404  on   403  403  403  403  403
referrals:directory             in   in   wait lock 405  405  405  405  403  403  403  403  403
referrals:new_agreement         in   in   wait lock 403  403  403  422  403  403  403  403  403
referrals:inbox                 in   in   wait lock 403  403  403  403  403  403  403  405  405
referrals:message               in   in   wait lock 404  422  404  403  403  403  403  422  404
referrals:referral              in   in   wait lock 405  405  405  405  403  403  403  405  405
referrals:step                  in   in   wait lock 404  403  404  403  403  403  403  422  404
referrals:sheet                 in   in   wait lock 405  405  405  405  403  403  403  403  403
review:detail                   in   in   wait lock 403  403  403  403  404  404  403  403  403
review:entry                    in   in   wait lock 405  405  405  405  405  405  405  405  405
review:log                      in   in   wait lock 403  403  403  403  200  200  403  403  403
review:proof                    in   in   wait lock 403  403  403  403  422  422  403  403  403
accounts:lock                   in   in   lock lock lock lock lock lock lock lock lock lock lock
account_logout                  in   in   in   in   in   in   in   in   in   in   in   in   in
"""

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@dataclass(frozen=True)
class House:
    """What addresses point at: Claire's case, an entry about it, an open invitation, a person who waits, an agency."""

    case: Case
    entry: Entry
    invitation: Invitation
    waiting: User
    passphrase: str
    agreement: Agreement
    referral: Referral
    consent: Consent

    def address(self, name: str) -> str:
        """Where an address leads: to what exists, so that a refusal is one."""
        arguments = {
            "review:entry": [self.entry.pk],
            "review:detail": [self.entry.pk],
            "accounts:discard": [uuid.UUID(int=1)],
            "accounts:enrol": [enrolment._code(self.invitation)],
            "accounts:admit": [self.waiting.pk],
            "accounts:end_session": [uuid.UUID(int=2)],
            "accounts:invite_again": [self.invitation.user_id],
            "accounts:withdraw": [self.invitation.user_id],
            "cases:intake_task": [self.case.reference, "limites"],
            **{name: [self.case.reference] for name in ("cases:intake", "cases:intake_check")},
            "cases:need_step": [self.case.reference, uuid.UUID(int=4), "comble"],
            **{name: [self.case.reference] for name in ("cases:contact", "cases:new_need", "cases:risk")},
            "cases:step": [self.case.reference, "partager"],
            "cases:amend_note": [self.case.reference, uuid.UUID(int=5)],
            "cases:keep_view": ["mine"],
            "cases:remove_view": [uuid.UUID(int=3)],
            **{name: [self.case.reference] for name in ("cases:case", "cases:new_incident", "cases:new_note")},
            **self._of_people(),
            **{
                f"referrals:{name}": [self.agreement.agency.reference] for name in ("sheet", "new_agreement", "connect")
            },
            **{f"referrals:{name}": [self.consent.case.reference] for name in ("consents", "new_consent")},
            **{f"referrals:{name}": [self.consent.reference] for name in ("consent", "withdraw")},
            **{f"referrals:{name}": [self.referral.reference] for name in ("referral", "message")},
            "referrals:step": [self.referral.reference, "decliner"],
            **{f"referrals:{name}": [self.referral.reference] for name in ("compose", "preview")},
            **{f"referrals:{name}": [self.case.reference] for name in ("new", "of_case", "panel")},
            "referrals:begin": [self.referral.service.reference],
            "referrals:agreement_step": [self.agreement.agency.reference, self.agreement.pk, "suspendre"],
        }
        return reverse(name, args=arguments.get(name, []))

    def _of_people(self) -> dict[str, list[str]]:
        """What is written down of Claire's client: a part in an incident, an identity, a number."""
        case, person = self.case.reference, self.case.people.get().reference
        incident = self.case.incidents.get().reference
        return {
            **{f"cases:{name}": [case] for name in ("people", "new_person", "reveal_contact", "reveal_story")},
            **{f"cases:{name}": [case, person] for name in ("person", "identity", "reveal_identity")},
            "cases:incident": [case, incident],
            "cases:part": [case, incident, person],
        }


@pytest.fixture
def house(transactional_db) -> House:
    claire, luc, mireille = acting("claire"), acting("luc"), acting("mireille")
    case = Case.open_inquiry(by=claire, row_id=uuid.uuid4(), channel=Channel.PHONE, interpreter=Interpreter.NO)
    unknown = FuzzyDate(FuzzyKind.UNKNOWN)
    case.add_incident(
        by=claire, row_id=uuid.uuid4(), kind="threats", happened=unknown, borough="08", narrative="Récit."
    )
    case.write_identity(case.people.get(), by=claire, identity=PersonIdentity("Zélie Fictive"), version=1)
    case.write_contact(by=claire, rules=ContactRules(), details=ContactDetails(code_word="olive"), version=0)
    case.add_need(by=claire, row_id=uuid.UUID(int=4), kind=NeedKind.FOOD, urgent=False)
    case.add_note(by=claire, row_id=uuid.UUID(int=5), body="Note.")
    passphrase = "un deux trois quatre cinq six"
    waiting = _invited("nora", luc)
    enrolment.enrol(waiting, shown=passphrase, typed=passphrase)
    entry, agreed = Entry.objects.newest_first().first(), agreement(agency(), by=mireille, in_force=True)
    joined(SHELTER, mireille)
    to = joined(CLINIC, mireille)
    referral = referral_at(ReferralState.VIEWED, lead=claire, partner=acting("noor"), to=to)
    consented = consent(case_at(State.ACTIVE, claire), claire, to)
    return House(case, entry, _invited("igor", luc), waiting.user, passphrase, agreed, referral, consented)


def _invited(name: str, administrator) -> Invitation:
    with transaction.atomic():
        user = User.objects.create(
            name=name,
            email=f"{name}@cellule.example",
            role=roles.CASEWORKER.code,
            organisation=Organisation.objects.get(zone="unit"),
        )
        return enrolment.invite(user, by=administrator.actor, by_mail=False)


def _client(person: str, house: House) -> Client:
    if person == "nobody":
        return Client()
    if person == "half":
        TOTP.activate(acting("claire").user, generate_totp_secret())
        return signed_in("claire")
    if person == "waits":
        client = Client()
        client.post("/connexion/", {"login": house.waiting.email, "password": house.passphrase})
        return client
    if person == "locked":
        client = signed_in("claire")
        client.post("/verrou/")
        return client
    return signed_in(person)


def addresses(patterns: list | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from addresses(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


def _table(text: str) -> dict[str, list[str]]:
    return {name: cells for name, *cells in map(str.split, text.strip().splitlines())}


def _cell(response) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    path = response["Location"].partition("?")[0]
    return {"/connexion/": "in", "/verrou/": "lock", "/attente/": "wait", "/compte/confirmer/": "step"}.get(path, "on")


@pytest.mark.parametrize("table", [GET, POST], ids=["GET", "POST"])
def test_every_address_has_its_row(table):
    assert sorted(_table(table)) == sorted(addresses())


@pytest.mark.parametrize("person", PEOPLE)
def test_every_address_answers_each_person_as_the_tables_say(house, person):
    client, column = _client(person, house), PEOPLE.index(person)
    pages, forms = _table(GET), _table(POST)

    shown = {name: _cell(client.get(house.address(name))) for name in pages}
    taken = {name: _cell(client.post(house.address(name))) for name in forms}

    assert shown == {name: cells[column] for name, cells in pages.items()}
    assert taken == {name: cells[column] for name, cells in forms.items()}


# --- Does not exist, and not yours ------------------------------------------------------------------


@pytest.mark.parametrize("person", ["joaquin", "ana"])
@pytest.mark.parametrize(
    ("method", "below"),
    [
        ("get", ""),
        ("get", "incidents/nouveau/"),
        ("get", "notes/nouvelle/"),
        ("post", "incidents/nouveau/"),
        ("post", "notes/nouvelle/"),
    ],
)
def test_foreign_unknown_and_malformed_references_get_the_same_bytes(house, person, method, below):
    client, lead = signed_in(person), signed_in("claire")
    foreign, unknown, malformed = house.case.code, shown(new_reference()), "0000-1OIL"

    told = [_answer(client, method, f"/dossiers/{reference}/{below}") for reference in (foreign, unknown, malformed)]

    assert told[0] == told[1] == told[2]
    assert told[0][0] == 404
    assert _answer(lead, method, f"/dossiers/{foreign}/{below}")[0] != 404


def _answer(client: Client, method: str, address: str) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and text of an answer, apart from the address itself and from tokens."""
    response = getattr(client, method)(address)
    text = _TOKEN.sub("", response.text.replace(address, ""))
    return response.status_code, sorted(response.headers.items()), text


def test_addresses_of_other_houses_lead_nowhere(db):
    paths = ("/admin/", "/accounts/signup/", "/accounts/password/reset/", "/api/", "/__debug__/", "/metrics")

    assert {path: Client().get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
