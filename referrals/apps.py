"""The room of what leaves the house: agencies, referrals, and what was given to whom."""

from django.apps import AppConfig


class Referrals(AppConfig):
    name = "referrals"
    label = "referrals"
