"""Events as JivoChat sends them, made up by us: Tom Clifton of Ohio chats on a shop's page, Anna Agent answers."""

import json
from copy import deepcopy
from typing import Any

ANNA = {"id": "2016", "name": "Anna Agent", "email": "anna.agent@example.com", "phone": "+14155550199"}
BEN = {"id": 2017, "name": "Ben Backup", "email": "ben.backup@example.com", "phone": None}

COMMON: dict[str, Any] = {
    "widget_id": "aB3xYz",
    "user_token": None,
    "visitor": {
        "name": "Tom Clifton", "email": "Tom@Example.com", "phone": "(614) 555-0148", "number": "2198",
        "description": "Asked about the oak table", "social": {}, "chats_count": 1,
    },
    "organization": None,
    "status": None,
    "assigned_agent": None,
    "tags": [],
    "chat_id": 18,
    "topic": None,
    "department": {"id": 181, "name": "Sales"},
    "session": {
        "geoip": {
            "region_code": "OH", "country": "United States", "country_code": "US", "region": "Ohio",
            "city": "Columbus", "latitude": "39.96", "longitude": "-82.99", "organization": "An access provider",
        },
        "utm": "source=google|medium=cpc|campaign=spring",
        "utm_json": {"source": "google", "campaign": "spring", "content": "banner", "medium": "cpc", "term": None},
        "ip_addr": "192.0.2.7",
        "user_agent": "Mozilla/5.0",
    },
    "page": {"url": "https://shop.example.com/tables/oak", "title": "Oak tables"},
    "analytics": {},
    "agent": ANNA,
}  # fmt: skip

SAID = [
    {"message": "Do you deliver to Ohio?", "timestamp": 1750000000, "type": "visitor"},
    {"message": "We do, within a week.", "timestamp": 1750000030, "type": "agent", "agent_id": 2016},
    {"message": "Wonderful", "timestamp": 1750000060, "type": "visitor"},
]
PLAIN = "Tom Clifton: Do you deliver to Ohio?\nAnna Agent: We do, within a week.\nTom Clifton: Wonderful"


def event(name: str, without: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """An event of the common keys, with `changes`; a change of a nested object is laid over it."""
    made = {"event_name": name, **deepcopy(COMMON)}
    for key, value in changes.items():
        nested = isinstance(value, dict) and isinstance(made.get(key), dict)
        made[key] = {**made[key], **value} if nested else value
    return {key: value for key, value in made.items() if key not in without}


def chat_accepted(**changes: Any) -> dict[str, Any]:
    return event("chat_accepted", **changes)


def chat_updated(**changes: Any) -> dict[str, Any]:
    return event("chat_updated", **changes)


def chat_assigned(**changes: Any) -> dict[str, Any]:
    return event("chat_assigned", **{"assign_to": "https://crm.example.com/contacts/1", **changes})


def chat_finished(**changes: Any) -> dict[str, Any]:
    chat = {"messages": deepcopy(SAID), "blacklisted": False, "rate": None}
    told = {
        "agents": [ANNA], "chat": {**chat, **changes.pop("chat", {})}, "html_messages": "",
        "plain_messages": PLAIN,
    }  # fmt: skip
    return event("chat_finished", **{**told, **changes})


def client_updated(**changes: Any) -> dict[str, Any]:
    return event("client_updated", without=("chat_id", "session", "page", "agent"), **{"client_id": 2198, **changes})


def client_attribute_updated(attributes: Any, **changes: Any) -> dict[str, Any]:
    return event(
        "client_attribute_updated", without=("chat_id", "session", "page", "agent"),
        **{"client_id": 2198, "attributes": attributes, **changes},
    )  # fmt: skip


def offline_message(**changes: Any) -> dict[str, Any]:
    told = {"message": "Please call me about the oak table", "offline_message_id": 77}
    return event("offline_message", without=("agent", "chat_id"), **{**told, **changes})


def call_event(**changes: Any) -> dict[str, Any]:
    call = {"type": "callback", "phone": "+16145550148", "status": "end", "record_url": "https://records.example/1.mp3"}
    return event("call_event", **{"call": {**call, **changes.pop("call", {})}, **changes})


def ids_as_text(value: Any, key: str = "") -> Any:
    """The same event with each number as a text, as JivoChat's other servers send them."""
    if isinstance(value, dict):
        return {name: ids_as_text(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [ids_as_text(one, key) for one in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def nulled(value: dict[str, Any], *kept: str) -> dict[str, Any]:
    """The same event with null for everything but `kept`."""
    return {name: one if name in ("event_name", *kept) else None for name, one in value.items()}


def body(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload).encode()
