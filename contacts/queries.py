"""What the contact pages show."""

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.models import Membership, Role
from activity.log import timeline
from activity.models import Event
from activity.types import EventType
from contacts.models import Contact, Identity, Segment
from contacts.order import FIRST, Order, ordered
from crm.pages.keyset import Stretch

LIST = 50
CHOICES = 8
TIMELINE = 40
RECENT = 20

Rows: TypeAlias = "QuerySet[Contact]"


@dataclass(frozen=True)
class Around:
    """What hangs on a contact, in the rooms above this one."""

    conversations: list[Any]
    deals: list[Any]
    follow_ups: list[Any]

    def ids(self) -> set[UUID]:
        return {row.pk for row in (*self.conversations, *self.deals, *self.follow_ups)}


def contacts(rows: Rows, mark: str = "", order: Order = FIRST) -> Stretch[Contact]:
    """Newest activity first, unless told otherwise."""
    return ordered(_as_listed(rows), order, mark=mark, length=LIST)


def choices(rows: Rows) -> list[Contact]:
    """Those that a form offers."""
    return list(_as_listed(rows).order_by("-last_activity_at", "-pk")[:CHOICES])


def contact(actor: Actor) -> Rows:
    return _as_listed(Contact.objects.visible_to(actor))


def identities(contact: Contact) -> list[Identity]:
    return list(Identity.objects.filter(contact=contact).order_by("kind", "created_at"))


def segments(actor: Actor, contact: Contact) -> list[Segment]:
    """Those that the contact is in."""
    return list(Segment.objects.visible_to(actor).filter(members__contact=contact).order_by("name", "pk"))


def around(actor: Actor, contact: Contact) -> Around:
    """Reached over the contact's own relations: this room knows nothing of those above it."""
    conversations = contact.conversations.visible_to(actor).select_related("client").order_by("-sorted_at")
    deals = contact.deals.visible_to(actor).select_related("stage").order_by("-created_at")
    follow_ups = contact.follow_ups.visible_to(actor).filter(done_at=None).order_by("due_at")
    return Around(list(conversations[:RECENT]), list(deals[:RECENT]), list(follow_ups[:RECENT]))


def happened(actor: Actor, contact: Contact, around: Around, *, before: int | None = None) -> list[Event]:
    """What happened to the contact and to what hangs on them, newest first. That somebody looked is no news. before:
    the sequence that it goes on from."""
    seen = Q(type=EventType.CONVERSATION_UPDATED, payload__changed_fields=["unread_count"])
    events = timeline({contact.pk, *around.ids()}, actor).exclude(seen)
    return list((events if before is None else events.filter(sequence__lt=before))[:TIMELINE])


def owners(actor: Actor, present: UUID | None = None) -> list[Membership]:
    """Who may own contacts, of those that the actor works with. present: who owns one now, and so is among them."""
    known = Q(pk__in=Membership.objects.visible_to(actor).exclude(role=Role.VIEWER).values("pk"))
    members = Membership.objects.filter(known | Q(pk=present), workspace=actor.workspace)
    return list(members.select_related("user").order_by("user__name"))


def _as_listed(rows: Rows) -> Rows:
    return rows.select_related("client", "owner__user").defer("search").prefetch_related("labels")
