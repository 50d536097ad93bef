"""The strict test world."""

from cellule.settings import *  # noqa: F403

FICTION = True
SIGN_IN_ANSWER_SECONDS = 0
SLOT_COST = {"memory": 8 * 1024, "passes": 1, "lanes": 1}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
