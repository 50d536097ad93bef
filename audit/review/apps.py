"""The auditors' pages."""

from importlib import import_module

from django.apps import AppConfig


class Review(AppConfig):
    name = "audit.review"
    label = "review"

    def ready(self) -> None:
        # Rules and listeners declare themselves.
        for module in ("rules", "listening", "glass"):
            import_module(f"{self.name}.{module}")
