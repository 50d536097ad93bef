"""Settings of the house: everything a machine may change is read from the environment here."""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from cellule.vault.secrets_file import django_key

BASE_DIR = Path(__file__).resolve().parent.parent


def env_text(name: str, default: str = "") -> str:
    """Give the variable's text, or what the file named by NAME_FILE holds (mounted secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    text = env_text(name).strip().lower()
    if text not in {"", "0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} takes 1 or 0.")
    return default if not text else text in {"1", "true", "yes"}


def env_int(name: str, default: int) -> int:
    text = env_text(name)
    try:
        return int(text) if text else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} takes a whole number.") from None


def env_thresholds(name: str, defaults: Path) -> dict[str, dict[str, int]]:
    """Give what the file says with what the variable changes of it; it takes JSON and may name nothing else."""
    known = json.loads(defaults.read_text())
    try:
        changes = json.loads(env_text(name) or "{}")
        for code, limits in changes.items():
            for limit, value in limits.items():
                if limit not in known[code] or type(value) is not int or value < 0:
                    raise ValueError(limit)
    except (ValueError, KeyError, AttributeError):
        raise ImproperlyConfigured(f"{name} takes whole numbers for thresholds that exist, as JSON.") from None
    return {code: {**limits, **changes.get(code, {})} for code, limits in known.items()}


def env_numbers(name: str, default: dict[str, int]) -> dict[str, int]:
    """Give whole numbers by their names, written as "name=number,name=number"; what is not named keeps its default."""
    try:
        told = {
            key.strip(): int(number) for key, number in (part.split("=") for part in env_text(name).split(",") if part)
        }
    except ValueError:
        raise ImproperlyConfigured(f"{name} takes name=number, separated by commas.") from None
    return default | told


def database(url: str) -> dict:
    """Turn postgresql://user:password@host:port/name?host=/socket/folder into Django's settings."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL takes a postgresql:// address; no other engine is supported.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        # Values never stand in the text of a statement, and so in no log of the server.
        "OPTIONS": {
            **options,
            "server_side_binding": True,
            # A statement that comes again is planned once for each connection.
            "prepare_threshold": 3,
            "options": "-c search_path=public,keys -c statement_timeout=30000 -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=60000",
        },
    }


# --- The house ------------------------------------------------------------------------------------

DATA = Path(env_text("DATA", str(BASE_DIR / "data"))).resolve()
SECRETS_FILE = Path(env_text("SECRETS_FILE_PATH", str(DATA / "secrets" / "house.json")))
FICTION = env_bool("FICTION", False)
SITE_ADDRESS = env_text("SITE_ADDRESS", "http://127.0.0.1:8000")
SECURE_SITE = SITE_ADDRESS.startswith("https://")

DEBUG = False
ALLOWED_HOSTS = env_text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS] if SECURE_SITE else []
# Signs tokens inside pages and binds sign-in sessions, which outlive a restart; before the founding nothing is signed.
SECRET_KEY = env_text("SECRET_KEY") or django_key(SECRETS_FILE) or secrets.token_urlsafe(48)

INSTALLED_APPS = [
    "cellule.apps.Front",
    "audit.log.apps.Log",
    "cellule.jobs.apps.Jobs",
    "cellule.notices.apps.Notices",
    "cellule.vault.apps.Vault",
    "cellule.accounts.apps.Accounts",
    "cases.apps.Cases",
    "referrals.apps.Referrals",
    "audit.review.apps.Review",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cellule.front.Headers",
    "cellule.front.Availability",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "cellule.accounts.middleware.SignedIn",
    "cellule.front.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cellule.accounts.middleware.Founded",
    "cellule.accounts.middleware.SignInFirst",
    "cellule.accounts.middleware.Acting",
    "cellule.accounts.middleware.Refusals",
    "cellule.conflicts.Conflicts",
    "cellule.accounts.middleware.Alterations",
    "cellule.accounts.middleware.SecondFactor",
    "cellule.accounts.middleware.Lock",
]

