"""A migrated database that the test databases are copied from: kept until a migration changes."""

import hashlib
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from crm.boot.locks import locked

PREFIX = "parley_template_"


def template() -> str:
    """Its name. Made by the first process that needs it, while the others wait."""
    name = PREFIX + digest()
    with locked(Path(settings.DATA_DIR) / "template.lock"):
        if name not in present():
            for outdated in present():
                execute(f'DROP DATABASE "{outdated}"')
            make(name)
    connection.close()
    return name


def fresh_database(name: str) -> str:
    """A migrated one of this name, empty."""
    made = template()
    dropped(name)
    execute(f'CREATE DATABASE "{name}" TEMPLATE "{made}"')
    return name


def dropped(name: str) -> None:
    execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def database_url(name: str) -> str:
    """Of the database of this name, for another process: its DATABASE_URL."""
    found = connection.settings_dict
    place = {"host": found["HOST"], "user": found["USER"], "port": found["PORT"], "password": found["PASSWORD"]}
    return f"postgresql:///{name}?{urlencode({key: value for key, value in place.items() if value})}"


def digest() -> str:
    """Of the migrations, and of what they import from the kernel."""
    base = Path(settings.BASE_DIR)
    sources = sorted([*base.glob("*/migrations/*.py"), *base.glob("crm/*.py")])
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def present() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        return [name for (name,) in cursor.fetchall()]


def make(name: str) -> None:
    """Under a name of its own until it is whole."""
    unfinished = f"{name}_unfinished"
    execute(f'CREATE DATABASE "{unfinished}"')
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = unfinished
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
    execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
