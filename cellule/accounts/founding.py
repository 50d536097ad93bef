"""Founding the house: organisation, first accounts, secrets, one-time links (flow 1). No terminal shows a passphrase.

Partner agencies are founded here too (flow 3).
"""

from dataclasses import dataclass

from django.db import transaction

from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts import enrolment
from cellule.accounts.actions import FOUNDED, ORGANISATION_MADE
from cellule.accounts.models import Invitation, Organisation, User
from cellule.vault import secrets_file


@dataclass(frozen=True)
class Founder:
    """A first account: role code, name, work e-mail, language."""

    role: str
    name: str
    email: str
    language: str = "fr"


class FoundedAlready(Exception):
    """The house has its organisation; more people come by invitation."""


def add_partner(organisation: Organisation, *, by: Actor) -> Organisation:
    """Take a partner agency in; it gets keys of its own when a supervisor lets its first coordinator in."""
    organisation.zone = Organisation.Zone.PARTNER
    with transaction.atomic():
        organisation.save(force_insert=True)
        record(ORGANISATION_MADE, by=by, subject_type="accounts.organisation", reference=str(organisation.pk))
    return organisation


def found(organisation: str, founders: list[Founder]) -> list[Invitation]:
    """Make secrets, the unit and its first accounts; gives their invitations. Raises FoundedAlready."""
    if Organisation.objects.filter(zone=Organisation.Zone.UNIT).exists():
        raise FoundedAlready
    if not secrets_file.is_founded():
        secrets_file.make()
    by = Actor.system()
    with transaction.atomic():
        unit = Organisation.objects.create(
            name=organisation, zone=Organisation.Zone.UNIT, legal_regime=Organisation.Regime.ACCESS_ACT
        )
        record(FOUNDED, by=by, subject_type="accounts.organisation", reference=str(unit.pk))
        return [
            enrolment.invite(
                User.objects.create(
                    organisation=unit,
                    role=founder.role,
                    name=founder.name,
                    email=founder.email,
                    language=founder.language,
                ),
                by=by,
                by_mail=False,
            )
            for founder in founders
        ]
