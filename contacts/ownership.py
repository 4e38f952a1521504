"""Who wrote each field of a contact, and when; and the one table that says which side may overwrite it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.joining import Fields, changes_to, fields_of
from contacts.models import Contact
from crm.versions import write

CONNECTION = "connection"
CUSTOM = "custom_fields."

# {by, kind, at} of the last writer, for a connection its id too. `agreed`: when an outside system last said the same.
Origin: TypeAlias = dict[str, str]


class Side(Enum):
    PEOPLE = "Whoever wrote last, field by field: a person here, or an outside system."
    VENDOR = "The outside system's: what it saw somebody do."
    OURS = "Ours: what we tell outside systems, and never take back from them."


# Every field that is not named here is the people's: name, email, phone, company, status, all other custom fields.
SIDES: dict[str, Side] = {
    f"{CUSTOM}last_message_at": Side.VENDOR,
    f"{CUSTOM}acquisition_source": Side.VENDOR,
    f"{CUSTOM}engagement_score": Side.VENDOR,
    f"{CUSTOM}conversation_count": Side.VENDOR,
    f"{CUSTOM}crm_id": Side.OURS,
    f"{CUSTOM}crm_segment": Side.OURS,
}


def declare_behaviour(*names: str) -> None:
    """Say, while a system is loaded, that these custom fields of it hold behaviour. What is ours stays ours."""
    for name in names:
        SIDES.setdefault(f"{CUSTOM}{name}", Side.VENDOR)


def may_write(field: str, origin: Mapping[str, str] | None, incoming_kind: str, changed_at: datetime | None) -> bool:
    """Whether a new value of `field` is taken from a writer of this kind (`Actor.kind`).

    origin: who wrote the present value; None where nobody did. changed_at: when it was changed outside; with None, an
    outside system fills what nobody wrote and follows up on what an outside system wrote. At the same instant, the CRM
    keeps its own.
    """
    side = SIDES.get(field, Side.PEOPLE)
    if incoming_kind != CONNECTION:
        return side is not Side.VENDOR
    if side is Side.OURS:
        return False
    if not origin:
        return True
    was_outside = origin.get("kind") == CONNECTION
    if changed_at is None or (side is Side.VENDOR and not was_outside):
        return was_outside or side is Side.VENDOR
    since = said_at(origin)
    return since is None or changed_at > since or (was_outside and changed_at == since)


def said_at(origin: Mapping[str, str]) -> datetime | None:
    """When the value was last written or, by an outside system, said to be so."""
    times = [datetime.fromisoformat(origin[key]) for key in ("at", "agreed") if origin.get(key)]
    return max(times, default=None)


def origin_of(contact: Contact, field: str) -> Origin | None:
    """Who wrote the field last. Custom fields were once signed as one."""
    origins = contact.field_origins
    found: Origin | None = origins.get(field) or (origins.get("custom_fields") if field.startswith(CUSTOM) else None)
    return found


def stamp(actor: Actor, at: datetime | None = None) -> Origin:
    """The signature of `actor`, at the moment of acting unless told otherwise (UTC)."""
    signature = {"by": actor.name, "kind": actor.kind, "at": written_time(at or actor.now)}
    return {**signature, "id": str(actor.id)} if actor.kind == CONNECTION else signature


def written_time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def sign(contact: Contact, actor: Actor, fields: Iterable[str]) -> dict[str, Origin]:
    """The contact's `field_origins`, with `fields` signed by `actor`; `custom_fields` stands for each that it has."""
    each = [one for name in fields for one in (_custom(contact) if name == "custom_fields" else [name])]
    return {**contact.field_origins, **dict.fromkeys(each, stamp(actor))}


def write_signed(contact: Contact, actor: Actor, **changes: Any) -> list[str]:
    """`crm.versions.write`, which also keeps who wrote each field that changed, a custom one by itself. Returns their
    names, the custom ones as one."""
    changed = sorted(name for name, value in changes.items() if getattr(contact, name) != value)
    if changed:
        fields = set(changed) - {"custom_fields"}
        if "custom_fields" in changed:
            fields |= _differing(contact.custom_fields, changes["custom_fields"])
        write(contact, **changes, field_origins=sign(contact, actor, fields))
    return changed


def restore_fields(contact: Contact, actor: Actor, *, before: Fields, after: Fields) -> list[str]:
    """Put back each field that still is as `after` says, to what it was in `before`; and record it. Returns the names
    of those that somebody wrote since: they stay."""
    present = fields_of(contact)
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    left = [name for name in names if present.get(name) != after.get(name)]
    wanted = {name: value for name, value in present.items() if name in left or name not in names}
    wanted |= {name: before[name] for name in names if name not in left and name in before}
    if changed := write_signed(contact, actor, **changes_to(contact, wanted)):
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=changed)
    return [name.removeprefix("custom_fields.").replace("owner_id", "owner") for name in left]


def _custom(contact: Contact) -> list[str]:
    return [f"{CUSTOM}{name}" for name in contact.custom_fields]


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    absent = object()
    names = before.keys() | after.keys()
    return {f"{CUSTOM}{name}" for name in names if before.get(name, absent) != after.get(name, absent)}
