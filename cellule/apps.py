"""The project package as an app: loads Celery, owns the page components and commands of the whole house."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class Front(AppConfig):
    name = "cellule"
    label = "front"

    def ready(self) -> None:
        from cellule.celery import app  # noqa: F401  (Celery finds its app once Django is ready)
        from cellule.ground.privileges import grant_privileges

        # The signal is sent once for each app with models; one of them stands for the whole run.
        post_migrate.connect(grant_privileges, sender=apps.get_app_config("accounts"))
