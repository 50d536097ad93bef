"""The project package as an app: loads Celery, owns the page components and commands of the whole house."""

from django.apps import AppConfig


class Front(AppConfig):
    name = "cellule"
    label = "front"

    def ready(self) -> None:
        from cellule.celery import app  # noqa: F401  (Celery finds its app once Django is ready)
