"""System checks: what can be seen to be wrong before anybody is served."""

import difflib
import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from crm import env

OLDEST_POSTGRESQL = (15,)


@register()
def settings_are_known(**_: Any) -> list[CheckMessage]:
    """A misspelt variable would be ignored in silence."""
    strangers = sorted(name for name in os.environ if name.startswith("PARLEY_") and name not in env.known)
    return [Warning(f"{name} is not a setting of Parley.", hint=_nearest(name), id="parley.W001") for name in strangers]


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, env.known, n=1)
    return f"Did you mean {near[0]}?" if near else "CONTRIBUTING.md lists them all."


@register(Tags.security, deploy=True)
def public_url_is_https(**_: Any) -> list[CheckMessage]:
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [
        Error(
            "People would sign in over an unencrypted connection.",
            hint="Set PARLEY_PUBLIC_URL to the https address of this installation.",
            id="parley.E001",
        )
    ]


@register(Tags.security, deploy=True)
def key_is_chosen(**_: Any) -> list[CheckMessage]:
    """Each machine would make its own, and refuse the sessions and stored credentials of the others."""
    if os.environ.get("PARLEY_SECRET_KEY"):
        return []
    return [
        Error(
            "The secret key is the one that this data folder made for itself.",
            hint="Set PARLEY_SECRET_KEY to a long random text, the same on every machine.",
            id="parley.E002",
        )
    ]


@register(Tags.security, deploy=True)
def credentials_key_is_chosen(**_: Any) -> list[CheckMessage]:
    """It must outlive the data folder, and be the same on each machine: what it sealed, nothing else opens."""
    if os.environ.get("PARLEY_CREDENTIALS_KEYS"):
        return []
    return [
        Error(
            "The credentials of connected systems are sealed with a key that only this data folder has.",
            hint="Set PARLEY_CREDENTIALS_KEYS to a Fernet key, the same on every machine, and keep a copy of it.",
            id="parley.E006",
        )
    ]


@register(Tags.security, deploy=True)
def hosts_are_named(**_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "Any host name is accepted, so links in mails can be forged.",
            hint="List the names in PARLEY_ALLOWED_HOSTS.",
            id="parley.E003",
        )
    ]


@register(Tags.security, deploy=True)
def mail_is_sent(**_: Any) -> list[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return []
    return [
        Error(
            "Parley's own mail (a forgotten password) would only be printed.",
            hint="Set PARLEY_EMAIL_URL, for example smtp://user:password@mail.example.com:587.",
            id="parley.E005",
        )
    ]


@register(Tags.database)
def postgresql_is_new_enough(*, databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    if not databases or connection.get_database_version() >= OLDEST_POSTGRESQL:
        return []
    return [
        Error(
            "Parley needs PostgreSQL 15 or newer.",
            hint="Let DATABASE_URL name a newer server.",
            id="parley.E004",
        )
    ]
