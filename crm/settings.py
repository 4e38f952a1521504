"""Every setting of the project. What an installation decides is an environment variable, read through `crm.env`;
a malformed one stops the start with a sentence that names it."""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext

from crm import env, logging
from crm.database import connection_settings
from crm.mail import mail_settings

# Lets models say `models.Field[str, int]` and views `DetailView[Contact]`: typed for mypy, and runnable.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir(BASE_DIR)

DEBUG = env.flag("PARLEY_DEBUG", default=False)
SECRET_KEY = env.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.words("PARLEY_SECRET_KEY_FALLBACKS")

# What vendors' API keys and mailboxes' passwords are sealed with; the first seals, all open.
CREDENTIALS_KEYS = env.credentials_keys(DATA_DIR)
# Hosts or networks inside this network that connections may go to: 10.0.0.5, 10.0.0.0/8, mail.internal.
PRIVATE_HOSTS = env.words("PARLEY_PRIVATE_HOSTS")

# Where people reach this installation. With https, cookies are secure and browsers are told to stay on it.
PUBLIC_URL = env.public_url(DATA_DIR)
_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"
# This machine's own names are for health probes.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", str(_public.hostname), *env.hosts("PARLEY_ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL, *env.origins("PARLEY_CSRF_TRUSTED_ORIGINS")]
# Behind a proxy that sets X-Forwarded-Proto and X-Forwarded-For itself. Without one, anybody could claim them.
TRUSTED_PROXY = env.flag("PARLEY_TRUSTED_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
SECURE_SSL_REDIRECT = _https
# The container's own health probe speaks plain HTTP to the process.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}

INSTALLED_APPS = [
    "crm",
    "accounts",
    "activity",
    "clients",
    "contacts",
    "inbox",
    "deals",
    "integrations",
    "webhooks",
    "reports",
    "desk",
    "demo",
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
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "crm.requests.RequestId",
    "crm.requests.Utf8",
    "crm.isolation.Isolated",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.compression.CompressedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.SessionsNoted",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.requests.OnlyPressed",
]

ROOT_URLCONF = "crm.urls"
ASGI_APPLICATION = "crm.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    },
]

DATABASES = {"default": connection_settings(DATA_DIR, pool=env.number("PARLEY_DATABASE_POOL", 0, most=500))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# Whether strangers may open workspaces. Unless it is said, only where nobody but this machine can reach the page.
SIGNUP = env.flag("PARLEY_SIGNUP", default=_public.hostname in ("localhost", "127.0.0.1", "::1"))

# --- security: second step, passkeys, sessions, passwords (docs/security.md) ---
ACCOUNT_FORMS = {"reset_password": "accounts.resetting.ResetForm"}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Wrong passwords are counted in accounts/guessing.py. allauth's count of all sign-ins lets those of one network wait in
# line for a lock, and refuses who waited a second: an office in the morning.
ACCOUNT_RATE_LIMITS = {"login": ""}
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
MFA_ADAPTER = "accounts.second_step.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "accounts.second_step.CodeForm",
    "reauthenticate": "accounts.second_step.CodeAgainForm",
    "activate_totp": "accounts.second_step.TurnOnForm",
    "add_webauthn": "accounts.passkey_forms.AddForm",
    "login_webauthn": "accounts.passkey_forms.SignInForm",
    "authenticate_webauthn": "accounts.passkey_forms.SecondStepForm",
    "reauthenticate_webauthn": "accounts.passkey_forms.AgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Parley"
MFA_TOTP_TOLERANCE = 1
# A new address counts only once its mailbox confirmed it, so nobody holds one here that is not theirs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# --- end of security ---

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Beyond this many, entries are thrown out before their time, and with them counts and used codes.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("PARLEY_STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Names carry a digest, so browsers keep the files for ever. Served by WhiteNoise, with DEBUG off too.
    "staticfiles": {"BACKEND": "crm.static.Kept"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiKeyAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    # The rate first, so that what is refused counts too.
    "DEFAULT_PERMISSION_CLASSES": ["accounts.rates.WithinRate", "crm.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["crm.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "crm.api.schema.Schema",
    "EXCEPTION_HANDLER": "crm.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Bytes of a JSON body. Attachments do not come this way.
API_LARGEST_BODY = env.number("PARLEY_API_LARGEST_BODY", 1_000_000)

# --- API documentation: kept by whoever keeps crm/api ---
SPECTACULAR_SETTINGS: dict[str, object] = {
    "TITLE": "Parley",
    "DESCRIPTION": (BASE_DIR / "templates/api/introduction.md").read_text(),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/api/v1/crm"}, {"url": "/mail/v1/crm", "description": "The same, as MisarMail writes it."}],
    "SCHEMA_PATH_PREFIX": "/api/v1/crm",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["crm.api.schema.add_refusals"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
# --- end of API documentation ---

CELERY_BROKER_URL = env.url(
    "CELERY_BROKER_URL", "filesystem://localhost", ["redis", "rediss", "amqp", "amqps", "filesystem", "memory"]
)

DEFAULT_FROM_EMAIL = env.text("PARLEY_FROM_EMAIL", "parley@localhost")
# smtp://user:password@host:587 (STARTTLS), smtps://… (TLS from the start), console: (printed).
vars().update(mail_settings("PARLEY_EMAIL_URL"))

# A live stream ends after about this long: the browser comes again, and is asked anew who it is and what it may see.
# How long a statement of a report may take on a page; then it says so, and offers less.
REPORT_SECONDS = env.number("PARLEY_REPORT_SECONDS", 30, least=1, most=600)
LIVE_SECONDS = env.number("PARLEY_LIVE_SECONDS", 300, least=5, most=3600)

METRICS_TOKEN = env.text("PARLEY_METRICS_TOKEN", "")

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging.configure(
    style=env.choice("PARLEY_LOG_STYLE", "console" if sys.stderr.isatty() else "json", ["json", "console"]),
    level=env.choice("PARLEY_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]),
)
