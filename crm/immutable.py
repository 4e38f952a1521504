"""Append-only tables, kept so by triggers. A few switches open them, each for one thing, used by one named action and
for one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection, transaction

SWITCH = "parley.switch"
ERASE = "erase"
DELETE_WORKSPACE = "delete_workspace"
RENUMBER = "renumber"
MOVE_CLIENT = "move_client"


@contextmanager
def switched(switch: str) -> Iterator[None]:
    """Run a block in a transaction in which the triggers let `switch` through. It is off again afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SWITCH, switch])
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [SWITCH])


# What a column without words looks like: text, lists, objects, bytes, and what PostgreSQL computes after the trigger.
_BLANK = ('""', "[]", "{}", r'"\\x"', "null")


def append_only(
    *,
    erasable: tuple[str, ...] = (),
    worded: tuple[str, ...] = (),
    stamped: tuple[str, ...] = (),
    renumbered: tuple[str, ...] = (),
    moved: tuple[str, ...] = (),
) -> list[pgtrigger.Trigger]:
    """Triggers for a table whose rows are never updated nor deleted.

    erasable: columns that the erasure of a person may blank, and only blank; every other one stays as it is even then.
    worded: JSON objects of which it may blank single values.
    stamped: columns that say when that was.
    renumbered: columns that say where a row stands in this very database cluster, and are set anew in another.
    moved: columns that say whose a row is, and follow when a client's rows go to another side of the wall.
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
    openings = []
    if erasable or worded:
        blanked = " AND ".join([*([_blanked(erasable)] if erasable else []), *map(_blanked_within, worded)])
        openings.append(f"{_only(ERASE, erasable + worded + stamped)} AND {blanked}")
    if renumbered:
        openings.append(_only(RENUMBER, renumbered))
    if moved:
        openings.append(_only(MOVE_CLIENT, moved))
    allowed = " OR ".join(openings) or "false"
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


def _blanked(columns: tuple[str, ...]) -> str:
    """The condition that each of `columns` is as it was, or blank now."""
    names = ", ".join(f"'{column}'" for column in columns)
    blank = ", ".join(f"'{value}'::jsonb" for value in _BLANK)
    each = f"to_jsonb(NEW) -> name IN ({blank}, to_jsonb(OLD) -> name)"
    return f"(SELECT bool_and({each}) FROM unnest(ARRAY[{names}]) AS name)"  # noqa: S608  (columns of our own)


def _blanked_within(column: str) -> str:
    """The condition that each value of the JSON object in `column` is as it was, or the empty text now."""
    kept = f"""CASE WHEN NEW.{column} -> key = '""' THEN '""' ELSE value END"""
    return f"NEW.{column} = (SELECT coalesce(jsonb_object_agg(key, {kept}), '{{}}') FROM jsonb_each(OLD.{column}))"  # noqa: S608


def _refuse_unless(condition: str, verb: str, result: str) -> str:
    return (
        f"IF {condition} THEN RETURN {result}; END IF; "
        f"RAISE EXCEPTION 'rows of % are never {verb}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
    )
