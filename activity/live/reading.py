"""The log and its notifications, read on one asynchronous connection beside Django's own."""

from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connection as django_connection

from activity import log
from activity.live import announcing
from activity.live.notices import Notice, notices, readable
from activity.log import Position
from activity.models import EventQuerySet

# The trigger of `Event` notifies here, with its transaction's number.
EVENTS = "parley_events"
NAME = "parley live"
CONNECT_SECONDS = 5
# What of Django's parameters only its own connections understand.
DJANGOS = ("cursor_factory", "context")

Connection = psycopg.AsyncConnection[Any]


async def connect() -> Connection:
    """To Django's database, listening already."""
    params = {"connect_timeout": CONNECT_SECONDS, **django_connection.get_connection_params()}
    chosen = {name: value for name, value in params.items() if name not in DJANGOS}
    connection: Connection = await psycopg.AsyncConnection.connect(
        **chosen | {"application_name": NAME, "autocommit": True}
    )
    for channel in (EVENTS, announcing.CHANNEL):
        await connection.execute(f"LISTEN {channel}")
    return connection


def came_along(connection: Connection) -> Iterator[tuple[str, str]]:
    """What was notified and read together with a query's answer: nothing more arrives that would wake us for it."""
    while notify := connection.pgconn.notifies():
        yield notify.relname.decode(), notify.extra.decode()


async def now(connection: Connection) -> Position:
    """As `log.now`."""
    row = await (await connection.execute(f"SELECT {log.OLDEST_RUNNING}::text")).fetchone()
    return Position(int(row[0]), 0) if row else log.START


async def after(connection: Connection, position: Position, events: EventQuerySet, most: int) -> list[Notice]:
    """As `log.after`, by the very same query."""
    sql, params = readable(log.after(position, events))[:most].query.sql_with_params()
    return notices(await (await connection.execute(sql, params)).fetchall())
