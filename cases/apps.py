"""What we hold."""

from django.apps import AppConfig


class Cases(AppConfig):
    name = "cases"
    label = "cases"
