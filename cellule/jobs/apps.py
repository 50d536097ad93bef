"""The job ledger."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Jobs(AppConfig):
    name = "cellule.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Whoever asks for work, sends it or does it must know all declared kinds: web, relay, worker alike.
        autodiscover_modules("tasks")
