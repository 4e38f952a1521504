"""The page of one client: what stands there in numbers, and what belongs to it.

Nothing is counted further than `MOST_COUNTED`, so that a client of a million contacts costs no more than one of a
hundred thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count, QuerySet

from accounts.actors import Actor
from accounts.models import ApiKey, Membership
from clients.access import people_of
from clients.models import Campaign, Client
from contacts.models import Contact, Suppression
from crm.pages.keyset import stretch
from deals import board
from deals.models import Deal
from inbox.models import Conversation, FollowUp
from inbox.queries import SPLITS

MOST_COUNTED = 99_999
CAMPAIGNS = 20
CONNECTIONS = 50
PEOPLE = 24


@dataclass(frozen=True)
class Figure:
    """One number, what it counts and where to read on. key: of the split, say, that it counts."""

    name: str
    count: int
    key: str = ""

    @property
    def counted(self) -> str:
        return f"{MOST_COUNTED:,}+" if self.count > MOST_COUNTED else f"{self.count:,}"


@dataclass(frozen=True)
class Campaigns:
    """Some of the client's campaigns, newest first, each with `talks`: how many conversations came from it."""

    rows: Sequence[Campaign]
    more: str
    archived: int


def counted(name: str, rows: "QuerySet[Any]", key: str = "") -> Figure:
    return Figure(name, rows.order_by()[: MOST_COUNTED + 1].count(), key)


def conversations(looking: Actor) -> list[Figure]:
    """By whose turn it is and by status, as the inbox splits them. A query for each."""
    rows = Conversation.objects.visible_to(looking)
    return [counted(title, rows.filter(split), key) for key, (title, split) in SPLITS.items() if key != "all"]


def contacts(looking: Actor) -> Figure:
    return counted("Contacts", Contact.objects.visible_to(looking))


def stages(looking: Actor) -> list[board.Column]:
    """The columns of the client's board, without their cards."""
    return board.heads(looking, Deal.objects.visible_to(looking))


def overdue(looking: Actor, now: datetime) -> Figure:
    rows = FollowUp.objects.visible_to(looking).filter(done_at=None, due_at__lt=now)
    return counted("Follow-ups due", rows)


def suppressed(looking: Actor) -> Figure:
    return counted("Suppressed addresses", Suppression.objects.visible_to(looking))


def keys(looking: Actor) -> int:
    """API keys that are bound to the client and let a program in."""
    return ApiKey.objects.visible_to(looking).open().count()


def connections(looking: Actor) -> list[Any]:
    """What is connected for the client, what fails first."""
    # By its name: this room and that of connections know nothing of each other.
    rows = apps.get_model("integrations", "Connection").objects.visible_to(looking).defer("secrets")
    return list(rows.order_by("failing_since", "name", "pk")[:CONNECTIONS])


def people(actor: Actor, client: Client) -> list[Membership]:
    return list(people_of(actor, client)[:PEOPLE])


def campaigns(looking: Actor, mark: str = "", *, archived: bool = False) -> Campaigns:
    """Those that are not archived, or those that are. Three queries."""
    rows = Campaign.objects.visible_to(looking)
    away = rows.filter(status=Campaign.Status.ARCHIVED)
    wanted = away if archived else rows.exclude(status=Campaign.Status.ARCHIVED)
    found = stretch(wanted, by="created_at", mark=mark, length=CAMPAIGNS)
    talks = _talks(looking, [one.pk for one in found.rows])
    for one in found.rows:
        one.talks = talks.get(one.pk, 0)
    return Campaigns(found.rows, found.more, away.count())


def _talks(looking: Actor, campaigns: Sequence[UUID]) -> dict[UUID, int]:
    rows = Conversation.objects.visible_to(looking).filter(campaign__in=campaigns).order_by()
    return dict(rows.values_list("campaign").annotate(n=Count("pk")))
