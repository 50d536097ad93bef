"""The room of what leaves the house: agencies, referrals, and what was given to whom."""

from django.apps import AppConfig


class Referrals(AppConfig):
    name = "referrals"
    label = "referrals"

    def ready(self) -> None:
        # Each declares something: what dies with a case, what goes along, what its page tells, what stops with a consent, its parts.
        from referrals import destroying, moving, panel, stopping, tabs  # noqa: F401
