"""Carrying on after a dump was restored into another database cluster.

There the transaction numbers start low again. Events that were brought along bear higher ones than any to come, so
readers would wait for the clock to catch up, and new events would sort before old ones. They are all put at the log's
beginning, in the order of their sequence, and the cursors with them.
"""

from django.db import connection, transaction

from activity.log import Position
from activity.models import Consumer, Event
from crm.immutable import RENUMBER, switched
from crm.transactions import advisory_lock


def carry_on() -> bool:
    """Mend the log where it comes from another cluster; whether it did. Costs one look at the end of an index.

    Called outside of a transaction: one that has written events itself would take them for foreign ones.
    """
    if not _is_from_elsewhere():
        return False
    with transaction.atomic(), switched(RENUMBER):
        advisory_lock("activity.restoring")
        if not _is_from_elsewhere():  # another process was first
            return False
        for cursor in Consumer.objects.select_for_update():
            _keep_place(cursor)
        Event.objects.update(transaction=0)
    return True


def here(position: Position) -> Position:
    """The place in this cluster's log that `position`, perhaps handed out before the move, stands for."""
    return position if position.transaction < _next_transaction() else Position(0, position.sequence)


def _is_from_elsewhere() -> bool:
    newest = Event.objects.order_by("-transaction", "-sequence").values_list("transaction", flat=True).first()
    return newest is not None and newest >= _next_transaction()


def _next_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _keep_place(cursor: Consumer) -> None:
    """Before the first event that was not read yet. What stands behind it and was read is handled once all the same."""
    unread = Event.objects.filter(transaction__gt=cursor.transaction) | Event.objects.filter(
        transaction=cursor.transaction, sequence__gt=cursor.sequence
    )
    first = unread.order_by("sequence").values_list("sequence", flat=True).first()
    last = Event.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    cursor.transaction, cursor.sequence = 0, (first - 1 if first else last)
    cursor.save(update_fields=["transaction", "sequence"])
