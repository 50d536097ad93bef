"""The strict test world."""

import tempfile
from pathlib import Path

from cellule.settings import *

FICTION = True
SECOND_FACTOR_REQUIRED = False
# Kept for the life of the process, then deleted.
_folder = tempfile.TemporaryDirectory(prefix="cellule-data-")
DATA = Path(_folder.name)
SECRETS_FILE = DATA / "secrets" / "house.json"
FILE_STORE = str(DATA / "files")
SIGN_IN_ANSWER_SECONDS = 0
# As cheap as can be: thousands of tests sign somebody in, and a few prove what a real house asks.
SLOT_COST = {"memory": 64, "passes": 1, "lanes": 1}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "media"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": str(DATA / "mail")},
    }
}
# Nothing is collected: the server of the journeys finds the built files where they are. The folder is there because
# whitenoise warns when it is not.
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir()
