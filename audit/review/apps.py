"""The auditors' pages."""

from django.apps import AppConfig


class Review(AppConfig):
    name = "audit.review"
    label = "review"

    def ready(self) -> None:
        # What puts itself up for review, and hears the verdict.
        from audit.review import glass  # noqa: F401 – models are there only now
