"""The list of clients with what is going on at each: the same questions for one client as for a thousand."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.actors import Actor
from clients.access import people_counted
from clients.models import Client
from deals.board import Sums, Total
from deals.models import Deal
from desk.clients.orders import ACTIVE_AT, Order, ordered
from inbox.models import Conversation

LIST = 50


@dataclass(frozen=True)
class Line:
    """open: conversations that are not closed nor snoozed; ours: those of them that wait for us. people: who sees the
    client."""

    client: Client
    open: int = 0
    ours: int = 0
    deals: Sums = field(default_factory=Sums)
    people: int = 0

    @property
    def active_at(self) -> datetime:
        found: datetime = self.client.active_at  # type: ignore[attr-defined]
        return found


def named(actor: Actor, text: str) -> "QuerySet[Client]":
    """The clients that the actor sees, whose name or domain has each of these words."""
    rows: QuerySet[Client] = Client.objects.visible_to(actor)
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(domain__icontains=word))
    return rows


def lines(actor: Actor, rows: "QuerySet[Client]", order: Order, mark: str = "") -> tuple[list[Line], str]:
    """Some of the clients, each with its numbers, and the mark to go on from. Five queries."""
    found = ordered(rows.annotate(active_at=ACTIVE_AT), order, mark=mark, length=LIST)
    ids = [client.pk for client in found.rows]
    talks, deals, people = _talks(actor, ids), open_deals(actor, ids), people_counted(actor, ids)
    shown = [
        Line(client, *talks.get(client.pk, (0, 0)), deals.get(client.pk, Sums()), people[client.pk])
        for client in found.rows
    ]
    return shown, found.more


def open_deals(actor: Actor, clients: Sequence[UUID]) -> dict[UUID, Sums]:
    """Count and sums of each client's open deals, for each currency, as the board adds them up."""
    rows = Deal.objects.visible_to(actor).open().filter(client__in=clients).order_by()
    grouped = rows.values("client", "currency").annotate(
        deals=Count("pk"), value_sum=Sum("value"), weighted=Sum(F("value") * F("stage__probability")) / 100
    )
    by_client: dict[UUID, list[Any]] = defaultdict(list)
    for row in grouped.order_by("currency"):
        by_client[row["client"]].append(row)
    own = actor.workspace.currency
    return {pk: _added(group, own) for pk, group in by_client.items()}


def _added(group: Sequence[Any], own: str) -> Sums:
    """The workspace's own currency first."""
    totals = [Total(row["currency"], int(row["value_sum"]), int(row["weighted"])) for row in group]
    totals.sort(key=lambda total: (total.currency != own, total.currency))
    return Sums(sum(row["deals"] for row in group), totals)


def _talks(actor: Actor, clients: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    rows = Conversation.objects.visible_to(actor).filter(client__in=clients, status=Conversation.Status.ACTIVE)
    counted = rows.order_by().values("client").annotate(
        open=Count("pk"), ours=Count("pk", filter=Q(turn=Conversation.Turn.OURS))
    )  # fmt: skip
    return {row["client"]: (row["open"], row["ours"]) for row in counted}
