"""Events as the audit page and its file show them: who, what, about whom, and where that is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.actors import Actor
from activity.consumers import READERS
from activity.models import Event
from activity.sentences import sentence
from clients.models import Client
from contacts.models import Contact
from deals.models import Deal
from desk.audit.asking import connections
from inbox.models import Conversation

KINDS = {"person": "", "key": "API key", "connection": "connection", "system": "by itself"}


@dataclass(frozen=True)
class Line:
    """name, link: of what it is about, where that still is and this person may see it."""

    event: Event
    who: str
    kind: str
    told: str
    client: str
    name: str
    link: str

    @property
    def details(self) -> list[tuple[str, Any]]:
        return [(name.replace("_", " "), value) for name, value in sorted(self.event.payload.items())]

    @property
    def noun(self) -> str:
        return self.event.subject_type.replace("_", " ").capitalize()


def lines(actor: Actor, events: Sequence[Event]) -> list[Line]:
    """Five queries at most, however many there are."""
    named = _Named(actor, events)
    return [
        Line(
            event, who(event), KINDS.get(event.actor_kind, event.actor_kind), sentence(event),
            named.clients.get(event.client_id, "") if event.client_id else "", *named.about(event),
        )
        for event in events
    ]  # fmt: skip


def who(event: Event) -> str:
    """A reaction bears the name that programs know it by."""
    if event.actor_kind != "system":
        return event.actor_name
    is_reaction = event.actor_name in READERS
    return f"Automation “{event.actor_name.replace('_', ' ')}”" if is_reaction else f"Parley ({event.actor_name})"


class _Named:
    """What some events are about, as far as the actor may see it."""

    def __init__(self, actor: Actor, events: Sequence[Event]) -> None:
        subjects = {event.subject_id for event in events}
        talks = subjects | _named_in(events, "conversation_id")
        clients = list(Client.objects.filter(workspace=actor.workspace).values_list("pk", "name", "deleted_at"))
        self.clients = {pk: name for pk, name, _ in clients}
        self._standing = {pk for pk, _, deleted_at in clients if deleted_at is None and actor.sees(pk)}
        self._deals = dict(Deal.objects.visible_to(actor).filter(pk__in=subjects).values_list("pk", "title"))
        self._talks: dict[UUID, UUID] = dict(
            Conversation.objects.visible_to(actor).filter(pk__in=talks).values_list("pk", "contact_id")
        )
        people = subjects | _named_in(events, "contact_id") | set(self._talks.values())
        rows = Contact.objects.visible_to(actor).filter(pk__in=people).defer("search")
        self._people = {one.pk: str(one) for one in rows}
        lines = connections(actor).filter(deleted_at=None, pk__in=subjects)
        self._connections: Mapping[UUID, str] = dict(lines.values_list("pk", "name"))

    def about(self, event: Event) -> tuple[str, str]:
        """The name and the link: of the row itself, else of the conversation or person that it belongs to."""
        pk = event.subject_id
        if pk in self._deals:
            return self._deals[pk], reverse("deals:deal", args=[pk])
        if event.subject_type == "client" and pk in self._standing:
            return self.clients[pk], reverse("desk:client", args=[pk])
        if pk in self._connections:
            return self._connections[pk], reverse("integrations:connection", args=[pk])
        talk = pk if pk in self._talks else _id(event, "conversation_id")
        if talk in self._talks:
            return self._people.get(self._talks[talk], "Conversation"), reverse("inbox:conversation", args=[talk])
        person = pk if pk in self._people else _id(event, "contact_id")
        if person in self._people:
            return self._people[person], reverse("contacts:contact", args=[person])
        return "", ""


def _named_in(events: Sequence[Event], key: str) -> set[UUID]:
    return {found for event in events if (found := _id(event, key))}


def _id(event: Event, key: str) -> UUID | None:
    value = event.payload.get(key)
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
