"""What a test does to Kirim: people write, colleagues change things there, and things go wrong."""

import json
from datetime import timedelta
from typing import Any

from tests.integrations.kirim.stand_in.house import Refused, Row, an_id, iso
from tests.integrations.kirim.stand_in.post import deliver
from tests.integrations.kirim.stand_in.world import World


async def control(world: World, call: Row) -> tuple[int, Any]:
    """`POST /_control/<verb>` with the verb's arguments as JSON."""
    given = json.loads(call["body"] or "{}")
    verb = call["path"].removeprefix("/_control/")
    if verb == "deliver":
        return 200, await deliver(world, given)
    try:
        return 200, {"answer": VERBS[verb](world, **given)}
    except Refused as refused:
        return refused.status, {"error": refused.error}


def reset(world: World, **settings: Any) -> None:
    world.reset(**settings)


def arrange(world: World, **settings: Any) -> None:
    """Settings of the world or its house: limits, target, secrets, names_wamid, contacts_by, faults, …"""
    world.arrange(settings)


def new_minute(world: World) -> None:
    world.used.clear()


def pass_time(world: World, seconds: float) -> None:
    """Kirim's clock goes on by that much."""
    world.house.moved += timedelta(seconds=seconds)


def calls(world: World) -> list[Row]:
    """What was asked since the last time one looked."""
    seen, world.calls = world.calls, []
    return seen


def state(world: World) -> Row:
    house = world.house
    return {
        "contacts": list(house.contacts.values()), "conversations": list(house.conversations.values()),
        "messages": list(house.messages.values()), "labels": list(house.labels.values()),
        "contact_labels": sorted(house.contact_labels), "conversation_labels": sorted(house.conversation_labels),
        "waiting": house.waiting, "final": world.final, "users": list(house.users.values()),
    }  # fmt: skip


def many_contacts(world: World, count: int, first: int = 6281200000000) -> int:
    """So many at once, a minute apart, without an event each."""
    start = world.house.now - timedelta(days=100)
    for number in range(count):
        phone, at = f"+{first + number}", iso(start + timedelta(minutes=number))
        key = an_id("ctc")
        world.house.contacts[key] = {
            "id": key, "object": "contact", "phone_number": phone, "name": f"Person {number}",
            "email": f"person{first + number - 6281200000000}@example.com", "metadata": {"city": "Bandung"},
            "whatsapp_account": {"phone_number": f"+{world.house.number}"}, "created_at": at, "updated_at": at,
        }  # fmt: skip
    return len(world.house.contacts)


def user(world: World, name: str, email: str) -> Row:
    row = {"id": an_id("usr"), "name": name, "email": email}
    world.house.users[row["id"]] = row
    return row


def label(world: World, name: str) -> Row:
    row = {"id": an_id("lbl"), "object": "label", "name": name}
    world.house.labels[row["id"]] = row
    return row


def contact(world: World, phone: str | None, **fields: Any) -> Row:
    return world.house.add_contact(phone, **fields)


def edit_contact(world: World, id: str, **changes: Any) -> Row:
    return world.house.change_contact(id, changes)


def edit_conversation(world: World, id: str, **changes: Any) -> Row:
    return world.house.change_conversation(id, changes)


def writes(world: World, phone: str, content: Row, **how: Any) -> Row:
    return world.house.writes(phone, content, **how)


def sends(world: World, phone: str, body: str) -> Row:
    """A colleague answers in Kirim itself."""
    return world.house.sends(phone, body)


def status(world: World, message_id: str, status: str, **how: Any) -> None:
    world.house.status(message_id, status, **how)


def event(world: World, source: str, type: str, data: Row) -> None:
    """Any event at all, of a type that nobody knows for one."""
    world.house.happened(source, type, data)


VERBS: dict[str, Any] = {
    verb.__name__: verb
    for verb in (
        reset, arrange, new_minute, pass_time, calls, state, many_contacts, user, label, contact, edit_contact,
        edit_conversation, writes, sends, status, event,
    )
}  # fmt: skip