ROOT_URLCONF = "cellule.urls"
WSGI_APPLICATION = "cellule.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "cellule.front.page",
            ],
            "builtins": ["cellule.templatetags.ui", "cellule.templatetags.typography", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "cellule.forms.Renderer"

# --- Database -------------------------------------------------------------------------------------

# Served processes get the run-time role only; `migrate` is handed the owner by whoever calls it.
DATABASES = {"default": database(env_text("DATABASE_URL", "postgresql://cellule_app@/cellule?host=/nowhere"))}
DATABASE_OWNER_URL = env_text("DATABASE_OWNER_URL")
DATABASE_BACKUP_URL = env_text("DATABASE_BACKUP_URL")
# Whoever migrates owns the tables and grants these two what they need.
DATABASE_RUNTIME_ROLE = DATABASES["default"]["USER"]
DATABASE_BACKUP_ROLE = database(DATABASE_BACKUP_URL)["USER"] if DATABASE_BACKUP_URL else "cellule_backup"

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["cellule.accounts.backends.Roles", "guardian.backends.ObjectPermissionBackend"]
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

SESSION_ENGINE = "cellule.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-seance" if SECURE_SITE else "seance"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-jeton" if SECURE_SITE else "jeton"
CSRF_COOKIE_SECURE = SECURE_SITE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cellule.accounts.views.too_old.too_old"
VAULT_COOKIE_NAME = "__Host-cle" if SECURE_SITE else "cle"
AUTHOR_COOKIE_NAME = "__Host-auteur" if SECURE_SITE else "auteur"
# Whether the list that a person gets of who opened their file names the staff.
STAFF_NAMES_ON_ACCESS_LIST = env_bool("STAFF_NAMES_ON_ACCESS_LIST", False)
# How many cases one person may ask for in an emergency within 24 hours.
EMERGENCY_CASES_A_DAY = max(1, env_int("EMERGENCY_CASES_A_DAY", 5))
IDLE_LOCK_SECONDS = env_int("IDLE_LOCK_SECONDS", 5 * 60)
VAULT_SESSION_SECONDS = 12 * 60 * 60
SECOND_FACTOR_REQUIRED = env_bool("SECOND_FACTOR_REQUIRED", not FICTION)
INVITATION_HOURS = 72

# Argon2id of a passphrase slot; kept inside each slot, so a raised cost holds for slots made from then on.
SLOT_COST = {"memory": 64 * 1024, "passes": 3, "lanes": 1}
# Every answer to a passphrase comes after this many seconds, right or wrong, known or unknown.
SIGN_IN_ANSWER_SECONDS = 0.6
# How many tries hold a thread of one server process at once: at least one thread is left for who is in already.
PASSPHRASE_PLACES = max(2, env_int("WEB_THREADS", 4) - 1)

ACCOUNT_ADAPTER = "cellule.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_FORMS = {
    "login": "cellule.accounts.forms.SignInForm",
    "reauthenticate": "cellule.accounts.forms.ReauthenticateForm",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "cellule.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Cellule"
# A code typed just as it changes is still taken; each is taken once.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "cellule.accounts.forms.CodeForm",
    "activate_totp": "cellule.accounts.forms.ActivateTOTPForm",
}
CACHES = {"default": {"BACKEND": "cellule.accounts.used_codes.UsedCodes"}}

# --- Words ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "langue"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/Toronto"

# --- Pages ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static" / "build"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "media"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A file goes nowhere, unless its page names the handler that seals it: nothing is ever spooled.
FILE_UPLOAD_HANDLERS = ["cellule.vault.uploads.Dropped"]
# Where sealed files lie: a folder, or s3://bucket/prefix with the options of that store.
FILE_STORE = env_text("FILE_STORE", str(DATA / "files"))
FILE_STORE_OPTIONS = dict(
    parse_qsl(env_text("FILE_STORE_OPTIONS"), strict_parsing=bool(env_text("FILE_STORE_OPTIONS")))
)
FILE_SIZE_LIMIT = env_int("FILE_SIZE_LIMIT", 250 * 1024 * 1024)
# The local socket of a virus scanner (clamd). While it is set and away, no file is taken.
SCANNER_SOCKET = env_text("SCANNER_SOCKET")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    # GOV.UK's modules write no HTML from text; htmx does, through the one policy that static/js/trusted.js makes.
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["htmx"],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": browsers then send `Origin: null` with every form, and the check against forged forms refuses it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SITE else 0
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"

