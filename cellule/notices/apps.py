"""Letters that carry no content."""

from django.apps import AppConfig


class Notices(AppConfig):
    name = "cellule.notices"
    label = "notices"
