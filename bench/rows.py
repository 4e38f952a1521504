"""Rows made by the database itself, many in one statement. History's triggers and foreign keys are off meanwhile: what
is made here hangs together by how it is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED, Field, Model


@contextmanager
def unwatched() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def made(model: type[Model], source: str, /, **written: str) -> None:
    """A row of `model` for each of `source`. `written`: SQL by column, over `source`; every other column has the
    default that the model gives it."""
    columns: list[str] = []
    values: list[str] = []
    defaults: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.attname in written:
            value = written.pop(field.attname)
        elif field.generated or not _has_default(field):
            continue
        else:
            value = "%s"
            defaults.append(field.get_db_prep_save(_default(field), connection))
        columns.append(f'"{field.column}"')
        values.append(value if value == "%s" else value.replace("%", "%%"))
    if written:
        raise ValueError(f"{model.__name__} has no {', '.join(written)}")
    table = model._meta.db_table
    source = source.replace("%", "%%")
    with connection.cursor() as cursor:
        # Identifiers are the models' own, everything else is written in this folder.
        cursor.execute(f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} {source}', defaults)


def _has_default(field: "Field[Any, Any]") -> bool:
    if field.db_default is not NOT_PROVIDED:
        return False
    return bool(field.has_default() or (not field.null and field.empty_strings_allowed))


def _default(field: "Field[Any, Any]") -> Any:
    return field.get_default() if field.has_default() else ""
