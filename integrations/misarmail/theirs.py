"""What MisarMail knows, in our terms: one class for each kind of thing it lists, read from either edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clients.models import Campaign
from contacts.models import Contact
from crm.money import LARGEST, is_currency
from inbox.channels import Channel
from inbox.intents.labels import Intent
from inbox.models import Conversation, Message
from integrations.misarmail.reading import Said, moment, objects, part, prose, texts, whole, words

# What its editions call a state, where it is not our own word.
_CONTACT_STATUS = {
    "subscribed": "active", "confirmed": "active", "opted_out": "unsubscribed", "complained": "unsubscribed",
}  # fmt: skip
_CAMPAIGN_STATUS = {
    "scheduled": "draft", "sending": "running", "active": "running", "completed": "sent", "paused": "archived",
}  # fmt: skip


UNTOLD = ""


@dataclass(frozen=True)
class Customer:
    """A client of the agency."""

    id: str
    name: str
    created_at: datetime | None
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Origin:
    """A campaign."""

    id: str
    name: str
    client_id: str
    created_at: datetime | None
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """`fields` in the terms of `contacts.incoming.Known`. `tags` and `source` are None, `owner` is UNTOLD, where the
    edition tells none."""

    id: str
    emails: Sequence[str]
    phones: Sequence[str]
    client_id: str
    fields: dict[str, Any]
    tags: Sequence[str] | None
    created_at: datetime | None
    changed_at: datetime | None
    active_at: datetime | None
    source: str | None
    owner: str | None


@dataclass(frozen=True)
class Thread:
    """A conversation. `state` holds what people change there, as far as this edition tells it. `marks`: differs once a
    message was added."""

    id: str
    external_id: str
    client_id: str
    contact_id: str
    campaign_id: str
    email: str
    phone: str
    name: str
    channel: str
    subject: str
    created_at: datetime | None
    last_at: datetime | None
    changed_at: datetime | None
    marks: str
    state: dict[str, Any]
    judged: dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A message."""

    id: str
    external_id: str
    direction: str
    body: str
    subject: str
    html: str
    headers: Sequence[tuple[str, str]]
    author: str
    at: datetime | None
    intent: str
    offline: bool
    delivery: Said
    attachments: Sequence[Said] = field(default=())


@dataclass(frozen=True)
class Opportunity:
    """A deal."""

    id: str
    conversation_id: str
    contact_id: str
    client_id: str
    email: str
    name: str
    created_at: datetime | None
    changed_at: datetime | None
    stage_since: datetime | None
    closed_at: datetime | None
    state: dict[str, Any]


def customer(said: Said) -> Customer:
    fields = {name: prose(said, name)[:most] for name, most in (("domain", 253), ("notes", 20_000)) if name in said}
    return Customer(_id(said), words(said, "name", most=200), moment(said, "created_at", "createdAt"), fields)


def origin(said: Said) -> Origin:
    status = words(said, "status").lower()
    fields: dict[str, Any] = {"status": _one_of(Campaign.Status.values, _CAMPAIGN_STATUS.get(status, status))}
    fields |= {"subject": prose(said, "subject")[:998]} if "subject" in said else {}
    fields |= {"sent_at": moment(said, "sent_at", "sentAt")}
    told = {name: value for name, value in fields.items() if value is not None}
    client = words(said, "client_id", "clientId")
    return Origin(_id(said), words(said, "name", most=200), client, moment(said, "created_at", "createdAt"), told)


def person(said: Said) -> Person:
    """Either edition's contact: firstName and customFields, or first_name and metadata."""
    emails = texts([said.get("email"), *_list(said, "emails")])
    phones = texts([said.get("phone"), *_list(said, "phones")])
    tags = next((texts(said[name], most=60) for name in ("tags", "labels") if isinstance(said.get(name), list)), None)
    return Person(
        id=_id(said), emails=emails, phones=phones, client_id=words(said, "client_id", "clientId"),
        fields=_fields(said), tags=tags, created_at=moment(said, "created_at", "createdAt"),
        changed_at=moment(said, "updated_at", "updatedAt"), active_at=moment(said, "last_activity_at"),
        source=words(said, "source", most=60) if "source" in said else None,
        owner=(words(said, "owner") or None) if "owner" in said else UNTOLD,
    )  # fmt: skip


