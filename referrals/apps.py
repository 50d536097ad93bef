"""The room of what leaves the house: agencies, referrals, and what was given to whom."""

from django.apps import AppConfig


class Referrals(AppConfig):
    name = "referrals"
    label = "referrals"

    def ready(self) -> None:
        # They declare what stops with a consent, and what the pages of a case tell of its referrals.
        from referrals import panel, stopping  # noqa: F401
