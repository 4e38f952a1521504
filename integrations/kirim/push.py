"""What Kirim is told: which events lead to it, and each kind of call. All of them bear being made twice: a POST has the
push's idempotency key, a PATCH says how it should be, and what stands there is looked at first."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from activity.models import Event
from activity.types import EventType
from activity.work import PAUSES
from contacts.addresses import PHONE, Address
from contacts.incoming import take_in
from contacts.models import Contact, Identity, Segment
from contacts.people import add_address
from contacts.people import lock as lock_person
from inbox import outside, sending
from inbox.messages import lock
from inbox.models import Conversation, Message
from integrations.base import Connected, Failed, Later, Wanted
from integrations.calling import Unreachable, VendorError
from integrations.kirim import labels, people, segments, threads
from integrations.kirim.calls import Calls
from integrations.kirim.mapping import SYSTEM, Row, changed_at, ids_of, known_of, said_of, text
from integrations.kirim.messages import State, advance
from integrations.models import Push
from integrations.pushing import wish

MESSAGE = "message"
# A person has a few numbers; who has more has them from imports.
MOST_NUMBERS = 5
Effect = Callable[[], str]

_OF_CONTACT = frozenset({
    EventType.CONTACT_CREATED, EventType.CONTACT_UPDATED, EventType.CONTACT_MERGED, EventType.CONTACT_UNMERGED
})  # fmt: skip
_OF_CONVERSATION = frozenset({
    EventType.CONVERSATION_ASSIGNED, EventType.CONVERSATION_CLOSED, EventType.CONVERSATION_REOPENED
})  # fmt: skip
_OF_SEGMENT = frozenset({EventType.SEGMENT_ENTERED, EventType.SEGMENT_LEFT})
_OF_MESSAGE = frozenset({EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERY_CHANGED})
HEARD = frozenset({*_OF_CONTACT, *_OF_SEGMENT, *_OF_CONVERSATION, *_OF_MESSAGE, EventType.CONVERSATION_LABELLED})
# Of a change to a contact, what Kirim holds too.
_TOLD = frozenset({"name", "email", "phone", "addresses"})


def wants(connected: Connected, event: Event) -> Iterable[Wanted]:
    if not connected.settings.get("push"):
        return
    if event.type in _OF_MESSAGE:
        if _is_to_be_sent(connected, event):
            yield Wanted(MESSAGE, event.subject_id)
    elif people.is_told(connected):
        yield from _changes(connected, event)


def _changes(connected: Connected, event: Event) -> Iterable[Wanted]:
    if event.type in _OF_CONTACT:
        changed = event.payload.get("changed_fields")
        if changed is None or _TOLD & set(changed):
            yield people.to_be_told(event.subject_id)
    elif event.type in _OF_SEGMENT:
        yield segments.to_be_told(event.payload["segment_id"])
        segment = Segment.objects.filter(pk=event.payload["segment_id"]).first()
        if Contact.objects.filter(pk=event.subject_id, wall=connected.wall).exists():  # one of all clients has others'
            yield people.in_turn(event.subject_id, segment.member_count if segment else 0)
    elif _runs_here(connected, event):
        kind = labels.KIND if event.type == EventType.CONVERSATION_LABELLED else threads.KIND
        yield Wanted(kind, event.subject_id, after=1.0)


def _is_to_be_sent(connected: Connected, event: Event) -> bool:
    """What we send through this connection waits as queued; what was only recorded here has no delivery."""
    message = Message.objects.filter(pk=event.subject_id, connection=connected.connection).first()
    last = sending.latest(message) if message else None
    return last is not None and last.state == State.QUEUED


def _runs_here(connected: Connected, event: Event) -> bool:
    return Conversation.objects.filter(pk=event.subject_id, connection=connected.connection).exists()


def send(connected: Connected, push: Push) -> Effect:
    """Raises Later, Unreachable, and Failed with Kirim's own words where it refuses for good."""
    try:
        with Calls(connected.settings, connected.secrets) as calls:
            return _SENDERS[push.kind](connected, push, calls)
    except VendorError as error:
        raise _refusal(error) from error
    except Unreachable as error:
        if push.attempts >= len(PAUSES):
            raise Failed(f"Kirim could not be reached: {error}") from error
        raise


def _refusal(error: VendorError) -> Exception:
    if error.code == "idempotency_in_progress":
        return Later(2, "Kirim is still at the same call from before.")
    if error.status == 401:
        return Failed("Kirim does not take the API key. Enter a new one in the connection's settings, then try again.")
    if error.code == "outside_24h_window":
        return Failed(
            "Kirim refused it: the last message from them is more than 24 hours old. Wait until they write again, or "
            "send an approved template from Kirim."
        )
    return Failed(f"Kirim refused: {error.words or error.code or error.status}")


def gave_up(connected: Connected, push: Push) -> None:
    """A message that will not go out says so where it stands, with what to do."""
    message = Message.objects.filter(pk=push.subject_id).first() if push.kind == MESSAGE else None
    if message is not None:
        sending.report(actor=connected.actor, message=message, state=State.FAILED, words=push.last_error)


def _message(connected: Connected, push: Push, calls: Calls) -> Effect:
    message = Message.objects.select_related("conversation__identity", "conversation__contact").get(pk=push.subject_id)
    last = sending.latest(message)
    if last is None or last.state != State.QUEUED or message.erased_at is not None:
        return lambda: "Sent before"
    if refused := sending.why_not(message):
        raise Failed(refused)
    number = _number(message.conversation)
    if not number:
        raise Failed("They have no phone number any more. Add one to the contact, then try again.")
    answer = calls.send_text(number, message.body, push.idempotency_key)

    def effect() -> str:
        for one in ids_of(answer):
            outside.confirm(actor=connected.actor, message=message, external_id=one)
        advance(connected, message, State.SENT)
        return f"Sent to {message.conversation.contact}"

    return effect


