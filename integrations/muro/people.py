"""Who chats at muro, as a contact here."""

from datetime import datetime
from typing import Any

from contacts.incoming import Known, Met, take_in
from integrations.base import Connected
from integrations.muro.mapping import KEY, Visitor


def known(visitor: Visitor, *, key: str = "", changed_at: datetime | None = None) -> Known:
    """What muro says of a person. Whoever has no id there is known by `key`."""
    fields: dict[str, Any] = {"name": visitor.name} if visitor.name else {}
    if visitor.conversation_count is not None:
        fields["custom_fields.engagement_score"] = visitor.conversation_count
    return Known(
        system=KEY, key=visitor.id or key, addresses=visitor.addresses(), fields=fields, changed_at=changed_at,
        source=KEY, active_at=visitor.seen_at or changed_at,
    )  # fmt: skip


def meet(connected: Connected, visitor: Visitor, *, key: str = "", changed_at: datetime | None = None) -> Met | None:
    """The contact of a visitor, found or made; None where muro names nobody."""
    one = known(visitor, key=key, changed_at=changed_at)
    if not one.key and not one.addresses:
        return None
    return take_in(actor=connected.actor, client_id=connected.client_id, people=[one])[0]
