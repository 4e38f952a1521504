"""What outside systems told of a person, and what was kept for telling them, goes with the person."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Cast

from contacts.addresses import PHONE
from contacts.models import Contact, Identity
from inbox.models import Conversation, Message
from integrations.models import InboundEvent, Link, Push

# Shorter ones stand in everybody's events.
SHORTEST = 5
_READABLE = Func(F("body"), Value("escape"), function="encode", output_field=TextField())


def forget(person: Contact, others: Sequence[UUID], addresses: Sequence[Identity]) -> None:
    """Blank the raw events that name one of their addresses, and what was agreed on and said about them. others: those
    who were merged into them. What still waits to be handled is left: it is news of somebody who is here again.

    Reads every event of the workspace that is still kept (two months): erasing somebody is rare, and must be whole.
    """
    subjects = [person.pk, *others, *_threads_of(person)]
    Link.objects.filter(workspace=person.workspace_id, subject_id__in=[person.pk, *others]).delete()
    Link.objects.filter(workspace=person.workspace_id, subject_id__in=subjects).update(data={})
    Push.objects.filter(workspace=person.workspace_id, subject_id__in=subjects).update(
        params={}, outcome="", last_error=""
    )
    if names := _named(addresses):
        rows = InboundEvent.objects.filter(workspace=person.workspace_id)
        handled = rows.exclude(state=InboundEvent.State.WAITING)
        told = handled.annotate(told=Cast("payload", TextField())).filter(names)
        told.update(payload={}, body=b"", outcome="Erased", last_error="")
        # A body of many events stands with the first of them, whoever that is about; none is read again.
        webhooks = rows.filter(via=InboundEvent.Via.WEBHOOK).exclude(body=b"")
        webhooks.annotate(told=_READABLE).filter(names).update(body=b"")


def _threads_of(person: Contact) -> list[UUID]:
    conversations = list(Conversation.objects.filter(contact=person).values_list("pk", flat=True))
    messages = Message.objects.filter(conversation__in=conversations).values_list("pk", flat=True)
    return [*conversations, *messages]


def _named(addresses: Sequence[Identity]) -> Q | None:
    """Numbers are written with and without their plus."""
    written = {one.value.lstrip("+") if one.kind == PHONE else one.value for one in addresses}
    each = [Q(told__icontains=text) for text in written if len(text) >= SHORTEST]
    return reduce(or_, each) if each else None
