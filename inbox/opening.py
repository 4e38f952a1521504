"""Opening a conversation, and adding to one what was said elsewhere."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from clients.models import Campaign
from clients.scope import client_for
from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.models import Contact, Identity
from contacts.people import find_or_create
from contacts.people import lock as lock_person
from crm.errors import Conflict, Invalid
from crm.references import referred
from inbox.channels import ADDRESS_KIND, Channel
from inbox.messages import Draft, append, lock
from inbox.models import Conversation, Message


@transaction.atomic
def open_conversation(
    *,
    actor: Actor,
    channel: str,
    contact_id: UUID | None = None,
    lead_email: str = "",
    lead_phone: str = "",
    lead_name: str = "",
    campaign_id: UUID | None = None,
    client_id: UUID | None = None,
    external_id: str | None = None,
    subject: str = "",
) -> tuple[Conversation, bool]:
    """A new conversation, and True; with an `external_id` that is known here already, the first one, and False.

    The person is `contact_id`, reached at the address that is named where it is theirs; or whoever has the e-mail
    address or phone, or a new contact.
    """
    actor.must_write()
    contact: Contact | None = referred(Contact.objects.visible_to(actor), contact_id, field="contact_id")
    client = client_for(actor, client_id or (contact.client_id if contact else None))
    if contact and contact.client_id != client:
        raise Invalid(fields={"client_id": ["The contact belongs to another client."]})
    campaign: Campaign | None = referred(Campaign.objects.visible_to(actor), campaign_id, field="campaign_id")
    if campaign and campaign.client_id != client:
        raise Invalid(fields={"campaign_id": ["The campaign belongs to another client."]})
    known = _known(actor, client, external_id)
    if known is not None:
        return known, False
    contact, identity = _person(actor, client, channel, contact, lead_email, lead_phone, lead_name)
    known = _known(actor, client, external_id)  # the contact is locked now: a parallel copy has committed or waits
    if known is not None:
        return known, False
    conversation = Conversation.objects.create(
        workspace=actor.workspace, client_id=client, contact=contact, identity=identity, channel=channel,
        campaign=campaign, external_id=external_id, subject=subject, sorted_at=timezone.now(),
    )  # fmt: skip
    record(actor, EventType.CONVERSATION_CREATED, conversation, contact_id=contact.pk, channel=channel)
    return conversation, True


@transaction.atomic
def add_message(*, actor: Actor, conversation: Conversation, draft: Draft) -> tuple[Message, bool]:
    """Record in `conversation` what was said elsewhere. The same external id again answers with the first, and False.

    Raises Conflict where that external id stands in another conversation of this client.
    """
    actor.must_write()
    conversation = lock(conversation)
    known = _same(conversation, draft)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            return append(actor=actor, conversation=conversation, draft=draft), True
    except IntegrityError:
        raise _elsewhere(draft) from None


def adopt(*, actor: Actor, wall: UUID, connection_id: UUID, ids: Iterable[str]) -> int:
    """Conversations by mail that no connection carries (an import made them, or a program, or their connection was
    ended) and that hold one of the outside `ids`: from now on this connection does, so that an answer in them is sent.
    Returns how many."""
    actor.must_write()
    orphaned = Q(connection=None) | Q(connection__deleted_at__isnull=False)
    held = Message.objects.filter(orphaned, wall=wall, external_id__in=list(ids))
    rows = Conversation.objects.filter(orphaned, wall=wall, channel=Channel.EMAIL, external_id=None)
    return rows.filter(Exists(held.filter(conversation=OuterRef("pk")))).update(
        connection_id=connection_id, version=F("version") + 1, updated_at=actor.now
    )


def _same(conversation: Conversation, draft: Draft) -> Message | None:
    if draft.external_id is None:
        return None
    rows: Any = Message.objects.filter(wall=conversation.wall, connection=conversation.connection_id)
    known: Message | None = rows.filter(external_id=draft.external_id).first()
    if known is not None and known.conversation_id != conversation.pk:
        raise _elsewhere(draft)
    return known


def _elsewhere(draft: Draft) -> Conflict:
    return Conflict(f"The message “{draft.external_id}” stands in another conversation.", code="already_exists")


def _known(actor: Actor, client: UUID | None, external_id: str | None) -> Conversation | None:
    if external_id is None:
        return None
    wall = client or actor.workspace.pk
    found: Conversation | None = Conversation.objects.filter(
        wall=wall, connection=None, external_id=external_id
    ).first()
    return found


def _person(
    actor: Actor, client: UUID | None, channel: str, contact: Contact | None, email: str, phone: str, name: str
) -> tuple[Contact, Identity | None]:
    if contact is not None:
        locked = lock_person(contact.pk)
        return locked, _reached_at(actor, locked, ADDRESS_KIND[channel], {EMAIL: email, PHONE: phone})
    given = ((EMAIL, email, "lead_email"), (PHONE, phone, "lead_phone"))
    addresses = [_address(actor, kind, text, field) for kind, text, field in given if text]
    if not addresses:
        raise Invalid("Say who it is with: contact_id, lead_email or lead_phone.")
    addresses.sort(key=lambda one: one.kind != ADDRESS_KIND[channel])
    found, identity = find_or_create(actor=actor, client_id=client, addresses=addresses, name=name, source="api")
    return found, identity


def _reached_at(actor: Actor, contact: Contact, kind: str, named: Mapping[str, str]) -> Identity | None:
    """The address that was named, where it is theirs; else their first of this kind."""
    theirs = {one.value: one for one in Identity.objects.filter(contact=contact, kind=kind).order_by("-id")}
    text = named.get(kind, "")
    try:
        wanted = address(kind, text, region=actor.workspace.region).value if text else ""
    except Invalid:
        wanted = ""
    return theirs.get(wanted) or next(reversed(theirs.values()), None)


def _address(actor: Actor, kind: str, text: str, field: str) -> Address:
    try:
        return address(kind, text, region=actor.workspace.region)
    except Invalid as error:
        raise Invalid(fields={field: error.fields[kind]}) from None
