"""Who wrote each field of a contact, and when. One table says which side may overwrite it."""

from typing import Any

from accounts.actors import Actor
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
