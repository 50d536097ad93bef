"""Prints the SQL that an administrator runs once on a PostgreSQL server of one's own."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext_lazy as _

from cellule.ground import roles


class Command(BaseCommand):
    help = _("Print the SQL (for psql) that makes the three database roles and the database.")
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("--database", default=roles.DATABASE, help=_("name of the database to create"))

    def handle(self, *, database: str, **options) -> None:
        for line in roles.script(database):
            self.stdout.write(line)
