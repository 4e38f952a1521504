"""What an address of the audit page asks for, and what it offers to ask."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import ApiKey, Membership
from activity.consumers import READERS
from activity.trail import Narrowing
from activity.types import EventType
from clients.models import Client
from crm.errors import Invalid
from crm.pages.typed import YEARS, identifier
from desk.search import queries as search
from desk.search.kinds import DEALS, PEOPLE
from inbox.models import Conversation

FIELDS = ("who", "what", "client", "about", "search", "since", "until")
LONGEST = 200
# A name that more people have than this is too common to be told by.
MOST_NAMED = 100
MOST_TALKS = 1000
ITSELF = "itself"

# What kinds of things happen, in words, and the nouns of their events.
GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "rights": ("People and rights", frozenset({"member", "invitation", "session"})),
    "keys": ("API keys", frozenset({"key"})),
    "automations": ("Automations and intents", frozenset({"reaction", "thresholds", "llm", "model"})),
    "set_up": ("Workspace, stages, labels, replies", frozenset({"workspace", "stage", "label", "canned_reply"})),
    "connections": ("Connections and webhooks", frozenset({"connection", "endpoint", "webhook_endpoint"})),
    "exports": ("Exports and shared reports", frozenset({"data", "report"})),
    "clients": ("Clients and campaigns", frozenset({"client", "campaign"})),
    "people": ("Contacts", frozenset({"contact", "segment", "suppression"})),
    "talks": ("Conversations", frozenset({"conversation", "note", "intent", "follow_up"})),
    "messages": ("Messages", frozenset({"message"})),
    "deals": ("Deals", frozenset({"deal"})),
}
OTHER = "other"


def types_of(group: str) -> list[str]:
    """The types of a group; of the last one, those that stand in no other."""
    if group != OTHER:
        return [one.value for one in EventType if one.partition(".")[0] in GROUPS[group][1]]
    named = {noun for _, nouns in GROUPS.values() for noun in nouns}
    return [one.value for one in EventType if one.partition(".")[0] not in named]


def groups() -> list[tuple[str, str]]:
    offered = [(key, words) for key, (words, _) in GROUPS.items()]
    return [*offered, (OTHER, "Everything else")] if types_of(OTHER) else offered


@dataclass(frozen=True)
class Doers:
    """Who can have done something, by kind, each as (value, name)."""

    people: list[tuple[str, str]]
    keys: list[tuple[str, str]]
    connections: list[tuple[str, str]]
    itself: list[tuple[str, str]]


def doers(actor: Actor) -> Doers:
    """Those who are gone too, for who runs the workspace. Three queries."""
    members = Membership.objects.filter(workspace=actor.workspace)
    members = members if actor.clients is None else Membership.objects.visible_to(actor)
    keys = ApiKey.objects.filter(workspace=actor.workspace)
    if actor.clients is not None:
        keys = keys.filter(client__in=actor.clients)
    return Doers(
        [(str(one.pk), str(one.user)) for one in members.select_related("user").order_by("user__name", "pk")],
        [(str(one.pk), one.name) for one in keys.order_by("name", "pk")],
        [(str(pk), name) for pk, name in connections(actor).order_by("name", "pk").values_list("pk", "name")],
        [(f"{ITSELF}:{one.name}", one.title) for one in sorted(READERS.values(), key=lambda one: one.title)],
    )


def asked(actor: Actor, given: QueryDict) -> tuple[Narrowing, dict[str, str]]:
    """What is asked for, and the same as it was written. Raises Invalid for what cannot be."""
    written = {name: given.get(name, "").strip()[:LONGEST] for name in FIELDS}
    who, what = written["who"], written["what"]
    if what and what not in dict(groups()):
        raise Invalid(fields={"what": ["There is no such kind of event. Choose one of the list."]})
    is_itself = who.split(":")[0] == ITSELF
    narrowing = Narrowing(
        by=None if is_itself else identifier(who, "who"),
        itself=who.partition(":")[2] if is_itself else None,
        types=types_of(what) if what else None,
        client=identifier(written["client"], "client"),
        subjects=_subjects(actor, written),
        since=_day(written["since"], "since"),
        until=_day(written["until"], "until", after=timedelta(days=1)),
    )
    return narrowing, {name: value for name, value in written.items() if value}


def _subjects(actor: Actor, written: dict[str, str]) -> list[UUID] | None:
    about, text = identifier(written["about"], "about"), written["search"]
    if not text:
        return [about] if about else None
    found = named(actor, text)
    return found if about is None else [one for one in found if one == about]


def named(actor: Actor, text: str) -> list[UUID]:
    """The people with this name or address with their conversations, the deals and the clients."""
    if not search.is_enough(text):
        raise Invalid(fields={"search": ["Write at least two letters of a name."]})
    people = search.newest(actor, text, PEOPLE, most=MOST_NAMED)
    talks = Conversation.objects.visible_to(actor).filter(contact__in=people).order_by("-sorted_at", "-pk")
    deals = search.newest(actor, text, DEALS, most=MOST_NAMED)
    clients = Client.objects.visible_to(actor).filter(name__icontains=text)
    return [*people, *talks.values_list("pk", flat=True)[:MOST_TALKS], *deals, *clients.values_list("pk", flat=True)]


def _day(text: str, field: str, after: timedelta = timedelta(0)) -> datetime | None:
    """The beginning of a day, on the clock of the person who asks."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Invalid(fields={field: ["Write a day such as 2026-11-20."]})
    return timezone.make_aware(datetime.combine(day + after, time(0)))


def connections(actor: Actor) -> QuerySet[Any]:
    """Those of the room beside this one, which is not imported; the ended ones too."""
    rows = apps.get_model("integrations", "Connection")._base_manager.filter(workspace=actor.workspace)
    return rows if actor.clients is None else rows.filter(client__in=actor.clients)
