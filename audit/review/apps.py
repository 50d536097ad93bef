"""The auditors' pages."""

from importlib import import_module

from django.apps import AppConfig


class Review(AppConfig):
    name = "audit.review"
    label = "review"

    def ready(self) -> None:
        # Rules, listeners and checks declare themselves.
        for module in ("rules", "listening", "glass", "checks"):
            import_module(f"{self.name}.{module}")
