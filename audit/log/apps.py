"""The log: what happened, provably."""

from django.apps import AppConfig


class Log(AppConfig):
    name = "audit.log"
    label = "log"
