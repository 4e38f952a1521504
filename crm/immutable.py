"""Append-only tables, kept so by triggers. Two switches open them, each used by one named action and for one
transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection, transaction

SWITCH = "parley.switch"
ERASE = "erase"
DELETE_WORKSPACE = "delete_workspace"
RENUMBER = "renumber"


@contextmanager
def switched(switch: str) -> Iterator[None]:
    """Run a block in a transaction in which the triggers let `switch` through. It is off again afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SWITCH, switch])
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [SWITCH])


def append_only(*, erasable: tuple[str, ...] = (), renumbered: tuple[str, ...] = ()) -> list[pgtrigger.Trigger]:
    """Triggers for a table whose rows are never updated nor deleted.

    erasable: columns that the erasure of a person may blank; every other column stays as it is even then.
    renumbered: columns that say where a row stands in this very database cluster, and are set anew in another.
    """
    triggers = [
        pgtrigger.Trigger(
            name="never_deleted",
            operation=pgtrigger.Delete,
            when=pgtrigger.Before,
            func=_refuse_unless(f"current_setting('{SWITCH}', true) = '{DELETE_WORKSPACE}'", "deleted", "OLD"),
        ),
        pgtrigger.Trigger(
            name="never_truncated",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func=_refuse_unless("current_setting('parley.truncate', true) = 'on'", "truncated", "NULL"),
        ),
    ]
    opened = {ERASE: erasable, RENUMBER: renumbered}
    allowed = " OR ".join(_only(switch, columns) for switch, columns in opened.items() if columns) or "false"
    return [
        *triggers,
        pgtrigger.Trigger(
            name="never_updated",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            func=_refuse_unless(allowed, "changed", "NEW"),
        ),
    ]


def _only(switch: str, columns: tuple[str, ...]) -> str:
    """The condition that `switch` is on and nothing but `columns` differs."""
    kept = ", ".join(f"'{column}'" for column in columns)
    return (
        f"current_setting('{SWITCH}', true) = '{switch}' "
        f"AND to_jsonb(NEW) - ARRAY[{kept}] = to_jsonb(OLD) - ARRAY[{kept}]"
    )


def _refuse_unless(condition: str, verb: str, result: str) -> str:
    return (
        f"IF {condition} THEN RETURN {result}; END IF; "
        f"RAISE EXCEPTION 'rows of % are never {verb}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
    )
