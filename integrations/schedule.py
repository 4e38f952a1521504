"""When batches begin by themselves, and how long what is done is kept."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from crm.errors import Conflict
from integrations import batches
from integrations.base import Connected
from integrations.models import Connection, InboundEvent, Push, SyncRun
from integrations.registry import system_called, systems

NIGHT = 2  # o'clock, where the workspace is: when its people sleep
KEPT = timedelta(days=60)
LOOKS_KEPT = timedelta(days=2)
AT_ONCE = 5_000
Kind = SyncRun.Kind


def begin_due() -> int:
    """Start the nightly batches and regular looks whose time has come, and return how many."""
    names = [key for key, system in systems().items() if system.has_batch]
    rows = Connection.objects.filter(system__in=names, is_active=True, deleted_at=None, client__deleted_at=None)
    return sum(_begin(connection) for connection in rows.select_related("workspace", "client").iterator())


def _begin(connection: Connection) -> bool:
    kind = _due(connection)
    if kind is None:
        return False
    try:
        batches.start(actor=Connected(connection).actor, connection=connection, kind=kind)
    except Conflict:  # one is at work: it does the same
        return False
    return True


def _due(connection: Connection) -> str | None:
    now = timezone.now()
    polls_every = system_called(connection.system).polls_every
    runs = SyncRun.objects.filter(connection=connection)
    if polls_every:
        recent = runs.filter(created_at__gt=now - timedelta(seconds=polls_every)).exists()
        return None if recent else Kind.POLL
    here = now.astimezone(ZoneInfo(connection.workspace.time_zone))
    night = here.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    if here < night or runs.filter(kind=Kind.NIGHTLY, created_at__gte=night).exists():
        return None
    return Kind.NIGHTLY if connection.created_at < night else None


def forget_old() -> int:
    """Drop what was done long ago, and return how many rows went. What failed stays until somebody looks."""
    before = timezone.now() - KEPT
    gone = 0
    for model in (InboundEvent, Push):
        old = model.objects.filter(state=model.State.DONE, done_at__lt=before).values("pk")[:AT_ONCE]
        gone += model.objects.filter(pk__in=old).delete()[0]
    looks = SyncRun.objects.filter(kind=Kind.POLL, created_at__lt=timezone.now() - LOOKS_KEPT)
    return gone + looks.exclude(state=SyncRun.State.WAITING).delete()[0]
