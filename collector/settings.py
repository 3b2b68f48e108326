"""Django's settings, from the environment (`docs/collector.md` lists the variables).

Secrets are files: the private keys in `IKM_KEYS`, which only whoever holds them reads, and what a process has for itself in `IKM_OWN`.
Nothing here creates anything.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from collector.database import database, replica
from collector.mail import mail_settings

BASE_DIR = Path(__file__).resolve().parent

IKM_DATA = Path(os.environ.get("IKM_DATA") or "/var/lib/ikm-collector")
IKM_KEEPER = os.environ.get("IKM_KEEPER") or ""
IKM_KEYS = Path(os.environ.get("IKM_KEYS") or IKM_DATA / "keys")
IKM_OWN = Path(os.environ.get("IKM_OWN") or IKM_DATA / "own")
IKM_BROKER_URL = os.environ.get("IKM_BROKER_URL") or "mqtt://127.0.0.1:1883"
IKM_PUBLIC_BROKER_URL = os.environ.get("IKM_PUBLIC_BROKER_URL") or IKM_BROKER_URL.partition(",")[0]
IKM_PUBLIC_URL = os.environ.get("IKM_PUBLIC_URL") or "http://127.0.0.1:8000"
IKM_TIME_ZONE = os.environ.get("IKM_TIME_ZONE") or "Asia/Jakarta"
IKM_LANGUAGE = os.environ.get("IKM_LANGUAGE") or "id"
IKM_LOG_LEVEL = os.environ.get("IKM_LOG_LEVEL") or "INFO"
IKM_EMBED_SITES = (
    os.environ.get("IKM_EMBED_SITES") or "https://*.desa.id http://*.desa.id https://*.go.id http://*.go.id"
)
IKM_API_ORIGINS = (os.environ.get("IKM_API_ORIGINS") or "").split()
IKM_DATA_LICENCE = os.environ.get("IKM_DATA_LICENCE") or ""
IKM_DATA_LICENCE_URL = os.environ.get("IKM_DATA_LICENCE_URL") or ""
IKM_DATA_PUBLISHER = os.environ.get("IKM_DATA_PUBLISHER") or ""
IKM_DATA_CONTACT = os.environ.get("IKM_DATA_CONTACT") or ""
IKM_REGION_EDITION = os.environ.get("IKM_REGION_EDITION") or ""
IKM_KEEP_FILES_DAYS = int(os.environ.get("IKM_KEEP_FILES_DAYS") or "7")
IKM_MAIL_URL = os.environ.get("IKM_MAIL_URL") or ""
IKM_LAPOR_URL = os.environ.get("IKM_LAPOR_URL") or ""
IKM_LAPOR_DIALECT = os.environ.get("IKM_LAPOR_DIALECT") or "json"
IKM_LAPOR_TOKEN_FILE = os.environ.get("IKM_LAPOR_TOKEN_FILE") or ""
IKM_LAPOR_SEND_PATH = os.environ.get("IKM_LAPOR_SEND_PATH") or ""
IKM_LAPOR_POLL_PATH = os.environ.get("IKM_LAPOR_POLL_PATH") or ""
IKM_LAPOR_TIMEOUT_S = int(os.environ.get("IKM_LAPOR_TIMEOUT_S") or "30")
IKM_ALERT_PING_URL = os.environ.get("IKM_ALERT_PING_URL") or ""
IKM_ALERT_LOCAL = tuple(filter(None, (os.environ.get("IKM_ALERT_LOCAL") or "").split(",")))
IKM_LOG_POLICY = Path(os.environ["IKM_LOG_POLICY"]) if os.environ.get("IKM_LOG_POLICY") else None
IKM_READ_DATABASE_URL = os.environ.get("IKM_READ_DATABASE_URL") or ""
IKM_READ_LAG_S = int(os.environ.get("IKM_READ_LAG_S") or "10")
IKM_MQTT_VERSION = os.environ.get("IKM_MQTT_VERSION") or "5"


def _secret_key() -> str:
    """Give the key of sessions and forms; empty where `serve` has not made it yet, and Django then refuses to sign with it."""
    try:
        return (IKM_OWN / "django.key").read_text().strip()
    except OSError:
        return ""


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = [
    urlsplit(IKM_PUBLIC_URL).hostname or "localhost",
    "localhost",
    "127.0.0.1",
    *filter(None, (os.environ.get("IKM_ALLOWED_HOSTS") or "").split(",")),
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "collector.people",
    "collector.fleet",
    "collector.accounts",
    "collector.evidence",
    "collector.log",
    "collector.scores",
    "collector.complaints",
    "collector.challenges",
    "collector.releases",
    "collector.followup",
    "collector.papers",
    "collector.standards",
    "collector.handover",
    "collector.jobs",
    "collector.alerts",
    "collector.desk",
    "collector.api",
    "collector.console",
]
MIDDLEWARE = [
    "collector.headers.guarded",
    "collector.servers.reading.from_replica",
    "collector.api.origins.named",
    "collector.language.by_address",
    "django.middleware.security.SecurityMiddleware",
    "collector.releases.show.one.at_once",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "collector.api.door.guarded",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "collector.accounts.login.two_factors",
]
ROOT_URLCONF = "collector.urls"
WSGI_APPLICATION = "collector.wsgi.application"
# What the contract's page shows comes with Ninja, which is no app here: all of it would be loaded by every command.
_NINJA = getattr(find_spec("ninja"), "submodule_search_locations", None) or ()
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", *(Path(one) / "templates" for one in _NINJA)],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL") or "", folder=IKM_DATA)}
if IKM_READ_DATABASE_URL:
    DATABASES["replica"] = replica(IKM_READ_DATABASE_URL, of=DATABASES["default"])
    DATABASE_ROUTERS = ["collector.servers.reading.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Times are UTC wherever they are stored; pages convert them to the unit's zone. `collector.fleet.checks` insists.
USE_TZ = True
TIME_ZONE = "UTC"
# Pages are Indonesian, and English below `/en/` (`collector.language`); what is not marked in a template is Indonesian everywhere.
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static", *(Path(one) / "static" for one in _NINJA)]
WHITENOISE_USE_FINDERS = True  # no collectstatic step: the files are few and come with the package

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "collector.accounts.login.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "collector.accounts.login.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "IKM " + (urlsplit(IKM_PUBLIC_URL).hostname or "")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = urlsplit(IKM_PUBLIC_URL).hostname in ("localhost", "127.0.0.1")
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
# Failed log-ins are counted here, for all of the pages' processes together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

globals().update(mail_settings(IKM_MAIL_URL))
DEFAULT_FROM_EMAIL = (
    os.environ.get("IKM_MAIL_FROM") or f"ikm@{urlsplit(IKM_PUBLIC_URL).hostname or 'localhost'}"
)

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # no honest batch is larger; see `evidence.views`
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if urlsplit(IKM_PUBLIC_URL).scheme == "https":
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [IKM_PUBLIC_URL]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": IKM_LOG_LEVEL},
    "loggers": {
        "pikepdf": {"level": "WARNING"},  # it greets whoever loads it
        "apprise": {"level": "CRITICAL"},  # it names addresses, which hold secrets
    },
}
