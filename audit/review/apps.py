"""The auditors' pages."""

from django.apps import AppConfig


class Review(AppConfig):
    name = "audit.review"
    label = "review"
