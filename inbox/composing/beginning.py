"""A new conversation, begun by us: with whom, on which channel, and the first words."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from contacts.addresses import EMAIL, PHONE, address
from contacts.models import Contact, Identity
from crm.errors import Invalid
from crm.references import referred
from crm.transactions import advisory_lock
from inbox import sending
from inbox.carrying import carry
from inbox.channels import ADDRESS_KIND, Channel
from inbox.composing import guard
from inbox.models import Message
from inbox.opening import open_conversation

_NEEDED = {EMAIL: "an e-mail address", PHONE: "a phone number"}


@transaction.atomic
def begin(
    *,
    actor: Actor,
    channel: str,
    body: str,
    subject: str = "",
    contact_id: UUID | None = None,
    to: str = "",
    client_id: UUID | None = None,
    token: UUID | None = None,
) -> Message:
    """Open a conversation with `contact_id`, or with whoever has the address `to`, and send the first words. The same
    press twice begins one.

    Raises Invalid where the person has no address for that channel, Conflict where they asked not to be written to;
    then nothing is opened.
    """
    actor.must_write()
    if channel not in Channel.values:
        raise Invalid(fields={"channel": ["Choose a channel."]})
    text = sending.written(body)
    if token is not None:
        advisory_lock(f"inbox.press {token}")
        known = guard.pressed_before(actor, token, text)
        if known is not None:
            return known
    conversation, _ = open_conversation(
        actor=actor, channel=channel, subject=subject.strip()[:998], client_id=client_id,
        **_whom(actor, channel, contact_id, to),
    )  # fmt: skip
    carry(actor=actor, conversation=conversation)
    return sending.reply(actor=actor, conversation=conversation, body=text, subject=conversation.subject, token=token)


def _whom(actor: Actor, channel: str, contact_id: UUID | None, to: str) -> dict[str, Any]:
    kind = ADDRESS_KIND[channel]
    contact: Contact | None = referred(Contact.objects.visible_to(actor), contact_id, field="contact")
    if contact is not None:
        if not Identity.objects.filter(contact=contact, kind=kind).exists():
            raise Invalid(fields={"channel": [f"{contact} has no {_address(kind)}. Choose another channel."]})
        return {"contact_id": contact.pk}
    if not to.strip():
        raise Invalid(fields={"to": ["Choose a person, or type an address."]})
    if kind not in _NEEDED:
        raise Invalid(fields={"channel": [f"{Channel(channel).label} reaches only people who wrote there before."]})
    try:
        return {f"lead_{kind}": address(kind, to, region=actor.workspace.region).value}
    except Invalid as error:
        raise Invalid(fields={"to": [f"{Channel(channel).label} needs {_NEEDED[kind]}. {_first(error)}"]}) from None


def _address(kind: str) -> str:
    return _NEEDED.get(kind, f"a {kind} address").split(" ", 1)[1]


def _first(error: Invalid) -> str:
    return next(text for texts in error.fields.values() for text in texts)
