"""`manage.py rewrite_keys`: what the night does to the key tables, now (after somebody's data had to be destroyed)."""

from django.core.management.base import BaseCommand

from audit.log.actor import Actor
from cellule.accounts.terminal import Progress
from cellule.vault import upkeep


class Command(BaseCommand):
    help = "Write the key tables anew, so that deleted keys are gone from their files too. It may be begun again."

    def handle(self, *args, **options) -> None:
        tables = upkeep.key_tables()
        progress = Progress(self.stdout, "Key tables", len(tables))
        for table in tables:
            upkeep.rewrite(table, Actor.system())
            progress.step()
