"""`manage.py fiction` founds, peoples and fills the fictional house; a second run adds nothing."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases import fiction as cases
from cellule.accounts import fiction as people
from cellule.accounts.roles import CASEWORKER, INTAKE_WORKER


class Command(BaseCommand):
    help = "Fill the fictional house with people and cases (only with FICTION=1)."

    def handle(self, *args, **options) -> None:
        if not settings.FICTION:
            raise CommandError("The fictional world exists only with FICTION=1.")
        first: dict[str, people.FictionalPerson] = {}
        for person in people.people_the_house():
            first.setdefault(person.role, person)
        caseworker, intake = (
            people.act_as(first[role.code].email, first[role.code].passphrase) for role in (CASEWORKER, INTAKE_WORKER)
        )
        cases.people_the_house(caseworker, intake)
