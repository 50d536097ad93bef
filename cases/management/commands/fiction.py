"""`manage.py fiction` founds, peoples and fills the fictional house; a second run adds nothing."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases import fiction as cases
from cellule.accounts import fiction as people

CAST = ("ana", "claire", "joaquin", "mireille", "omar")


class Command(BaseCommand):
    help = "Fill the fictional house with people and cases (only with FICTION=1)."

    def handle(self, *args, **options) -> None:
        if not settings.FICTION:
            raise CommandError("The fictional world exists only with FICTION=1.")
        known = {person.email.partition("@")[0]: person for person in people.people_the_house()}
        cases.people_the_house({name: people.act_as(known[name].email, known[name].passphrase) for name in CAST})
