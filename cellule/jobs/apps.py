"""The job ledger."""

from django.apps import AppConfig


class Jobs(AppConfig):
    name = "cellule.jobs"
    label = "jobs"
