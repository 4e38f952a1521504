"""Who wrote each field of a contact, and when. One table says which side may overwrite it."""

from typing import Any

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.joining import Fields, changes_to, fields_of
from contacts.models import Contact
from crm.versions import write


def sign(contact: Contact, actor: Actor, fields: list[str]) -> dict[str, Any]:
    """The contact's `field_origins`, with `fields` signed by `actor` at the moment of acting (UTC)."""
    stamp = {"by": actor.name, "kind": actor.kind, "at": actor.now.isoformat().replace("+00:00", "Z")}
    return {**contact.field_origins, **dict.fromkeys(fields, stamp)}


def write_signed(contact: Contact, actor: Actor, **changes: Any) -> list[str]:
    """`crm.versions.write`, which also keeps who wrote each field that changed. Returns their names."""
    changed = sorted(name for name, value in changes.items() if getattr(contact, name) != value)
    if changed:
        write(contact, **changes, field_origins=sign(contact, actor, changed))
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
