"""The whole permission story as one table: every address of the house × every kind of person.

A new address fails here until it has a row. Cells: a status, or where a redirect leads (`in` sign-in, `lock` lock page,
`wait` waiting room, `step` passphrase again, `on` any other page of the house).
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from audit.log.models import Entry
from cases.models import (
    Case,
    Channel,
    Consent,
    ContactDetails,
    ContactRules,
    File,
    FileStory,
    Interpreter,
    PersonIdentity,
    State,
)
from cases.models.codes import NeedKind
from cellule.accounts import enrolment, roles
from cellule.accounts.models import Organisation, User
from cellule.accounts.models.invitation import Invitation
from cellule.forms import FuzzyDate, FuzzyKind
from cellule.references import new_reference, shown
from cellule.vault.files import sealed
from referrals.models import Agreement, Referral
from referrals.models.codes import ReferralState
from tests.access_table import GET, PEOPLE, POST
from tests.cases.pictures import pdf
from tests.factories import case_at
from tests.people import acting, signed_in
from tests.referrals.agencies import agency, agreement
from tests.referrals.sent import CLINIC, SHELTER, consent, joined, referral_at

# `half` gave the passphrase and owes the second factor; `waits` has keys and no roster; `locked` is Claire, whose
# vault is closed; Ana takes first calls, Claire leads the case, Joaquín is her colleague, Mireille supervises, Paule
# audits, Rose is the privacy officer, Luc keeps the machine running. Noor answers for the agency to which Claire has
# sent a referral, Solange for another one.
FILE = uuid.UUID(int=6)
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
    member: User
    closing: User
    referral: Referral
    consent: Consent

    def address(self, name: str) -> str:
        """Where an address leads: to what exists, so that a refusal is one."""
        arguments = {
            "review:entry": [self.entry.pk],
            "review:detail": [self.entry.pk],
            "review:lift_hold": [uuid.UUID(int=8)],
            "accounts:discard": [uuid.UUID(int=1)],
            "accounts:enrol": [enrolment._code(self.invitation)],
            "accounts:admit": [self.waiting.pk],
            **{f"accounts:{name}": [self.member.pk] for name in ("member", "remove", "change_role", "lost_passphrase")},
            "accounts:new_way_in": [self.member.pk],
            "accounts:close_account": [self.closing.pk],
            "accounts:end_session": [uuid.UUID(int=2)],
            **{name: [uuid.UUID(int=6)] for name in ("accounts:passkey", "accounts:remove_passkey")},
            "accounts:invite_again": [self.invitation.user_id],
            "accounts:withdraw": [self.invitation.user_id],
            "cases:intake_task": [self.case.reference, "limites"],
            **{name: [self.case.reference] for name in ("cases:intake", "cases:intake_check")},
            "cases:need_step": [self.case.reference, uuid.UUID(int=4), "comble"],
            **{name: [self.case.reference] for name in ("cases:contact", "cases:new_need", "cases:risk")},
            "cases:found": [uuid.UUID(int=6)],
            "cases:match_step": [new_reference(), "examinee"],
            "cases:step": [self.case.reference, "partager"],
            "cases:amend_note": [self.case.reference, uuid.UUID(int=5)],
            "cases:keep_view": ["mine"],
            "cases:remove_view": [uuid.UUID(int=3)],
            **{name: [self.case.reference] for name in ("cases:case", "cases:new_incident", "cases:new_note")},
            **self._of_people(),
            **{f"cases:{name}": [self.case.reference] for name in ("files", "new_files", "reveal_files")},
            **{f"cases:{name}": [self.case.reference] for name in ("access", "access_list")},
            **{f"cases:{name}": [self.case.reference, FILE] for name in ("file", "print_file", "download_file")},
            "cases:take_file_away": [self.case.reference, FILE],
            "cases:file_preview": [self.case.reference, FILE, 1],
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
    _file(case, claire)
    passphrase = "un deux trois quatre cinq six"
    waiting = _invited("nora", luc)
    enrolment.enrol(waiting, shown=passphrase, typed=passphrase)
    entry, agreed = Entry.objects.newest_first().first(), agreement(agency(), by=mireille, in_force=True)
    joined(SHELTER, mireille)
    to = joined(CLINIC, mireille)
    referral = referral_at(ReferralState.VIEWED, lead=claire, partner=acting("noor"), to=to)
    consented = consent(case_at(State.ACTIVE, claire), claire, to)
    igor, omar, iris = _invited("igor", luc), acting("omar").user, _invited("iris", luc).user
    return House(case, entry, igor, waiting.user, passphrase, agreed, omar, iris, referral, consented)


def _file(case: Case, by) -> None:
    content = pdf(1)
    made, digest = sealed(case.pk, content), hashlib.sha256(content).hexdigest()
    told = FileStory(
        "bail.pdf",
        "pdf",
        made.size,
        digest,
        str(made.blob),
        made.size,
        digest,
        timezone.now().isoformat(),
        str(by.user.pk),
    )
    assert File.add(case, by=by, row_id=FILE, story=told, made=[made])


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