# --- The auditors' workspace ----------------------------------------------------------------------

# In how many business days somebody explains what they did.
REVIEW_ANSWER_DAYS = max(1, env_int("REVIEW_ANSWER_DAYS", 5))
# Which share of each person's accesses of a month is drawn for review, at least one of each.
REVIEW_SAMPLE_SHARE = min(100, max(1, env_int("REVIEW_SAMPLE_PERCENT", 5))) / 100
# The thresholds of the rules, by rule. The variable takes JSON with what is to differ: {"volume": {"cases": 40}}.
REVIEW_THRESHOLDS = env_thresholds("REVIEW_THRESHOLDS", BASE_DIR / "audit/review/rules/thresholds.json")

# --- Jobs and letters -----------------------------------------------------------------------------

# Nothing to install by default: a folder. RabbitMQ (amqp://), Valkey or Redis (redis://) by this one setting.
BROKER_URL = env_text("BROKER_URL", "filesystem://")
# A job's time limit < its lease < the broker's visibility time-out: who still works on a job holds it.
JOB_TIME_LIMIT_SECONDS = env_int("JOB_TIME_LIMIT_SECONDS", 120)
JOB_LEASE_SECONDS = env_int("JOB_LEASE_SECONDS", 180)
JOB_VISIBILITY_SECONDS = 3600
# Pauses double from the first to the longest; twenty attempts last about fifteen hours, then it is a dead letter.
JOB_FIRST_PAUSE_SECONDS = env_int("JOB_FIRST_PAUSE_SECONDS", 60)
JOB_LONGEST_PAUSE_SECONDS = env_int("JOB_LONGEST_PAUSE_SECONDS", 3600)
JOB_ATTEMPTS = env_int("JOB_ATTEMPTS", 20)
JOB_KEEP_DAYS = 30
JOB_WORKERS = env_int("JOB_WORKERS", 2)
MAILERS = {
    "default": (
        {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": env_text("SMTP_HOST"),
                "port": env_int("SMTP_PORT", 587),
                "username": env_text("SMTP_USER"),
                "password": env_text("SMTP_PASSWORD"),
                "use_tls": env_bool("SMTP_TLS", True),
                "timeout": 30,
            },
        }
        if env_text("SMTP_HOST")
        else {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(DATA / "mail")},
        }
    )
}
DEFAULT_FROM_EMAIL = env_text("MAIL_FROM", "ne-pas-repondre@localhost")
ADMINS = []

# --- The log's tree -------------------------------------------------------------------------------

# The name under which the log signs; it stands in every checkpoint and is kept beside the key once that is made.
LOG_ORIGIN = env_text("LOG_ORIGIN", f"{urlsplit(SITE_ADDRESS).netloc}/log")
LOG_KEY_FILE = Path(env_text("LOG_KEY_FILE_PATH", str(DATA / "secrets" / "log.json")))
# Who keeps the checkpoints, by name: file:///…, folder:///…, https://… (C2SP tlog-witness), mailto:…; at least one of
# them outside the operator's hands. A witness on the web is followed by its verifier key, after a space.
LOG_WITNESSES = dict(
    part.strip().split("=", 1)
    for part in env_text("LOG_WITNESSES", f"file=file://{DATA / 'witness' / 'checkpoints.jsonl'}").split(",")
    if part.strip()
)

# For how many months entries stay, by the room of their action; `other` is every room that is not named. The database
# itself keeps everything for 24 months.
LOG_RETENTION = env_numbers("LOG_RETENTION", {"other": 84, "accounts": 120, "vault": 120, "log": 120})
# Where a security team's collector takes the entries, without content: file:///…, syslog://host:514 (UDP),
# syslog+tcp://host:601, syslog+tls://host:6514, syslog+unix:///dev/log; empty for nowhere.
LOG_STREAM = env_text("LOG_STREAM")

# --- Journals of the machine: never a value, never a traceback's variables --------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "cellule.front.Discreet"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["discreet"]}},
    "root": {"handlers": ["console"], "level": env_text("LOG_LEVEL", "WARNING")},
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": True}},
}

# Labels that allauth would otherwise take from its own domain stay ours.
SITE_NAME = _("Follow-up")
