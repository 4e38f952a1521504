"""Writing to the person."""

from django.db import transaction

from accounts.actors import Actor
from contacts.suppression import must_be_reachable
from crm.errors import Invalid
from inbox.messages import Draft, append, lock
from inbox.models import Conversation, Message

LONGEST = 100_000


@transaction.atomic
def reply(*, actor: Actor, conversation: Conversation, body: str, subject: str = "") -> Message:
    """Append our answer. With no connection on the conversation it is recorded: somebody carries it over by hand.

    Raises Invalid for an empty or endless text, Conflict where the person asked not to be written to.
    """
    actor.must_write()
    text = body.strip()
    if not text:
        raise Invalid(fields={"body": ["Write something first."]})
    if len(text) > LONGEST:
        raise Invalid(fields={"body": [f"At most {LONGEST:,} characters."]})
    conversation = lock(conversation)
    must_be_reachable(conversation.contact, conversation.identity, conversation.wall)
    draft = Draft(
        direction=Message.Direction.OUTBOUND,
        body=text,
        subject=subject,
        author_kind=actor.kind,
        author_id=actor.id,
        author_name=actor.name,
    )
    return append(actor=actor, conversation=conversation, draft=draft)
