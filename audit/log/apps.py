"""The log: what happened, provably."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Log(AppConfig):
    name = "audit.log"
    label = "log"

    def ready(self) -> None:
        # Every room names its actions in its own `actions.py`; a list of the log needs all their labels.
        autodiscover_modules("actions")
