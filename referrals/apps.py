"""The room of what leaves the house: agencies, referrals, and what was given to whom."""

from django.apps import AppConfig


class Referrals(AppConfig):
    name = "referrals"
    label = "referrals"

    def ready(self) -> None:
        from referrals import stopping  # noqa: F401  declares what stops with a consent
