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
from cellule.accounts.founding import Founder, found
from cellule.accounts.models import Invitation, Organisation, User
from cellule.vault import membership, secrets_file, slots, words
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
    for colleague in COLLEAGUES:
        _enrol(_invited(colleague), passphrases[colleague.email])
    for entrant in team.waiting_for(supervisor):
        entrant_keys = act_as(entrant.email, passphrases[entrant.email]).vault.identity.public
        team.admit(entrant, words.fingerprint_words(entrant_keys.fingerprint), by=supervisor)
    for person in people:
        # Signing in makes the roots that wait for their first member.
        acting = act_as(person.email, person.passphrase)
        membership.settle(acting.vault, acting.actor)
    return people


def act_as(email: str, passphrase: str) -> Acting:
    """A person with an open vault, outside a browser."""
    user = User.objects.select_related("organisation").get(email=email)
    return outside_a_browser(user, slots.open_root(user.pk, passphrase))


def _written_down() -> list[FictionalPerson]:
    """The passphrases, kept in DATA/fiction.json before any key is made from them."""
    path = Path(settings.DATA) / "fiction.json"
    if path.exists() and secrets_file.is_founded():
        return [FictionalPerson(**person) for person in json.loads(path.read_text(encoding="utf-8"))]
    people = [
        FictionalPerson(person.role, person.name, person.email, words.new_passphrase())
        for person in [*FOUNDERS, *COLLEAGUES]
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(person) for person in people], file, ensure_ascii=False, indent=1)
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
        seal_house(heard, supervisors[0].actor)
    membership.settle(supervisors[0].vault, supervisors[0].actor)
    return supervisors[0]


def _invited(colleague: Founder) -> User:
    user = User.objects.filter(email=colleague.email).first()
    if user is not None:
        return user
    unit = Organisation.objects.get(zone=Organisation.Zone.UNIT)
    with transaction.atomic():
        user = User.objects.create(
            organisation=unit,
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
