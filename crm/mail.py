"""How Parley's own mail (not the conversations') leaves: `PARLEY_EMAIL_URL`."""

from typing import Any
from urllib.parse import unquote, urlsplit

from crm import env

SECONDS = 10
PORTS = {"smtp": 587, "smtps": 465}


def mail_settings(name: str) -> dict[str, Any]:
    value = env.url(name, "console://", ["smtp", "smtps", "console"])
    parts = urlsplit(value)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if not parts.hostname:
        raise env.SettingError(f"{name} must name a host: smtp://user:password@mail.example.com:587.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": SECONDS,
    }
