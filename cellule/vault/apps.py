"""Keys, groups, sealed fields."""

from django.apps import AppConfig


class Vault(AppConfig):
    name = "cellule.vault"
    label = "vault"
