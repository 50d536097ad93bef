"""Keys, groups, sealed fields."""

from django.apps import AppConfig


class Vault(AppConfig):
    name = "cellule.vault"
    label = "vault"

    def ready(self) -> None:
        from cellule.vault import checks, roster_entries  # noqa: F401  (registered by being imported)
