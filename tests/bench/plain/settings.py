"""The same site without sealing, log and object permissions: Django's own sessions, users and sign-in check."""

from cellule.settings import *

FICTION = True
INSTALLED_APPS = [
    "tests.bench.plain",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
]
# Its tables are made straight from the models.
MIGRATION_MODULES = dict.fromkeys(("auth", "contenttypes", "account"))
# What stands between the door and the pages is the same, but for what only sealing and the log need.
DJANGOS_OWN = "django.contrib.auth.middleware.AuthenticationMiddleware"
MIDDLEWARE = [name.replace("cellule.accounts.middleware.SignedIn", DJANGOS_OWN) for name in MIDDLEWARE]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith(("cellule.accounts.", "cellule.conflicts."))]
ROOT_URLCONF = "tests.bench.plain.urls"
AUTH_USER_MODEL = "plain.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
ACCOUNT_ADAPTER = "allauth.account.adapter.DefaultAccountAdapter"
ACCOUNT_FORMS = {}
for engine in TEMPLATES:
    processors = engine["OPTIONS"]["context_processors"]
    processors[processors.index("cellule.front.page")] = "tests.bench.plain.frame.page"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "media"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = BASE_DIR / "static" / "build"
STATICFILES_DIRS = []
