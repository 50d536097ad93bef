"""`manage.py fiction` founds, peoples and fills the fictional house; a second run adds nothing.

Each room tells its part in `fiction.tell(cast)`, in the order of INSTALLED_APPS: what another room's tale rests on
comes first, and no room has to know of those above it.
"""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cellule.accounts import fiction as people

CAST = ("ana", "claire", "dimitri", "joaquin", "mireille", "noor", "omar", "paule", "rose", "solange", "thea")


class Command(BaseCommand):
    help = "Fill the fictional house with people, cases and agencies (only with FICTION=1)."

    def handle(self, *args, **options) -> None:
        if not settings.FICTION:
            raise CommandError("The fictional world exists only with FICTION=1.")
        known = {person.email.partition("@")[0]: person for person in people.people_the_house()}
        cast = {name: people.act_as(known[name].email, known[name].passphrase) for name in CAST}
        for config in apps.get_app_configs():
            if find_spec(f"{config.name}.fiction"):
                tell = getattr(import_module(f"{config.name}.fiction"), "tell", None)
                if tell is not None:
                    tell(cast)
