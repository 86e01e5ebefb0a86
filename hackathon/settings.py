"""Settings come from the environment alone. What must be set and is not stops the start.

Every name read here stands in `.env.example`; a test compares the two.
"""

import os
import sys
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from reading import framework

ROOT = Path(__file__).resolve().parent.parent


class Provider(TypedDict):
    """A service that runs a model, as this site knows it."""

    kind: str
    base_url: str
    api_key: str
    model: str
    label: str
    approved_for: str
    gbp_in: Decimal | None
    gbp_out: Decimal | None


def required(name: str) -> str:
    """A value without which it would not be safe, or not possible, to start."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment. See .env.example.")
    return value


def optional(name: str, default: str = "") -> str:
    return os.environ.get(name, "") or default


def flag(name: str) -> bool:
    """True only for the word "1", so that a misspelt value leaves the safe setting in place."""
    return os.environ.get(name, "") == "1"


def whole(name: str, default: int) -> int:
    """A whole number, or a stop: a misspelt number must not become a default in silence."""
    value = os.environ.get(name, "")
    if not value:
        return default
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number")
    return int(value)


def amount(name: str) -> Decimal | None:
    """An amount of money, or nothing; anything else stops the start."""
    value = os.environ.get(name, "")
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise ImproperlyConfigured(f"{name} must be an amount such as 0.15")
    return number


def postgres(url: str) -> dict:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "")) or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": None,  # a new connection costs more than most of our pages
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "hackathon"},
    }


# Who we are
BASE_URL = required("BASE_URL").rstrip("/")
SERVICE_NAME = "Hackathon"
DEMO = flag("DEMO")  # prints and accepts one sign-in link per kind of person; never in production
PHASE_TAG = "Demo" if DEMO else "Beta"
SUPPORT_EMAIL = optional("SUPPORT_EMAIL")

# Security
SECRET_KEY = required("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = required("ALLOWED_HOSTS").split(",")
INSECURE = flag("INSECURE_COOKIES")  # plain http on this machine: the demo and the tests
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = not INSECURE
SECURE_PROXY_SSL_HEADER = None if INSECURE else ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 0 if INSECURE else 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE
SECURE_HSTS_PRELOAD = not INSECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE
SESSION_COOKIE_NAME = "hackathon_session" if INSECURE else "__Host-session"
CSRF_COOKIE_NAME = "hackathon_csrf" if INSECURE else "__Host-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day; the draft of an entry outlives it
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = [
    "files.uploads.NoFiles"
]  # a view that takes files says so: files.uploads.taking_files

# Applications: the stages in their order, then what they stand on
INSTALLED_APPS = [
    "hackathon",
    "showcase",
    "judging",
    "results",
    "reading",
    "screening",
    "records",
    "links",
    "submissions",
    "files",
    "teams",
    "challenges",
    "events",
    "accounts",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "rules.apps.AutodiscoverRulesConfig",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "core.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.arrival",
    "csp.middleware.CSPMiddleware",
    "core.middleware.headers",
    "core.middleware.without_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "core.doors.PolicyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
ROOT_URLCONF = "hackathon.urls"
WSGI_APPLICATION = "hackathon.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hackathon.navigation.service",
            ],
        },
    },
]
# Long lists alone: many times the speed where one page holds hundreds of rows.
TEMPLATES.append(
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "lists",
        "DIRS": [ROOT / "templates" / "lists"],
        "OPTIONS": {"trim_blocks": True, "lstrip_blocks": True},
    }
)
FORM_RENDERER = "core.forms.Renderer"

# Database, broker, cache: one engine everywhere
DATABASES = {"default": postgres(required("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = required("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "core.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "hackathon",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a wiped Redis signs nobody out

# Celery has other words for a socket than the client library.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {
    "reading.tasks.screen": {"queue": "screening"},
    "reading.tasks.read_draft": {"queue": "screening"},
    "links.tasks.check": {"queue": "links"},
}
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_BEAT_SYNC_EVERY = 1  # beat's file is its pulse: hackathon.healthcheck looks at its age
CELERY_BEAT_SCHEDULE = {
    "send mail": {"task": "core.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
    "scan files": {"task": "files.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
    "tidy files": {"task": "files.tasks.tidy", "schedule": 3600, "options": {"expires": 3600}},
    "keep deadlines": {"task": "submissions.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
    "look after links": {"task": "links.tasks.sweep", "schedule": 60, "options": {"expires": 60}},
    "screen entries": {"task": "reading.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
}

# Signing in: a code by e-mail, passkeys and authenticator apps on top; there are no passwords
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.NameForm"
ACCOUNT_SIGNUP_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # mail to a department takes minutes now and then
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if INSECURE else "https"
# Links of invitations: tried from one address, and used from all addresses together
ACCOUNT_RATE_LIMITS = {"judging_invitation": "60/m/ip", "judging_invitation_used": "1200/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = whole("TRUSTED_PROXY_COUNT", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSECURE
ADMIN_EMAIL = optional("ADMIN_EMAIL")  # who may sign in as the first administrator

# Mail: rows first (core.mail), sent by a worker
DEFAULT_FROM_EMAIL = optional("DEFAULT_FROM_EMAIL", "Hackathon <hackathon@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_HOST = optional("EMAIL_HOST")
EMAIL_FILE_PATH = optional("EMAIL_FILE_PATH")
EMAIL_PORT = whole("EMAIL_PORT", 587)
EMAIL_HOST_USER = optional("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = optional("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = not flag("EMAIL_NO_TLS")
EMAIL_TIMEOUT = 10
if EMAIL_FILE_PATH:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
elif not EMAIL_HOST:
    raise ImproperlyConfigured("Set EMAIL_HOST, or EMAIL_FILE_PATH to keep mails as files.")

# The models that events may choose from: none set means the built-in engine, which states no findings
LLM_MAIN: Provider = {
    "kind": optional("LLM_KIND", "openai"),  # or azure
    "base_url": optional("LLM_BASE_URL"),
    "api_key": optional("LLM_API_KEY"),
    "model": optional("LLM_MODEL"),
    "label": optional("LLM_LABEL"),
    "approved_for": optional("LLM_APPROVED_FOR", "public"),
    "gbp_in": amount("LLM_GBP_IN"),
    "gbp_out": amount("LLM_GBP_OUT"),
}
LLM_SECOND: Provider = {
    "kind": optional("LLM_SECOND_KIND", "openai"),
    "base_url": optional("LLM_SECOND_BASE_URL"),
    "api_key": optional("LLM_SECOND_API_KEY"),
    "model": optional("LLM_SECOND_MODEL"),
    "label": optional("LLM_SECOND_LABEL"),
    "approved_for": optional("LLM_SECOND_APPROVED_FOR", "public"),
    "gbp_in": amount("LLM_SECOND_GBP_IN"),
    "gbp_out": amount("LLM_SECOND_GBP_OUT"),
}
# The editions of the principles that events may choose from: each is a file
FRAMEWORKS = {key: framework.label(key) for key in framework.KEYS}
PRINCIPLES = {key: [one.name for one in framework.load(key).principles] for key in framework.KEYS}

LLM_CALL_SECONDS = whole("LLM_CALL_SECONDS", 20)  # for one answer
LLM_ENTRY_SECONDS = whole("LLM_ENTRY_SECONDS", 80)  # for everything about one entry, waits included
PROVIDERS: dict[str, Provider] = {
    name: provider
    for name, provider in (("main", LLM_MAIN), ("second", LLM_SECOND))
    if provider["base_url"] and provider["model"]
}
for provider in PROVIDERS.values():
    provider["label"] = provider["label"] or provider["model"]
    if provider["kind"] not in ("openai", "azure"):
        raise ImproperlyConfigured("LLM_KIND and LLM_SECOND_KIND must be openai or azure")
    if provider["approved_for"] not in ("public", "official"):
        raise ImproperlyConfigured("LLM_APPROVED_FOR and LLM_SECOND_APPROVED_FOR must be public or official")

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.Parser"],
    "DEFAULT_SCHEMA_CLASS": "core.openapi.Schema",
    "DEFAULT_PAGINATION_CLASS": "core.api.Page",
    "EXCEPTION_HANDLER": "core.api.answer_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": {"ConflictKindEnum": "judging.models.judges.Conflict.Kind"},
    "TITLE": "Hackathon",
    "DESCRIPTION": "Everything that a person can do in a page, by the same action.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.declare_errors",
        "core.openapi.let_answers_overlap",
    ],
}

# Language, time, files
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"  # stored; each event is shown in its own zone
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static" / "build"]
STATIC_ROOT = Path(optional("STATIC_ROOT", str(ROOT / "var" / "static")))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What teams upload: on this machine's disk, or in a private bucket of an S3-compatible store
FILES_DIR = Path(optional("FILES_DIR", str(ROOT / "var" / "files")))  # where they come in, in both cases
FILES_S3_BUCKET = optional("FILES_S3_BUCKET")
FILES_S3_ENDPOINT = optional("FILES_S3_ENDPOINT")
FILES_S3_REGION = optional("FILES_S3_REGION")
FILES_S3_KEY = optional("FILES_S3_KEY")
FILES_S3_SECRET = optional("FILES_S3_SECRET")
if FILES_S3_BUCKET:
    STORAGES["files"] = {
        "BACKEND": "files.storage.Bucket",
        "OPTIONS": {
            "bucket_name": FILES_S3_BUCKET,
            "endpoint_url": FILES_S3_ENDPOINT or None,
            "region_name": FILES_S3_REGION or None,
            "access_key": FILES_S3_KEY or None,
            "secret_key": FILES_S3_SECRET or None,
            "default_acl": None,  # the bucket's own: private
            "file_overwrite": False,
            "max_memory_size": 5_000_000,  # the rest of a file on its way out goes through a disk
        },
    }
else:
    STORAGES["files"] = {
        "BACKEND": "files.storage.Disk",
        "OPTIONS": {
            "location": FILES_DIR / "kept",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
MEGABYTE = 1_000_000
FILES_MOST = {  # bytes of one file
    "image": whole("FILES_IMAGE_MB", 10) * MEGABYTE,
    "pdf": whole("FILES_DOCUMENT_MB", 25) * MEGABYTE,
    "slides": whole("FILES_DOCUMENT_MB", 25) * MEGABYTE,
    "zip": whole("FILES_ZIP_MB", 50) * MEGABYTE,
    "text": whole("FILES_TEXT_MB", 5) * MEGABYTE,
}
FILES_TEAM_BYTES = whole("FILES_TEAM_MB", 200) * MEGABYTE  # of all files on a team's shelf
FILES_TEAM_FILES = whole("FILES_TEAM_FILES", 30)
CLAMAV_SOCKET = optional("CLAMAV_SOCKET")  # none: files are ready at once

# The only part that asks addresses which users typed, in a process of its own: off unless switched on
LINK_CHECKER = flag("LINK_CHECKER")
LINK_CHECKER_REFUSES = [one.strip() for one in optional("LINK_CHECKER_REFUSES").split(",") if one.strip()]
for network in LINK_CHECKER_REFUSES:
    try:
        ip_network(network)
    except ValueError:
        raise ImproperlyConfigured(
            "LINK_CHECKER_REFUSES must be networks such as 198.18.0.0/15, with commas between them"
        ) from None

# Logs: one JSON object a line, with the request's id, never a person's text
LOG_LEVEL = optional("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "core.logs.RequestFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": "json",
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "celery": {"level": LOG_LEVEL, "propagate": True},
    },
}