def _number(conversation: Conversation) -> str:
    identity = conversation.identity
    return identity.value if identity is not None and identity.kind == PHONE else conversation.contact.phone


def _contact(connected: Connected, push: Push, calls: Calls) -> Effect:
    contact = Contact.objects.visible_to(connected.actor).filter(pk=push.subject_id).first()
    if contact is None:
        return lambda: "The contact is not here any more"
    numbers = _numbers(contact)
    known = [found for number in numbers if (found := calls.contact_by_phone(number))]
    if known:
        return _all([_told(connected, contact, theirs, calls) for theirs in known])
    if not numbers:
        return lambda: f"{contact} has no phone number, by which Kirim knows people"
    fields = {name: value for name in people.SHARED if (value := getattr(contact, name))}
    asked = {"phone_number": numbers[0], **fields, "metadata": people.marks(contact, {})}
    made = calls.create_contact(asked, push.idempotency_key)
    return lambda: _same_now(connected, contact, made, people.SHARED, [], "made in Kirim")


def _numbers(contact: Contact) -> list[str]:
    rows = Identity.objects.filter(contact=contact, kind=PHONE).order_by("id").values_list("value", flat=True)
    return list(dict.fromkeys([*([contact.phone] if contact.phone else []), *rows]))[:MOST_NUMBERS]


def _all(effects: list[Effect]) -> Effect:
    return lambda: "; ".join(effect() for effect in effects)


def _told(connected: Connected, contact: Contact, theirs: Row, calls: Calls) -> Effect:
    theirs_id = text(theirs.get("id"))
    before = people.agreed(connected, [theirs_id]).get(theirs_id)
    differs = people.difference(connected, contact, theirs, before)
    now = calls.change_contact(theirs_id, differs.tell) if differs.tell else theirs
    now = now if text(now.get("id")) == theirs_id else {**theirs, **differs.tell}
    told = [name for name in differs.tell if name in people.SHARED]
    words = f"told {', '.join(sorted(differs.tell))}" if differs.tell else "the same there"
    return lambda: _same_now(connected, contact, now, told, differs.hear, words)


def _same_now(
    connected: Connected, contact: Contact, theirs: Row, told: Iterable[str], hear: Iterable[str], words: str
) -> str:
    """Keep what both sides hold from now on: what we told and what was equal; and take in what had changed there."""
    holder, hear = lock_person(contact.pk), list(hear)
    own = Address(SYSTEM, text(theirs["id"]), text(theirs["id"]))
    if not Identity.objects.filter(wall=connected.wall, kind=own.kind, value=own.value).exists():
        add_address(actor=connected.actor, contact=holder, address=own)
        for membership in holder.memberships.all():  # Kirim can label them from now on
            wish(connected.connection, segments.to_be_told(membership.segment_id))
    before = people.agreed(connected, [own.value]).get(own.value)
    people.remember(connected, theirs, holder.pk, before, set(said_of(theirs)))
    people.wrote(connected, theirs, list(told))
    if not hear:
        return f"{contact}: {words}"
    known = known_of(theirs, hear, changed_at=changed_at(theirs), with_phone=False)
    met = take_in(actor=connected.actor, client_id=connected.client_id, people=[known])[0]
    return f"{contact}: {words}" + (f"; heard {', '.join(sorted(hear))}" if met.outcome == "changed" else "")


def _conversation(connected: Connected, push: Push, calls: Calls) -> Effect:
    conversation = Conversation.objects.select_related("contact").get(pk=push.subject_id)
    theirs = _theirs(connected, conversation, calls)
    if theirs is None:
        return lambda: "Kirim has no conversation with them"
    tell = threads.plan(connected, conversation, theirs).tell
    now = calls.change_conversation(text(theirs["id"]), tell) if tell else theirs
    now = now if text(now.get("id")) == text(theirs["id"]) else {**theirs, **_as_told(tell)}

    def effect() -> str:
        outcome = threads.told(connected, lock(conversation), now, tell)
        said = [f"{name} {value or 'nobody'}" for name, value in tell.items()]
        return f"{conversation}: " + (", ".join([*said, *outcome.words]) or "the same there")

    return effect


def _as_told(tell: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(tell)
    if "assigned_to" in told:
        told["assignee"] = {"id": told.pop("assigned_to")}
    return told


def _theirs(connected: Connected, conversation: Conversation, calls: Calls) -> Row | None:
    """Kirim's conversation: the linked one, else the newest with their contact."""
    link = threads.kept(connected, conversation)
    if link is not None:
        return calls.conversation(link.external_id)
    contact_id = text((calls.contact_by_phone(_number(conversation)) or {}).get("id"))
    return next(iter(calls.conversations_of(contact_id)), None) if contact_id else None


def _labels(connected: Connected, push: Push, calls: Calls) -> Effect:
    conversation = Conversation.objects.select_related("contact").get(pk=push.subject_id)
    theirs = _theirs(connected, conversation, calls)
    if theirs is None:
        return lambda: "Kirim has no conversation with them"
    return labels.of_conversation(connected, conversation, theirs, calls, push.idempotency_key)


_SENDERS: dict[str, Callable[[Connected, Push, Calls], Effect]] = {
    MESSAGE: _message,
    people.KIND: _contact,
    threads.KIND: _conversation,
    labels.KIND: _labels,
    segments.KIND: segments.send,
}
