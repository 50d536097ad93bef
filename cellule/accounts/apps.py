"""People, organisations, roles, sign-in."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "cellule.accounts"
    label = "accounts"
