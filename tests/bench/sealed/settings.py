"""The house as it runs, with the real cost of a passphrase; only the second factor is not asked for."""

from cellule.settings import *

FICTION = True
SECOND_FACTOR_REQUIRED = False
INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.sealed"]
# Both sides name static files without a look into a manifest: it would add the same to both and flatter the ratio.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "media"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = BASE_DIR / "static" / "build"
STATICFILES_DIRS = []
