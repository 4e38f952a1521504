"""The conversation that an outside system means, before anything was said in it."""

from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.models import Contact, Identity
from crm.text import storable
from inbox.models import Conversation


@transaction.atomic
def thread_of(
    *,
    actor: Actor,
    contact: Contact,
    identity: Identity | None,
    channel: str,
    connection_id: UUID,
    thread_id: str | None,
    subject: str = "",
) -> tuple[Conversation, bool]:
    """The conversation that the connection calls `thread_id`, whoever it is with, and False; else a new one with
    `contact`, whom the caller has locked, and True. Without a thread_id: the one of this address that has none."""
    rows = Conversation.objects.filter(wall=contact.wall, connection=connection_id, external_id=thread_id)
    if thread_id is None:
        rows = rows.filter(contact=contact, channel=channel, identity=identity).order_by("-sorted_at")
    found: Conversation | None = rows.first()
    if found is not None:
        return found, False
    made = Conversation.objects.create(
        workspace_id=contact.workspace_id, client_id=contact.client_id, contact=contact, identity=identity,
        channel=channel, connection_id=connection_id, external_id=thread_id, subject=storable(subject, 998),
        sorted_at=actor.now,
    )  # fmt: skip
    record(actor, EventType.CONVERSATION_CREATED, made, contact_id=contact.pk, channel=channel)
    return made, True
