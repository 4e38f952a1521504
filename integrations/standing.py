"""How a connection stands: what came by webhook and by batch, what is missing, what failed; and whether it is proven
that nothing is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from integrations.models import Connection, InboundEvent, SyncRun
from integrations.registry import system_called

State = InboundEvent.State
_WORDS = ("new", "changed", "same", "missing", "failed")


@dataclass(frozen=True)
class Standing:
    """webhook, batch: events that came so. missing: what a batch found and webhooks had not brought, not yet filled.
    waiting: to be handled; dead: given up. proven_at: when a batch last walked to its end."""

    webhook: int
    batch: int
    missing: int
    waiting: int
    dead: int
    proven_at: datetime | None
    is_complete: bool
    words: str


def standing(connection: Connection) -> Standing:
    """Two queries. Green (`is_complete`) only where the last batch came to its end and left nothing open."""
    rows = InboundEvent.objects.filter(connection=connection)
    batch, open_ = Q(via=InboundEvent.Via.BATCH), ~Q(state=State.DONE)
    counts = rows.aggregate(
        webhook=Count("pk", filter=~batch),
        batch=Count("pk", filter=batch),
        missing=Count("pk", filter=batch & open_),
        waiting=Count("pk", filter=Q(state=State.WAITING) & ~batch),
        dead=Count("pk", filter=Q(state=State.DEAD)),
    )
    last = SyncRun.objects.filter(connection=connection).order_by("-created_at").first()
    proven_at = last.done_at if last and last.state == SyncRun.State.DONE else None
    complete = bool(proven_at) and not counts["missing"] and not counts["dead"] and not connection.failing_since
    return Standing(**counts, proven_at=proven_at, is_complete=complete, words=_words(connection, counts, last))


def _words(connection: Connection, counts: Mapping[str, int], last: SyncRun | None) -> str:
    """One sentence for people."""
    if connection.failing_since:
        return connection.failure
    if counts["missing"]:
        return f"{counts['missing']:,} missing"
    if counts["dead"]:
        return f"{counts['dead']:,} could not be handled"
    if not system_called(connection.system).has_batch:
        return "Receiving" if counts["webhook"] else "Nothing came yet"
    if last is None:
        return "Not compared yet"
    return "Complete" if last.state == SyncRun.State.DONE else _at_work(last)


def _at_work(run: SyncRun) -> str:
    return "Comparing now" if run.state == SyncRun.State.WAITING else f"The last batch stopped: {run.last_error}"


def lines(run: SyncRun) -> list[str]:
    """A line for each stream of a batch: "contacts: 100 seen of 250, 3 new, 97 same"."""
    return [_line(stream, counts) for stream, counts in run.counts.items()] or ["nothing seen yet"]


def _line(stream: str, counts: Mapping[str, int]) -> str:
    seen = f"{counts.get('seen', 0):,} seen" + (f" of {counts['total']:,}" if counts.get("total") else "")
    rest = [f"{counts[word]:,} {word}" for word in _WORDS if counts.get(word)]
    return f"{stream}: {', '.join([seen, *rest])}"
