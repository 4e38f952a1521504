"""Promises to do something by a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.actors import Actor
from accounts.models import Membership
from activity.log import record
from activity.models import Undo
from activity.types import EventType
from activity.undoing import Touched, offer, undoes
from contacts.models import Contact
from crm.errors import Conflict, Invalid
from crm.references import referred
from crm.versions import write
from inbox.actions import may_answer
from inbox.models import Conversation, FollowUp

KIND = "inbox.follow_up"


@transaction.atomic
def create(
    *,
    actor: Actor,
    due_at: datetime,
    contact_id: UUID | None = None,
    conversation_id: UUID | None = None,
    note: str = "",
    owner_id: UUID | None = None,
    source: str = FollowUp.Source.AGENT,
) -> FollowUp:
    """A follow-up about a contact, or about a conversation and so about its contact."""
    actor.must_write()
    conversation: Conversation | None = referred(
        Conversation.objects.visible_to(actor), conversation_id, field="conversation_id"
    )
    contact: Contact | None = referred(Contact.objects.visible_to(actor), contact_id, field="contact_id")
    contact = contact or (conversation.contact if conversation else None)
    if contact is None:
        raise Invalid("Say whom it is about: contact_id or conversation_id.")
    if conversation is not None and conversation.contact_id != contact.pk:
        raise Invalid(fields={"conversation_id": ["This conversation is with another contact."]})
    follow_up = FollowUp.objects.create(
        workspace=actor.workspace, client_id=contact.client_id, contact=contact, conversation=conversation,
        note=note, owner=_owner(actor, owner_id, contact.client_id), due_at=due_at, source=source,
    )  # fmt: skip
    record(actor, EventType.FOLLOW_UP_CREATED, follow_up, **_about(follow_up), due_at=due_at, source=str(source))
    return follow_up


@transaction.atomic
def change(*, actor: Actor, follow_up: FollowUp, **fields: Any) -> FollowUp:
    """Write note, due_at or owner_id; `done`: True marks it as done, False takes that back."""
    actor.must_write()
    if "owner_id" in fields:
        owner = _owner(actor, fields.pop("owner_id"), follow_up.client_id)
        fields["owner_id"] = owner.pk if owner else None
    done = fields.pop("done", None)
    if done is not None and done != bool(follow_up.done_at):
        fields["done_at"] = timezone.now() if done else None
    changed = write(follow_up, **fields)
    if "done_at" in changed and follow_up.done_at:
        record(actor, EventType.FOLLOW_UP_DONE, follow_up, **_about(follow_up))
    elif changed:
        record(actor, EventType.FOLLOW_UP_UPDATED, follow_up, **_about(follow_up), changed_fields=changed)
    return follow_up


@transaction.atomic
def delete(*, actor: Actor, follow_up: FollowUp) -> None:
    actor.must_write()
    record(actor, EventType.FOLLOW_UP_DELETED, follow_up, **_about(follow_up))
    follow_up.delete()


def state_of(follow_up: FollowUp) -> dict[str, Any]:
    """What `change` can write, as it is now and as JSON holds it."""
    owner = str(follow_up.owner_id) if follow_up.owner_id else None
    due, done = follow_up.due_at.isoformat(), follow_up.done_at is not None
    return {"note": follow_up.note, "due_at": due, "owner_id": owner, "done": done}


def offer_back(actor: Actor, sentence: str, follow_up: FollowUp, before: dict[str, Any] | None) -> Undo | None:
    """How it becomes again what it was `before`; with None, how it goes away again."""
    data = {"id": follow_up.pk, "version": follow_up.version, "before": before}
    return offer(actor, sentence, kind=KIND, data=data)


@undoes(KIND)
def restore(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    follow_up: FollowUp | None = (
        FollowUp.objects.visible_to(actor).select_for_update(no_key=True).filter(pk=data["id"]).first()
    )
    if follow_up is None or follow_up.version != data["version"]:
        raise Conflict("Somebody changed this follow-up since. Nothing was taken back.")
    touched = [Touched("follow_up", follow_up.pk), Touched("contact", follow_up.contact_id)]
    before = data["before"]
    if before is None:
        delete(actor=actor, follow_up=follow_up)
        return touched
    owner = UUID(before["owner_id"]) if before["owner_id"] else None
    change(
        actor=actor, follow_up=follow_up, **{**before, "due_at": parse_datetime(before["due_at"]), "owner_id": owner}
    )
    return touched


def _owner(actor: Actor, owner_id: UUID | None, client_id: UUID | None) -> Membership | None:
    owner = referred(Membership.objects.visible_to(actor), owner_id, field="owner")
    if owner is not None and not may_answer(owner, client_id):
        raise Invalid(fields={"owner": ["This person cannot work for this client."]})
    return owner


def _about(follow_up: FollowUp) -> dict[str, Any]:
    return {"contact_id": follow_up.contact_id, "conversation_id": follow_up.conversation_id}
