"""Django's `migrate`, run as the owner of the tables."""

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections
from django.utils.translation import gettext as _

from cellule.ground.roles import MAJOR
from cellule.settings import database as parse


class Command(Migrate):
    def handle(self, *args, **options) -> None:
        connection = connections[options["database"]]
        usual = dict(connection.settings_dict)
        if settings.DATABASE_OWNER_URL:
            connection.close()
            connection.settings_dict.update(_as_owner(settings.DATABASE_OWNER_URL))
        try:
            _refuse_old_server(connection)
            super().handle(*args, **options)
        finally:
            if settings.DATABASE_OWNER_URL:
                connection.close()
                connection.settings_dict.update(usual)


def _as_owner(url: str) -> dict:
    owner = parse(url)
    # A migration of a long table may take its time; it still never waits long for a lock.
    owner["OPTIONS"]["options"] += " -c statement_timeout=0"
    return owner


def _refuse_old_server(connection) -> None:
    connection.ensure_connection()
    major = connection.pg_version // 10_000
    if major < MAJOR:
        raise CommandError(
            _("This server is PostgreSQL %(found)s; %(needed)s or newer is needed.") % {"found": major, "needed": MAJOR}
        )
