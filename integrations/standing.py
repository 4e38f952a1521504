"""How a connection stands: what came by webhook and by batch, what is missing, what failed; and whether it is proven
that nothing is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Now

from integrations.models import Connection, InboundEvent, SyncRun
from integrations.registry import system_called

State = InboundEvent.State
GOOD, WARN, BAD, BUSY, OFF, PLAIN = "good", "warn", "bad", "busy", "off", "plain"
_BATCH = Q(via=InboundEvent.Via.BATCH)
_LAST_EVENT = Subquery(
    InboundEvent.objects.filter(connection=OuterRef("pk")).order_by("-arrived_at").values("arrived_at")[:1]
)
# A regular look is over in a moment: what it finds is told then.
_SOON = Q(kind=SyncRun.Kind.POLL, state=SyncRun.State.WAITING, created_at__gt=Now() - timedelta(seconds=30))
_RUNS = SyncRun.objects.filter(~_SOON, connection=OuterRef("pk"))
_LAST_RUN = Subquery(_RUNS.order_by("-created_at").values("pk")[:1])
_WORDS = ("new", "changed", "same", "missing", "failed")


@dataclass(frozen=True)
class Glance:
    """missing: what a batch found and webhooks had not brought, not yet filled. waiting: to be handled; dead: given
    up. last: the newest batch. proven_at: when it walked to its end."""

    tone: str
    """good (proven complete), warn, bad, busy, off (paused) or plain."""
    words: str
    missing: int
    waiting: int
    dead: int
    last: SyncRun | None
    event_at: datetime | None

    @property
    def label(self) -> str:
        """In two words or three, where there is no room for the sentence."""
        return "Not working" if self.tone == BAD else self.words.partition(":")[0]

    @property
    def is_complete(self) -> bool:
        return self.tone == GOOD

    @property
    def proven_at(self) -> datetime | None:
        return self.last.done_at if self.last and self.last.state == SyncRun.State.DONE else None


@dataclass(frozen=True)
class Standing(Glance):
    """webhook, batch: events that came so, as far back as they are kept."""

    webhook: int
    batch: int


def standing(connection: Connection) -> Standing:
    """Four queries. Green (`is_complete`) only where the last batch came to its end and left nothing open."""
    glance = glances([connection])[connection.pk]
    counts = InboundEvent.objects.filter(connection=connection).aggregate(
        webhook=Count("pk", filter=~_BATCH), batch=Count("pk", filter=_BATCH)
    )
    return Standing(**{each.name: getattr(glance, each.name) for each in fields(glance)}, **counts)


def glances(connections: Sequence[Connection]) -> dict[UUID, Glance]:
    """How each stands, by its id. Three queries, however many there are and however much came."""
    ids = [connection.pk for connection in connections]
    still = InboundEvent.objects.filter(~Q(state=State.DONE), connection__in=ids)
    counts = still.order_by().values("connection").annotate(
        missing=Count("pk", filter=_BATCH),
        waiting=Count("pk", filter=Q(state=State.WAITING) & ~_BATCH),
        dead=Count("pk", filter=Q(state=State.DEAD)),
    )  # fmt: skip
    found = {row.pop("connection"): row for row in counts}
    newest = Connection._base_manager.filter(pk__in=ids).annotate(event_at=_LAST_EVENT, run=_LAST_RUN)
    rows = {row["pk"]: row for row in newest.values("pk", "event_at", "run")}
    runs = SyncRun.objects.in_bulk([row["run"] for row in rows.values() if row["run"]])
    nothing = {"missing": 0, "waiting": 0, "dead": 0}
    return {
        one.pk: _glance(one, found.get(one.pk, nothing), runs.get(rows[one.pk]["run"]), rows[one.pk]["event_at"])
        for one in connections
    }


def _glance(
    connection: Connection, counts: Mapping[str, int], last: SyncRun | None, event_at: datetime | None
) -> Glance:
    tone, words = _said(connection, counts, last, event_at)
    return Glance(tone=tone, words=words, last=last, event_at=event_at, **counts)


def _said(
    connection: Connection, counts: Mapping[str, int], last: SyncRun | None, event_at: datetime | None
) -> tuple[str, str]:
    """The tone, and one sentence for people: the worst first."""
    if not connection.is_active:
        return OFF, "Paused"
    if connection.failing_since:
        return BAD, connection.failure
    if counts["missing"]:
        return WARN, f"{counts['missing']:,} missing"
    if counts["dead"]:
        return WARN, f"{counts['dead']:,} could not be handled"
    if not system_called(connection.system).has_batch:
        return PLAIN, "Receiving" if event_at else "Nothing came yet"
    return _compared(last)


def _compared(last: SyncRun | None) -> tuple[str, str]:
    if last is None:
        return PLAIN, "Not compared yet"
    if last.state == SyncRun.State.WAITING:
        return BUSY, "Comparing now"
    if last.state == SyncRun.State.DEAD:
        return WARN, f"The last batch stopped: {last.last_error}"
    return GOOD, "Complete"


def lines(run: SyncRun) -> list[str]:
    """A line for each stream of a batch: "contacts: 100 seen of 250, 3 new, 97 same"."""
    return [_line(stream, counts) for stream, counts in run.counts.items()] or ["nothing seen yet"]


def _line(stream: str, counts: Mapping[str, int]) -> str:
    seen = f"{counts.get('seen', 0):,} seen" + (f" of {counts['total']:,}" if counts.get("total") else "")
    rest = [f"{counts[word]:,} {word}" for word in _WORDS if counts.get(word)]
    return f"{stream}: {', '.join([seen, *rest])}"
