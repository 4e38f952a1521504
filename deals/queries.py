"""What is known of one deal, and the choices that its forms offer."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.models import Membership, Role
from contacts.models import Contact, Label
from deals.board import as_shown
from deals.health import with_health
from deals.models import Deal, StageChange
from inbox.models import FollowUp, Message

MESSAGES = 6
FOLLOW_UPS = 10


def card(actor: Actor, pk: UUID, now: datetime) -> "QuerySet[Deal]":
    return as_shown(with_health(Deal.objects.visible_to(actor), now)).filter(pk=pk)


def history(deal: Deal) -> list[StageChange]:
    """Its steps, newest first."""
    return list(
        StageChange.objects.filter(deal=deal).select_related("from_stage", "to_stage").order_by("-changed_at", "-id")
    )


def messages(deal: Deal) -> list[Message]:
    """The newest ones of its conversation, oldest first."""
    if deal.conversation_id is None:
        return []
    rows = Message.objects.filter(conversation=deal.conversation_id).defer("html", "headers", "search")
    return list(reversed(rows.order_by("-occurred_at", "-position")[:MESSAGES]))


def follow_ups(actor: Actor, deal: Deal) -> list[FollowUp]:
    """What was promised to its contact and is not done, the soonest first."""
    rows = FollowUp.objects.visible_to(actor).filter(contact=deal.contact_id, done_at=None)
    return list(rows.select_related("owner__user").order_by("due_at")[:FOLLOW_UPS])


def owners(actor: Actor) -> list[Membership]:
    """Who may own deals, of those that the actor works with."""
    members = Membership.objects.visible_to(actor).exclude(role=Role.VIEWER)
    return list(members.select_related("user").order_by("user__name"))


def labels(actor: Actor) -> list[Label]:
    return list(Label.objects.visible_to(actor))


def of_contact(actor: Actor, contact: Contact) -> list[Deal]:
    rows: QuerySet[Deal] = Deal.objects.visible_to(actor).filter(contact=contact)
    return list(rows.select_related("stage").order_by("-created_at"))
