"""Which PostgreSQL this installation talks to: the one `DATABASE_URL` names, else an embedded one of its own."""

from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from crm import env
from crm.boot import postgres

# What `conninfo` may name beside the address goes to the driver untouched (sslmode, connect_timeout, options, …).
ADDRESS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
CONNECT_SECONDS = 5
# How long a request waits for a connection of a pool that is all in use.
POOL_SECONDS = 10
KEPT_SECONDS = 60


def connection_settings(data: Path, *, durable: bool = True, pool: int = 0) -> dict[str, Any]:
    """Django's settings of the one database, with a pool of at most `pool` connections (0: none, each thread keeps its
    own). Nothing is started or connected here."""
    url = env.text("DATABASE_URL", "")
    chosen = _named(url) if url else _embedded(data, durable=durable)
    chosen["CONN_HEALTH_CHECKS"] = True
    if pool:
        chosen["OPTIONS"]["pool"] = {"min_size": min(2, pool), "max_size": pool, "timeout": POOL_SECONDS}
    else:
        chosen["CONN_MAX_AGE"] = KEPT_SECONDS
    return chosen


def _named(url: str) -> dict[str, Any]:
    try:
        info = conninfo_to_dict(url)
    except ProgrammingError:
        info = {}
    if not info.get("dbname") or not str(info.get("port", "5432")).isdecimal():
        # The text itself is not repeated: it holds a password.
        raise env.SettingError("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    options = {name: value for name, value in info.items() if name not in ADDRESS}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{setting: str(info.get(part) or "") for part, setting in ADDRESS.items()},
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **options},
    }


def _embedded(data: Path, *, durable: bool) -> dict[str, Any]:
    return {
        "ENGINE": "crm.embedded",
        "NAME": "postgres",
        "USER": "postgres",
        "HOST": str(postgres.socket_folder(data)),
        "OPTIONS": {},
        "EMBEDDED": {"DATA": str(data), "DURABLE": durable},
    }
