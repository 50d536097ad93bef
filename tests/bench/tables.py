"""Makes the tables of one side, by its owner."""

from django.conf import settings
from django.core.management import call_command

from cellule.ground.privileges import grant_privileges


def make(runtime_role: str) -> None:
    """Migrate, then give the run-time role its rights (also where the house's own app is not installed)."""
    settings.DATABASE_RUNTIME_ROLE = runtime_role
    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    grant_privileges()
