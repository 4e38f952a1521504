"""What outside systems told of a person, and what was kept for telling them, goes with the person."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Cast

from contacts.addresses import PHONE
from contacts.models import Contact, Identity
from inbox.models import Conversation, Message
from integrations.models import InboundEvent, Link, Push
from integrations.words import Words, any_named, names_any

# Shorter ones stand in everybody's events; so do numbers of fewer digits than the shortest with a country's code.
SHORTEST = 5
SHORTEST_NUMBER = 7
_READABLE = Func(F("body"), Value("escape"), function="encode", output_field=TextField())


def forget(person: Contact, others: Sequence[UUID], addresses: Sequence[Identity]) -> None:
    """Blank the raw events that name one of their addresses, and what was agreed on and said about them. others: those
    who were merged into them. What still waits to be handled is left: it is news of somebody who is here again."""
    subjects = [person.pk, *others, *_threads_of(person)]
    Link.objects.filter(workspace=person.workspace_id, subject_id__in=[person.pk, *others]).delete()
    Link.objects.filter(workspace=person.workspace_id, subject_id__in=subjects).update(data={})
    Push.objects.filter(workspace=person.workspace_id, subject_id__in=subjects).update(
        params={}, outcome="", last_error=""
    )
    if names := _named(addresses):
        _blank(person, names)


def _blank(person: Contact, names: set[str]) -> None:
    rows = InboundEvent.objects.filter(workspace=person.workspace_id)
    waiting, of_batch = Q(state=InboundEvent.State.WAITING), Q(via=InboundEvent.Via.BATCH)
    about = rows.filter(~waiting).annotate(words=Words(F("payload"), F("body"))).filter(any_named(names))
    found = rows.filter(pk__in=list(about.values_list("pk", flat=True)))
    naming = names_any(names)
    told = found.annotate(told=Cast("payload", TextField()), read=_READABLE)
    told = told.filter(Q(told__iregex=naming) | of_batch & Q(read__iregex=naming))
    told.update(payload={}, body=b"", outcome="Erased", last_error="")
    # A webhook's body of many events stands with the first of them, whoever that is about, and is not read again; of a
    # mail that could not be read, the body is all there is.
    found.exclude(of_batch).exclude(body=b"").update(body=b"")
    bodies = rows.filter(waiting, via=InboundEvent.Via.WEBHOOK).exclude(body=b"").annotate(told=_READABLE)
    bodies.filter(told__iregex=naming).update(body=b"")


def _threads_of(person: Contact) -> list[UUID]:
    conversations = list(Conversation.objects.filter(contact=person).values_list("pk", flat=True))
    messages = Message.objects.filter(conversation__in=conversations).values_list("pk", flat=True)
    return [*conversations, *messages]


def _named(addresses: Sequence[Identity]) -> set[str]:
    """As they are kept, and as they came in."""
    return {text for one in addresses for form in (one.value, one.written) for text in _forms(one.kind, form)}


def _forms(kind: str, form: str) -> list[str]:
    """Numbers are written with and without their plus, and with 00 for it."""
    if kind != PHONE:
        return [form] if len(form) >= SHORTEST else []
    if sum(letter.isdigit() for letter in form) < SHORTEST_NUMBER:
        return []
    bare = form.removeprefix("+")
    return [form] if bare == form else [bare, f"00{bare}"]
