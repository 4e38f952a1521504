"""Batches: walking what an outside system lists, and filling what its webhooks should have brought."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from activity.work import first_failure, run_outside
from crm.errors import Conflict
from crm.nudge import nudge
from crm.text import storable
from crm.transactions import insert_once
from integrations import processing
from integrations.base import Connected, Failed, Item, Page, Tally
from integrations.doors import KEY, TYPE, keepable
from integrations.health import recovered
from integrations.loose import of_our_time
from integrations.models import Connection, InboundEvent, SyncRun, Watermark
from integrations.registry import system_called

FILL = 20
State = SyncRun.State
_OPEN = Q(connection__is_active=True, connection__deleted_at=None)


@transaction.atomic
def start(*, actor: Actor, connection: Connection, full: bool = False, kind: str = SyncRun.Kind.MANUAL) -> SyncRun:
    """Begin a batch; a worker takes it up after the commit. Raises Conflict where one is at work, or the system has
    none. full: everything, not only what is newer than the last one saw."""
    actor.must_administer()
    if not system_called(connection.system).has_batch:
        raise Conflict(f"{system_called(connection.system).title} has no batch: it calls us.", code="no_batch")
    run = SyncRun(
        workspace_id=connection.workspace_id, connection=connection, kind=kind, is_full=full, due_at=timezone.now()
    )
    if not insert_once(run):
        raise Conflict("A batch of this connection is at work already.", code="still_running")
    nudge("integrations.tasks.batch")
    return run


def work_off(*, most: int = 50) -> int:
    """Do up to `most` steps of waiting batches, in turn, and return how many were tried."""
    return run_outside(SyncRun, _step, most=most, only=_OPEN)


def finish(run: SyncRun) -> SyncRun:
    """Do what is left of a batch, here and now, while it goes on; and return it as it is then."""
    while run.state == State.WAITING and step(run):
        run.refresh_from_db()
    return run


def step(run: SyncRun) -> bool:
    """Do the batch's next step here and now; False where it is not due, or somebody else is at it."""
    return bool(run_outside(SyncRun, _step, most=1, only=Q(pk=run.pk)))


def _step(run: SyncRun) -> Callable[[], bool]:
    """Fetch the next page and return what takes it in; or, once all were, what fills the gaps. True while there is
    more."""
    connection = Connection.objects.select_related("workspace", "client").get(pk=run.connection_id)
    if run.is_walked:
        return _fill(run, connection)
    connected, system = Connected(connection), system_called(connection.system)
    page = system.fetch(connected, run, run.cursor)
    return lambda: _take(run, connection, page, system.take(connected, run, page))


def _take(run: SyncRun, connection: Connection, page: Page, tally: Tally) -> bool:
    counted = run.counts.setdefault(page.stream, {})
    for name, count in (*asdict(tally).items(), ("seen", len(page.items))):
        counted[name] = counted.get(name, 0) + count
    if page.total is not None:
        counted["total"] = page.total
    if page.watermark is not None:
        run.watermarks[page.stream] = page.watermark
    run.cursor, run.is_walked = page.cursor or {}, page.cursor is None
    run.save(update_fields=["counts", "watermarks", "cursor", "is_walked"])
    return True


def hold_missing(run: SyncRun, items: Sequence[Item]) -> int:
    """Keep what the batch found and nobody had told us; the run handles it, oldest first, when all pages are walked.
    Returns how many were not known from before."""
    keys = {storable(item.key, KEY) for item in items}
    known = set(
        InboundEvent.objects.filter(connection=run.connection_id, key__in=keys).values_list("key", flat=True)
    )  # fmt: skip
    rows = [_held(run, item) for item in items if storable(item.key, KEY) not in known]
    InboundEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _held(run: SyncRun, item: Item) -> InboundEvent:
    return InboundEvent(
        workspace_id=run.workspace_id, connection_id=run.connection_id, run=run, is_held=True,
        via=InboundEvent.Via.BATCH, key=storable(item.key, KEY), type=storable(item.type, TYPE),
        payload=keepable(item.payload), occurred_at=of_our_time(item.occurred_at), due_at=timezone.now(),
    )  # fmt: skip


def _fill(run: SyncRun, connection: Connection) -> Callable[[], bool]:
    """Handle the oldest of what is held, in the outside system's order. What fails is tried again by itself, and holds
    up nobody."""
    held = InboundEvent.objects.filter(run=run, is_held=True).order_by("occurred_at", "id")[:FILL]
    works = [(event, _prepared(event)) for event in held]

    def effect() -> bool:
        for event, work in works:
            _fill_one(event, work)
        if len(works) < FILL:
            _keep_watermarks(run)
            recovered(connection)
        return len(works) == FILL

    return effect


def _prepared(event: InboundEvent) -> Callable[[], None]:
    """What handles the event; where it cannot even be prepared, what raises why."""
    try:
        return processing.act(event)
    except Exception as error:  # noqa: BLE001 - it belongs in the row of its event
        return partial(_raise, error)


def _raise(error: Exception) -> None:
    raise error


def _fill_one(event: InboundEvent, work: Callable[[], None]) -> None:
    fate = {"state": State.DONE, "done_at": timezone.now(), "last_error": ""}
    try:
        with transaction.atomic():
            work()
    except Failed as failure:
        fate = {"state": State.DEAD, "last_error": storable(str(failure), 2000)}
    except Exception as error:  # noqa: BLE001 - it belongs in its row: the others must come in
        fate = first_failure(error)
    InboundEvent.objects.filter(pk=event.pk).update(**fate, is_held=False)


def _keep_watermarks(run: SyncRun) -> None:
    for stream, value in run.watermarks.items():
        Watermark.objects.update_or_create(
            connection_id=run.connection_id, stream=stream, defaults={"value": value, "workspace_id": run.workspace_id}
        )


def watermark(run: SyncRun, stream: str) -> dict[str, object]:
    """Where the batches of `stream` have come to; empty where none was, or where this one is to see everything."""
    if run.is_full:
        return {}
    row = Watermark.objects.filter(connection=run.connection_id, stream=stream).first()
    return row.value if row else {}


@transaction.atomic
def stop(*, actor: Actor, run: SyncRun) -> None:
    """No further page is fetched. What it held is let go of, for the workers to handle."""
    actor.must_administer()
    if SyncRun.objects.filter(pk=run.pk, state=State.WAITING).update(
        state=State.DEAD, last_error="Stopped by hand.", leased_until=None
    ):
        InboundEvent.objects.filter(run=run, is_held=True).update(is_held=False)
        nudge("integrations.tasks.handle")
