"""The room of what leaves the house: agencies, referrals, and what was given to whom."""

from django.apps import AppConfig


class Referrals(AppConfig):
    name = "referrals"
    label = "referrals"

    def ready(self) -> None:
        # Each declares something: what stops with a consent, the parts of a case that are ours, what goes along, what its page tells.
        from referrals import moving, panel, stopping, tabs  # noqa: F401
