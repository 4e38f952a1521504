"""What must be there before pages are served: an up-to-date database, the static files, the demo workspace."""

import hashlib
import os
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from crm.boot import StartError
from crm.checks import OLDEST_POSTGRESQL

DEMO = "demo"


def prepare(*, demo: bool) -> None:
    """Does what is missing and nothing else, so that a second start is fast. Leaves no connection open."""
    django.setup()
    try:
        connect()
        migrate()
        collect_static()
        if demo and wants_demo():
            print("Loading the demo workspace …", flush=True)
            call_command("load_demo", verbosity=0)
    finally:
        connection.close()


def connect() -> None:
    """One sentence instead of a traceback for the database that is not there."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0].removeprefix("connection failed: ")
        raise StartError(
            f"The database does not answer ({reason}): start it, correct DATABASE_URL, "
            "or leave DATABASE_URL out and Parley brings its own."
        ) from None
    if connection.get_database_version() < OLDEST_POSTGRESQL:
        raise StartError("Parley needs PostgreSQL 15 or newer: let DATABASE_URL name a newer server.")


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Preparing the database …", flush=True)
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def collect_static() -> None:
    """Collected anew only when a file was added, changed or removed: compressing them takes seconds."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    present = _fingerprint()
    if not stamp.exists() or stamp.read_text() != present:
        print("Collecting the static files …", flush=True)
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(present)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = storage.path(name)
            status = os.stat(path)  # noqa: PTH116  # some thousand files at every start
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def wants_demo() -> bool:
    """On first start, or when that one was cut short: never beside workspaces that people have made."""
    if "load_demo" not in get_commands() or (Path(settings.DATA_DIR) / "demo.json").exists():
        return False
    workspaces = apps.get_model("accounts", "Workspace").objects
    return not workspaces.exclude(slug=DEMO).exists()
