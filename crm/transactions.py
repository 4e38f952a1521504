"""What a transaction can do here besides reading and writing rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

from django.db import connection, models, transaction


def advisory_lock(name: str) -> None:
    """Wait for the lock called `name` and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def try_advisory_lock(name: str) -> bool:
    """Take the lock called `name` until the transaction ends; False where somebody else holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(name)])
        return bool(cursor.fetchone()[0])


@contextmanager
def read_only() -> Iterator[None]:
    """A block in which PostgreSQL itself refuses every write. Outside of it, the transaction writes as before."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def insert_once(row: models.Model) -> bool:
    """Insert `row` unless a unique constraint says that it stands already; whether it was inserted. Waits for a
    parallel insert of the same row to commit or to give up."""
    manager = type(row)._base_manager
    manager.bulk_create([row], ignore_conflicts=True)
    return manager.filter(pk=row.pk).exists()


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
