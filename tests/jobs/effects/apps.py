"""The room of the kill test."""

from django.apps import AppConfig


class Effects(AppConfig):
    name = "tests.jobs.effects"
    label = "effects"
