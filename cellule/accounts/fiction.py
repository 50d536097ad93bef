"""The fictional house: founded, sealed and peopled by the same code paths as a real one.

Every step can be done again after a crash: passphrases are written down first, then each step asks whether it is
still to be done.
"""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from cellule.accounts import enrolment, roles, team
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.founding import Founder, add_partner, found
from cellule.accounts.models import Invitation, Organisation, User
from cellule.vault import membership, secrets_file, slots, words
from cellule.vault.custody import Sheets
from cellule.vault.founding import SealedAlready, seal_house
from cellule.vault.models import Slot

UNIT = "Cellule fictive d’intervention et de protection"
FOUNDERS = [
    Founder(roles.SUPERVISOR.code, "Mireille Fictive-Roy", "mireille@cellule.example"),
    Founder(roles.SUPERVISOR.code, "Omar Prétendu", "omar@cellule.example", "en"),
    Founder(roles.ADMINISTRATOR.code, "Luc Système-Fictif", "luc@cellule.example"),
    Founder(roles.AUDITOR.code, "Paule Vérif-Exemple", "paule@cellule.example"),
    Founder(roles.PRIVACY_OFFICER.code, "Rose Discrète-Exemple", "rose@cellule.example"),
]
COLLEAGUES = [
    Founder(roles.CASEWORKER.code, "Claire Exemple", "claire@cellule.example"),
    Founder(roles.CASEWORKER.code, "Joaquín Inventado", "joaquin@cellule.example", "en"),
    Founder(roles.INTAKE_WORKER.code, "Ana Imaginaire", "ana@cellule.example"),
]
# The coordinator first: a supervisor lets them in, and they their colleagues.
AGENCIES = {
    "Clinique juridique fictive du Phare": [
        Founder(roles.AGENCY_COORDINATOR.code, "Noor Fictive-Haddad", "noor@cellule.example"),
        Founder(roles.AGENCY_WORKER.code, "Thea Inventée", "thea@cellule.example", "en"),
    ],
    "Maison Fictive du Saule": [
        Founder(roles.AGENCY_COORDINATOR.code, "Solange Exemple-Tremblay", "solange@cellule.example"),
    ],
    "Clinique Fictive Santé sans condition": [
        Founder(roles.AGENCY_COORDINATOR.code, "Dimitri Imaginaire", "dimitri@cellule.example"),
    ],
}
EVERYBODY = [*FOUNDERS, *COLLEAGUES, *(founder for people in AGENCIES.values() for founder in people)]


@dataclass(frozen=True)
class FictionalPerson:
    """Who can sign in to the fictional house, with what."""

    role: str
    name: str
    email: str
    passphrase: str


def people_the_house() -> list[FictionalPerson]:
    """Found, seal and people the fictional house; gives who can sign in. Refuses outside the fictional world."""
    if not settings.FICTION:
        raise RuntimeError("the fictional world exists only with FICTION=1")
    people = _written_down()
    passphrases = {person.email: person.passphrase for person in people}
    if not Organisation.objects.filter(zone=Organisation.Zone.UNIT).exists():
        found(UNIT, FOUNDERS)
    for founder in FOUNDERS:
        _enrol(User.objects.get(email=founder.email), passphrases[founder.email])
    supervisor = _seal(passphrases)
    unit = Organisation.objects.get(zone=Organisation.Zone.UNIT)
    for colleague in COLLEAGUES:
        _enrol(_invited(colleague, unit), passphrases[colleague.email])
    _admit(team.waiting_for(supervisor), by=supervisor)
    for founder in [*FOUNDERS, *COLLEAGUES]:
        # Signing in makes the roots that wait for their first member.
        acting = act_as(founder.email, passphrases[founder.email])
        membership.settle(acting.vault, acting.actor)
    for name, staff in AGENCIES.items():
        _bring_in(name, staff, passphrases, supervisor)
    return people


def _bring_in(name: str, staff: list[Founder], passphrases: dict[str, str], supervisor: Acting) -> None:
    """An agency joins: the supervisor lets its coordinator in, who makes its root and lets the colleagues in."""
    agency = Organisation.objects.filter(name=name).first()
    agency = agency or add_partner(Organisation(name=name), by=_administrator().actor)
    for person in staff:
        _enrol(_invited(person, agency), passphrases[person.email])
    _admit(team.waiting_for(supervisor), by=supervisor)
    coordinator = act_as(staff[0].email, passphrases[staff[0].email])
    membership.settle(coordinator.vault, coordinator.actor)
    _admit(team.waiting_for(coordinator), by=coordinator)


def _admit(entrants: list[User], *, by: Acting) -> None:
    """Let people in, as if each had read their five words out."""
    for entrant in entrants:
        if (keys := membership.enrolled_public(entrant.pk)) is not None:
            team.admit(entrant, words.fingerprint_words(keys.fingerprint), by=by)


def act_as(email: str, passphrase: str) -> Acting:
    """A person with an open vault, outside a browser."""
    user = User.objects.select_related("organisation").get(email=email)
    return outside_a_browser(user, slots.open_root(user.pk, passphrase))


def _written_down() -> list[FictionalPerson]:
    """The passphrases, kept in DATA/fiction.json before any key is made from them."""
    path = Path(settings.DATA) / "fiction.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() and secrets_file.is_founded() else []
    people = [FictionalPerson(**person) for person in known]
    known = {person.email for person in people}
    added = [founder for founder in EVERYBODY if founder.email not in known]
    if not added:
        return people
    people += [FictionalPerson(one.role, one.name, one.email, words.new_passphrase()) for one in added]
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: the passphrases of who is in already exist nowhere else.
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(person) for person in people], file, ensure_ascii=False, indent=1)
    draft.replace(path)
    return people


def _enrol(user: User, passphrase: str) -> None:
    if Slot.objects.filter(holder=user.pk).exists():
        return
    invitation = Invitation.objects.open().filter(user=user).first()
    if invitation is None:
        with transaction.atomic():
            invitation = enrolment.invite(user, by=_administrator().actor, by_mail=False)
    enrolment.enrol(invitation, shown=passphrase, typed=passphrase)


def _seal(passphrases: dict[str, str]) -> Acting:
    """Seal the house if need be; gives the first supervisor, whose request makes the first roots."""
    supervisors = [act_as(f.email, passphrases[f.email]) for f in FOUNDERS if f.role == roles.SUPERVISOR.code]
    heard = [(s.user.pk, words.fingerprint_words(s.vault.identity.public.fingerprint)) for s in supervisors]
    with contextlib.suppress(SealedAlready):
        seal_house(heard, supervisors[0].actor, written_down=_keep_sheets)
    membership.settle(supervisors[0].vault, supervisors[0].actor)
    return supervisors[0]


def _keep_sheets(sheets: Sheets) -> None:
    """The fictional custodians' sheets, so that a ceremony can be tried: DATA/custodians.json."""
    path = Path(settings.DATA) / "custodians.json"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(sheets.words, file, ensure_ascii=False, indent=1)


def _invited(colleague: Founder, organisation: Organisation) -> User:
    user = User.objects.filter(email=colleague.email).first()
    if user is not None:
        return user
    with transaction.atomic():
        user = User.objects.create(
            organisation=organisation,
            role=colleague.role,
            name=colleague.name,
            email=colleague.email,
            language=colleague.language,
        )
        enrolment.invite(user, by=_administrator().actor, by_mail=False)
    return user


def _administrator() -> Acting:
    user = User.objects.select_related("organisation").get(role=roles.ADMINISTRATOR.code)
    return outside_a_browser(user, None)
