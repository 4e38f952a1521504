"""What the inbox shows: its splits, its list, one thread, one person."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Prefetch, Q, QuerySet

from accounts.actors import Actor
from accounts.models import Membership, Role
from contacts.models import Contact, Identity
from crm.pages.keyset import Stretch, stretch
from inbox.models import Attachment, Conversation, FollowUp, Message, MessageDelivery

LIST = 40
THREAD = 60
OTHERS = 5
FOLLOW_UPS = 20
# Above this a split says "999+": what it costs to count stays the same however many there are.
MOST_COUNTED = 999

_ACTIVE = Q(status=Conversation.Status.ACTIVE)
SPLITS: dict[str, tuple[str, Q]] = {
    "ours": ("My turn", _ACTIVE & Q(turn=Conversation.Turn.OURS)),
    "theirs": ("Their turn", _ACTIVE & Q(turn=Conversation.Turn.THEIRS)),
    "unassigned": ("Unassigned", _ACTIVE & Q(assignee=None)),
    "snoozed": ("Snoozed", Q(status=Conversation.Status.SNOOZED)),
    "closed": ("Closed", Q(status=Conversation.Status.CLOSED)),
    "all": ("All", Q()),
}
FIRST_SPLIT = "ours"

Rows: TypeAlias = "QuerySet[Conversation]"


@dataclass(frozen=True)
class Split:
    key: str
    name: str
    count: int
    current: bool

    @property
    def counted(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


def splits(rows: Rows, current: str) -> list[Split]:
    """A query for each, none of which counts further than a person wants to know."""
    return [
        Split(key, name, rows.filter(condition)[: MOST_COUNTED + 1].count(), current=key == current)
        for key, (name, condition) in SPLITS.items()
    ]


def conversations(rows: Rows, split: str, mark: str = "") -> Stretch[Conversation]:
    return stretch(_as_listed(rows, split), by="sorted_at", mark=mark, length=LIST)


def following(rows: Rows, split: str, conversation: Conversation) -> Conversation | None:
    """What opens when `conversation` is dealt with: the one below it in the list, or else the top one."""
    others = _as_listed(rows, split).exclude(pk=conversation.pk).order_by("-sorted_at", "-pk")
    below = Q(sorted_at__lt=conversation.sorted_at) | Q(sorted_at=conversation.sorted_at, pk__lt=conversation.pk)
    return others.filter(below).first() or others.first()


def listed(rows: Rows, split: str, conversation: Conversation) -> bool:
    """Whether the list has `conversation`."""
    return rows.filter(SPLITS[split][1], pk=conversation.pk).exists()


def _as_listed(rows: Rows, split: str) -> Rows:
    return rows.filter(SPLITS[split][1]).select_related("contact", "client", "assignee__user")


def opened(actor: Actor) -> Rows:
    rows: Rows = Conversation.objects.visible_to(actor)
    return rows.select_related(
        "contact__owner__user", "client", "campaign", "connection", "assignee__user", "intent_tag"
    )


def thread(conversation: Conversation, mark: str = "") -> Stretch[Message]:
    """The newest messages by the provider's time, oldest first; `more` leads to those before them."""
    rows: QuerySet[Message] = (
        Message.objects.filter(conversation=conversation)
        .defer("html", "headers", "search")
        .annotate(has_html=~Q(html=""))
        .prefetch_related(
            Prefetch("attachments", Attachment.objects.defer("content")),
            Prefetch("deliveries", MessageDelivery.objects.order_by("-occurred_at", "-created_at")),
        )
    )
    found = stretch(rows, by="occurred_at", mark=mark, length=THREAD)
    return Stretch(list(reversed(found.rows)), found.more)


def person(actor: Actor, conversation: Conversation) -> dict[str, Any]:
    """What the pane beside the thread says about whom one is talking to."""
    contact = conversation.contact
    others = Conversation.objects.visible_to(actor).filter(contact=contact).exclude(pk=conversation.pk)
    return {
        "contact": contact,
        "identities": list(Identity.objects.filter(contact=contact).order_by("kind", "created_at")),
        "labels": list(contact.labels.all()),
        "conversation_labels": list(conversation.labels.all()),
        "others": list(others.order_by("-sorted_at")[:OTHERS]),
        "deals": list(contact.deals.visible_to(actor).select_related("stage").order_by("-created_at")[:OTHERS]),
        "follow_ups": follow_ups(actor, contact),
    }


def follow_ups(actor: Actor, contact: Contact) -> list[FollowUp]:
    return list(follow_up(actor).filter(contact=contact, done_at=None).order_by("due_at")[:FOLLOW_UPS])


def follow_up(actor: Actor) -> "QuerySet[FollowUp]":
    rows: QuerySet[FollowUp] = FollowUp.objects.visible_to(actor)
    return rows.select_related("owner__user", "contact")


def answerers(actor: Actor, conversation: Conversation) -> Iterable[Membership]:
    """Who may be given `conversation`, oneself first."""
    members = Membership.objects.filter(workspace=actor.workspace, is_active=True).exclude(role=Role.VIEWER)
    may = members.filter(Q(all_clients=True) | Q(client_access__client=conversation.client_id))
    return sorted(may.select_related("user").distinct(), key=lambda m: (m.pk != actor.id, m.user.name))