def _fields(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (name := _name(said)) is not None:
        found["name"] = name
    if "company" in said:
        found["company"] = words(said, "company", most=300)
    status = words(said, "status").lower()
    if known := _one_of(Contact.Status.values, _CONTACT_STATUS.get(status, status)):
        found["status"] = known
    custom = part(said, "customFields", "custom_fields", "metadata")
    return found | {f"custom_fields.{key[:100]}": value for key, value in custom.items() if key.strip()}


def _name(said: Said) -> str | None:
    """Whole, or in two halves; None where none of them is told."""
    if "name" in said:
        return words(said, "name", most=300)
    halves = [("firstName", "first_name"), ("lastName", "last_name")]
    if not any(name in said for names in halves for name in names):
        return None
    return " ".join(filter(None, (words(said, *names, most=150) for names in halves)))


def thread(said: Said) -> Thread:
    channel = words(said, "channel").lower()
    last_at = moment(said, "last_message_at", "lastMessageAt")
    count = whole(said, "message_count")
    return Thread(
        id=_id(said), external_id=words(said, "external_id", most=500), client_id=words(said, "client_id"),
        contact_id=words(said, "contact_id", "contactId"), campaign_id=words(said, "campaign_id", "campaignId"),
        email=words(said, "lead_email", "leadEmail"), phone=words(said, "lead_phone", "leadPhone"),
        name=words(said, "lead_name", "leadName", most=300),
        channel=channel if channel in Channel.values else Channel.CHAT.value,
        subject=prose(said, "subject")[:998], created_at=moment(said, "created_at", "createdAt"), last_at=last_at,
        changed_at=moment(said, "updated_at", "updatedAt"),
        marks=f"{count} {last_at} {prose(said, 'last_message')[:200]}", state=_state(said),
        judged={"confidence": _share(said.get("intent_confidence")), "evidence": prose(said, "intent_evidence")},
    )  # fmt: skip


def _state(said: Said) -> dict[str, Any]:
    """What is told of the conversation, and can be used: status, snoozed_until, intent, and of another Parley labels,
    assigned_to, unread_count and turn as well."""
    state: dict[str, Any] = {}
    if status := _one_of(Conversation.Status.values, words(said, "status").lower()):
        state["status"] = status
    if "snoozed_until" in said:
        until = moment(said, "snoozed_until")
        state["snoozed_until"] = until.isoformat() if until else None
    if intent := _one_of(list(Intent), words(said, "intent").lower()):
        state["intent"] = intent
    if isinstance(said.get("labels"), list):
        labels = {words(one, "name", most=60): words(one, "colour") for one in objects(said["labels"])}
        state["labels"] = dict(sorted((name, colour) for name, colour in labels.items() if name))
    if "assigned_to" in said:
        state["assigned_to"] = words(said, "assigned_to") or None
    if (unread := whole(said, "unread_count")) is not None and 0 <= unread < 2**31:
        state["unread_count"] = unread
    if turn := _one_of(Conversation.Turn.values, words(said, "turn")):
        state["turn"] = turn
    return state


def line(said: Said) -> Line:
    direction = words(said, "direction").lower()
    inbound = direction == Message.Direction.INBOUND
    times = ("received_at", "receivedAt") if inbound else ("sent_at", "sentAt")
    return Line(
        id=_id(said), external_id=words(said, "external_id", most=998),
        direction=Message.Direction.INBOUND if inbound else Message.Direction.OUTBOUND,
        body=prose(said, "body", "text"), subject=prose(said, "subject")[:998], html=prose(said, "html"),
        headers=_headers(said.get("headers")), author=words(said, "author_name", most=300),
        at=moment(said, *times, "created_at", "createdAt"),
        intent=_one_of(list(Intent), words(said, "intent").lower()) or "", offline=said.get("offline") is True,
        delivery=part(said, "delivery"), attachments=objects(said.get("attachments")),
    )  # fmt: skip


def _headers(value: Any) -> list[tuple[str, str]]:
    pairs = list(value.items()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    pairs = [pair for pair in pairs if isinstance(pair, list | tuple) and len(pair) == 2]
    return [(name, text) for name, text in pairs if isinstance(name, str) and isinstance(text, str)]


def opportunity(said: Said) -> Opportunity:
    return Opportunity(
        id=_id(said), conversation_id=words(said, "conversation_id", "conversationId"),
        contact_id=words(said, "contact_id", "contactId"), client_id=words(said, "client_id"),
        email=words(said, "lead_email", "leadEmail"), name=words(said, "lead_name", "leadName", most=300),
        created_at=moment(said, "created_at", "createdAt"), changed_at=moment(said, "updated_at", "updatedAt"),
        stage_since=moment(said, "stage_since"), closed_at=moment(said, "closed_at"), state=_terms(said),
    )  # fmt: skip


def _terms(said: Said) -> dict[str, Any]:
    """What is told of the deal: value in minor units of its currency."""
    terms: dict[str, Any] = {}
    if stage := words(said, "stage", most=40):
        terms["stage"] = stage
    if (value := whole(said, "value")) is not None and 0 <= value <= LARGEST:
        terms["value"] = value
    if is_currency(currency := words(said, "currency").upper()):
        terms["currency"] = currency
    terms |= {name: prose(said, name)[:20_000] for name in ("notes",) if name in said}
    if title := words(said, "title", most=300):
        terms["title"] = title
    if "lost_reason" in said:
        terms["lost_reason"] = words(said, "lost_reason", most=300)
    if "expected_close_on" in said:
        day = moment({"at": f"{words(said, 'expected_close_on')}T00:00:00Z"}, "at")
        terms["expected_close_on"] = day.date().isoformat() if day else None
    if "owner" in said:
        terms["owner"] = words(said, "owner") or None
    return terms


def _id(said: Said) -> str:
    return words(said, "id", "_id", most=200)


def _list(said: Said, name: str) -> list[Any]:
    value = said.get(name)
    return value if isinstance(value, list) else []


def _one_of(known: Sequence[str], text: str) -> str | None:
    return str(text) if text in known else None


def _share(value: Any) -> float:
    """A probability; certain where none is told."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return min(1.0, max(0.0, float(value))) if number else 1.0
