"""What the inbox shows: its splits, its list, one thread, one person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.actors import Actor
from accounts.models import Membership, Role
from clients.models import Campaign
from contacts.models import Contact, Identity, Label
from crm.pages.keyset import Stretch, stretch
from inbox.models import Attachment, Conversation, FollowUp, Message, MessageDelivery

LIST = 36
THREAD = 60
OTHERS = 5
FOLLOW_UPS = 20
MOST_WAITING = 100
MOST_OFFERED = 200
# Above this a split says "999+": what it costs to count stays the same however many there are.
MOST_COUNTED = 999
# While a text is looked for, each row costs more to count.
MOST_FOUND = 99

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
    most: int

    @property
    def counted(self) -> str:
        return f"{self.most}+" if self.count > self.most else str(self.count)


def splits(rows: Rows, current: str, *, most: int = MOST_COUNTED) -> list[Split]:
    """A query for each, none of which counts further than `most`."""
    return [
        Split(key, name, rows.filter(condition)[: most + 1].count(), current=key == current, most=most)
        for key, (name, condition) in SPLITS.items()
    ]


def conversations(actor: Actor, rows: Rows, split: str, mark: str = "") -> Stretch[Conversation]:
    """First which, then who they are with: where many match, none but those that are shown are joined and sorted."""
    found = stretch(rows.filter(SPLITS[split][1]).only("sorted_at"), by="sorted_at", mark=mark, length=LIST)
    wanted = [row.pk for row in found.rows]
    shown = _with_people(Conversation.objects.with_drafts_of(actor)).in_bulk(wanted)
    return Stretch([shown[pk] for pk in wanted if pk in shown], found.more)


def following(rows: Rows, split: str, conversation: Conversation) -> Conversation | None:
    """What opens when `conversation` is dealt with: the one below it in the list, or else the top one."""
    others = _as_listed(rows, split).exclude(pk=conversation.pk).order_by("-sorted_at", "-pk")
    below = Q(sorted_at__lt=conversation.sorted_at) | Q(sorted_at=conversation.sorted_at, pk__lt=conversation.pk)
    return others.filter(below).first() or others.first()


def listed(rows: Rows, split: str, conversation: Conversation) -> bool:
    """Whether the list has `conversation`."""
    return rows.filter(SPLITS[split][1], pk=conversation.pk).exists()


def waiting_above(rows: Rows, split: str, *, top: datetime | None, named: Iterable[UUID], shown: Iterable[UUID]) -> int:
    """How many the list would have now that it does not show: what came in above its `top`, and those `named`."""
    news = Q(pk__in=list(named))
    if top is not None:
        news |= Q(sorted_at__gt=top)
    return rows.filter(SPLITS[split][1]).filter(news).exclude(pk__in=list(shown))[:MOST_WAITING].count()


def refreshed(actor: Actor, rows: Rows, split: str, ids: Iterable[UUID]) -> list[Conversation]:
    """These as they are now; `left` where the list has them no more."""
    listed = Exists(rows.filter(SPLITS[split][1], pk=OuterRef("pk")))
    found = _with_people(Conversation.objects.visible_to(actor).with_drafts_of(actor).filter(pk__in=list(ids)))
    return list(found.annotate(left=~listed))


@dataclass(frozen=True)
class OnOffer:
    """What a list can be narrowed to, as values and their names."""

    labels: list[tuple[str, str]]
    campaigns: list[tuple[str, str]]
    members: list[tuple[str, str]]


def on_offer(actor: Actor) -> OnOffer:
    """Three queries."""
    campaigns = Campaign.objects.visible_to(actor).order_by("name").values_list("pk", "name")
    members = Membership.objects.visible_to(actor).exclude(role=Role.VIEWER)
    names = members.order_by("user__name").values_list("pk", "user__name", "user__email")
    return OnOffer(
        labels=[(str(pk), name) for pk, name in Label.objects.visible_to(actor).values_list("pk", "name")],
        campaigns=[(str(pk), name) for pk, name in campaigns[:MOST_OFFERED]],
        members=[(str(pk), name or email) for pk, name, email in names],
    )


def _as_listed(rows: Rows, split: str) -> Rows:
    return _with_people(rows.filter(SPLITS[split][1]))


def _with_people(rows: Rows) -> Rows:
    return rows.select_related("contact", "client", "assignee__user").defer("contact__search")


def opened(actor: Actor) -> Rows:
    rows: Rows = Conversation.objects.visible_to(actor).with_drafts_of(actor)
    found: Rows = rows.select_related(
        "contact__owner__user", "client", "campaign", "connection", "assignee__user", "intent_tag"
    )
    return found.defer("connection__secrets")  # which would be opened with every thread


def thread(conversation: Conversation, mark: str = "") -> Stretch[Message]:
    """The newest messages by the provider's time, oldest first; `more` leads to those before them."""
    rows = with_deliveries(Message.objects.filter(conversation=conversation))
    found = stretch(rows, by="occurred_at", mark=mark, length=THREAD)
    return Stretch(list(reversed(found.rows)), found.more)


def with_deliveries(rows: "QuerySet[Message]") -> "QuerySet[Message]":
    """With what the thread shows of a message: its files, what became of it (the newest first), whether it was laid
    out and whether that draws pictures."""
    return (
        rows.defer("html", "headers", "search")
        .annotate(has_html=~Q(html=""), has_pictures=Q(html__contains="<img") | Q(html__contains="<IMG"))
        .prefetch_related(
            Prefetch("attachments", Attachment.objects.defer("content")),
            Prefetch("deliveries", MessageDelivery.objects.order_by("-occurred_at", "-created_at", "-pk")),
        )
    )


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
