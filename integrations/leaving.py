"""What becomes of a client's connections when it goes.

Moved, they are the target's at once and paused until everything is there: what arrives meanwhile is kept, and handled
then. Erased, they end at once, and what they told goes with the people it told of.
"""

from collections.abc import Iterable

from django.db.models import CharField, F, Q, QuerySet
from django.db.models.functions import Cast

from accounts.actors import Actor
from clients.leaving.contract import AT_ONCE, File, Owned, Part, Work, register
from clients.leaving.models import Leaving
from clients.leaving.writing import as_lines
from clients.models import Client
from crm.immutable import MOVE_CLIENT, switched
from crm.nudge import nudge
from integrations import connecting
from integrations.models import Connection, InboundEvent, Link, Push, SyncRun, Watermark

TOLD = 500
_KEPT = "resumed"


class Connections(Part):
    place = 10

    def owned(self, client: Client) -> list[Owned]:
        return [Owned("connections", Connection.objects.filter(client=client, deleted_at=None).count())]

    def begin(self, leaving: Leaving, actor: Actor) -> None:
        if leaving.fate == Leaving.Fate.ERASE:
            for connection in Connection.objects.filter(client=leaving.client, deleted_at=None):
                connecting.disconnect(actor=actor, connection=connection)
            return
        leaving.kept[_KEPT] = _move(leaving)
        if leaving.target_id:  # what a connection of the workspace sorts to this client goes where its rows go
            rows = Link.objects.filter(workspace=leaving.workspace_id, kind="client", subject_id=leaving.client_id)
            rows.update(subject_id=leaving.target_id)

    def move(self, work: Work) -> int:
        """One that was made in the very moment in which it was decided."""
        found = _move(work.leaving)
        if found:
            work.leaving.kept[_KEPT] = [*work.leaving.kept.get(_KEPT, []), *found]
            work.leaving.save(update_fields=["kept"])
        return len(found)

    def files(self, leaving: Leaving) -> Iterable[File]:
        mine = Connection.objects.filter(client=leaving.client_id)
        if leaving.fate == Leaving.Fate.MOVE:
            mine = Connection.objects.filter(pk__in=leaving.kept.get("moved", []))
        yield File("connections.jsonl", mine.defer("secrets"), as_lines)
        events = InboundEvent.objects.filter(connection__in=mine).defer("body")
        yield File("inbound_events.jsonl", events, as_lines)

    def erase(self, work: Work) -> int:
        mine = Connection.objects.filter(client=work.client_id)
        return _blank_events(work, mine) or _blank_pushes(work, mine) or _blank_settings(mine)

    def end(self, work: Work) -> None:
        """Everything is there: what arrived is handled now."""
        if work.leaving.fate == Leaving.Fate.MOVE:
            rows = Connection.objects.filter(pk__in=work.leaving.kept.get(_KEPT, []), deleted_at=None)
            rows.update(is_active=True, version=F("version") + 1)
            for task in ("handle", "push", "batch"):
                nudge(f"integrations.tasks.{task}")


def _move(leaving: Leaving) -> list[str]:
    """Take them over, paused; returns those that are to be resumed."""
    rows = list(Connection.objects.filter(client=leaving.client_id).values_list("pk", "is_active", "deleted_at"))
    with switched(MOVE_CLIENT):
        Connection.objects.filter(pk__in=[pk for pk, *_ in rows]).update(
            client=leaving.target_id, is_active=False, version=F("version") + 1
        )
    leaving.kept["moved"] = [*leaving.kept.get("moved", []), *(str(pk) for pk, *_ in rows)]
    return [str(pk) for pk, is_active, deleted_at in rows if is_active and deleted_at is None]


def _blank_events(work: Work, mine: QuerySet[Connection]) -> int:
    """That something came stays, and when. What was not handled any more is given up."""
    told = ~Q(payload={}) | ~Q(body=b"") | ~Q(last_error="") | Q(state=InboundEvent.State.WAITING)
    rows = InboundEvent.objects.filter(told, connection__in=mine)
    ids = list(rows.values_list("pk", flat=True)[:TOLD])
    found = InboundEvent.objects.filter(pk__in=ids)
    found.filter(state=InboundEvent.State.WAITING).update(state=InboundEvent.State.DEAD, leased_until=None)
    return work.done(found.update(payload={}, body=b"", outcome="Erased", last_error="", key=Cast("id", CharField())))


def _blank_pushes(work: Work, mine: QuerySet[Connection]) -> int:
    told = ~Q(params={}) | ~Q(outcome="") | ~Q(last_error="") | Q(state=Push.State.WAITING)
    ids = list(Push.objects.filter(told, connection__in=mine).values_list("pk", flat=True)[:TOLD])
    found = Push.objects.filter(pk__in=ids)
    found.filter(state=Push.State.WAITING).update(state=Push.State.DEAD, leased_until=None)
    return work.done(found.update(params={}, outcome="", last_error=""))


def _blank_settings(mine: QuerySet[Connection]) -> int:
    """Links say who is who over there; settings name mailboxes and numbers."""
    Link.objects.filter(connection__in=mine).delete()
    Watermark.objects.filter(connection__in=mine).delete()
    runs = SyncRun.objects.filter(connection__in=mine)
    runs.update(cursor={}, counts={}, watermarks={}, last_error="")
    runs.filter(state=SyncRun.State.WAITING).update(state=SyncRun.State.DEAD, leased_until=None)
    named = mine.exclude(settings={}, failure="", name=F("system"))
    ids = list(named.values_list("pk", flat=True)[:AT_ONCE])
    return Connection.objects.filter(pk__in=ids).update(
        settings={}, failure="", name=F("system"), version=F("version") + 1
    )


register(Connections())
