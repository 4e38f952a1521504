"""What MisarMail's webhooks tell of mail, campaigns and contacts. Their `data` is not published: each field is looked
for under the names that its editions use."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from clients.models import Campaign
from contacts import suppression
from contacts.addresses import EMAIL
from contacts.incoming import Known, Met, take_in
from contacts.models import Contact, Identity
from inbox import sending
from inbox.messages import Draft
from inbox.models import Conversation, Message, MessageDelivery
from inbox.opening import add_message
from inbox.receiving import Arrival, receive
from integrations.base import Connected, Failed
from integrations.links import link, linked
from integrations.misarmail import campaigns, letters, theirs, threads
from integrations.misarmail.calls import TITLE
from integrations.misarmail.lines import HEARD
from integrations.misarmail.people import SYSTEM, addresses_of
from integrations.misarmail.reading import Said, moment, part, prose, texts, words
from integrations.misarmail.sides import Sides
from integrations.models import InboundEvent

State = MessageDelivery.State
KEPT = "Kept. There is nothing to do about it."
_SOFT = ("soft", "transient", "temporary", "deferred", "block")


def handle(connected: Connected, event: InboundEvent) -> str:
    handler = HANDLERS.get(event.type)
    data = part(event.payload, "data")
    return handler(connected, event, data) if handler else KEPT


def _sent(connected: Connected, event: InboundEvent, data: Said) -> str:
    return _delivery(connected, event, data, State.SENT, "last_sent_at")


def _delivered(connected: Connected, event: InboundEvent, data: Said) -> str:
    return _delivery(connected, event, data, State.DELIVERED, "last_delivered_at")


def _opened(connected: Connected, event: InboundEvent, data: Said) -> str:
    return _delivery(connected, event, data, State.READ, "last_opened_at")


def _clicked(connected: Connected, event: InboundEvent, data: Said) -> str:
    url = words(data, "url", "link", "clicked_url", most=2000)
    return _delivery(connected, event, data, State.READ, "last_clicked_at", last_clicked_url=url)


def _delivery(
    connected: Connected, event: InboundEvent, data: Said, state: State, field: str, **more: str
) -> str:  # fmt: skip
    """The message's state, where it is one of ours; and when it last happened to the person."""
    message = _message(connected, data)
    if message is not None:
        _report(connected, event, message, state)
    met = _behaved(connected, event, data, field, **more)
    told = [f"The message is {state.label.lower()}." if message else "", f"{met.contact} updated." if met else ""]
    return " ".join(filter(None, told)) or KEPT


def _report(connected: Connected, event: InboundEvent, message: Message, state: State, said: str = "") -> None:
    """Events come in any order: what came earlier in a message's life does not undo what came later."""
    order = (State.QUEUED, State.SENT, State.DELIVERED, State.READ, State.FAILED)
    last = sending.latest(message)
    if last is None or order.index(State(last.state)) < order.index(state):
        actor = connected.actor
        at = min(_at(event), actor.now)
        sending.report(actor=actor.back_at(at), message=message, state=state, words=said)


def _behaved(connected: Connected, event: InboundEvent, data: Said, field: str, **more: str) -> Met | None:
    """When the person last did it: an event that comes late does not set the clock back."""
    at = _at(event)
    person = letters.recipient(data)
    if person is None:
        return None
    before = _contact(connected, person)
    standing = str(before.custom_fields.get(field, "")) if before else ""
    fields: dict[str, Any] = {}
    if standing < _iso(at):
        fields = {f"custom_fields.{field}": _iso(at)} | {f"custom_fields.{k}": v for k, v in more.items() if v}
    return _taken(connected, person, fields, at)


def _bounced(connected: Connected, event: InboundEvent, data: Said) -> str:
    """A mailbox that is not there is not written to any more; one that is full may be."""
    bounce = part(data, "bounce")
    kind = words(bounce, "type", "classification") or words(data, "bounce_type", "bounceType", "type")
    said = words(data, "reason", "error", "diagnostic", "message", most=500) or words(
        bounce, "reason", "diagnostic", "message", most=500
    )
    message = _message(connected, data)
    if message is not None:
        _report(connected, event, message, State.FAILED, said or "It bounced.")
    if any(word in kind.lower() for word in _SOFT):
        return "It came back for now." if message else KEPT
    person = letters.recipient(data)
    if person is None:
        return "The message failed." if message else KEPT
    met = _taken(connected, person, {}, _at(event))
    identity = Identity.objects.filter(contact=met.contact, kind=EMAIL, value=person.emails[0]).first()
    if identity is not None:
        suppression.bounced(actor=connected.actor, contact=met.contact, identity=identity, words=said)
    return f"{met.contact} cannot be reached at {person.emails[0]}."


def _complained(connected: Connected, event: InboundEvent, data: Said) -> str:
    return _refused(connected, event, data, f"called a mail spam, says {connected.connection.name}")


def _unsubscribed(connected: Connected, event: InboundEvent, data: Said) -> str:
    return _refused(connected, event, data, f"unsubscribed in {connected.connection.name}")


def _refused(connected: Connected, event: InboundEvent, data: Said, reason: str) -> str:
    person = letters.recipient(data)
    if person is None:
        return KEPT
    met = _taken(connected, person, {}, _at(event))
    suppression.suppress(actor=connected.actor, contact=met.contact, reason=reason[:300])
    return f"{met.contact} is not written to any more."


def _received(connected: Connected, event: InboundEvent, data: Said) -> str:
    """A mail of theirs, in the thread that it belongs to: the conversation that is named, else that of a mail which it
    answers, else a new one."""
    sender = letters.sender(data)
    if not sender.emails:
        raise Failed("The mail names no sender.")
    draft = Draft(
        direction=Message.Direction.INBOUND, body=prose(data, "text", "body", "body_text", "text_body", "plain"),
        subject=prose(data, "subject")[:998], html=prose(data, "html", "body_html", "html_body"),
        external_id=letters.message_id(data) or event.key, occurred_at=_at(event),
        author_name=words(data, "from_name", most=300) or sender.fields.get("name", ""),
    )  # fmt: skip
    of = words(data, "conversation_id", "thread_id", "conversationId")
    known = linked(connected.connection, threads.KIND, of) if of else None
    if known is not None:
        return _added(connected, known, draft)
    side = _side(connected, sender)
    message, new = receive(
        actor=connected.actor,
        arrival=Arrival(
            channel="email", addresses=[letters.email(one) for one in sender.emails], draft=draft,
            name=str(sender.fields.get("name", "")), thread_id=of or None, client_id=side, source=TITLE,
            ancestors=texts(data.get("in_reply_to")) + texts(data.get("references"), most=998),
        ),
    )  # fmt: skip
    if new:
        _remember(connected, message, of)
    return f"{message.conversation.contact} wrote." if new else "The mail was here already."


def _added(connected: Connected, conversation_id: UUID, draft: Draft) -> str:
    conversation = Conversation.objects.get(pk=conversation_id)
    message, new = add_message(actor=connected.actor, conversation=conversation, draft=draft)
    if new:
        link(connected.connection, HEARD, message.external_id, message.pk)
    return f"{conversation.contact} wrote." if new else "The mail was here already."


def _remember(connected: Connected, message: Message, of: str) -> None:
    """So that the batch, which knows it under ids of its own, does not take it for another."""
    link(connected.connection, HEARD, message.external_id, message.pk)
    if not of and message.position == 1:
        link(connected.connection, threads.BEGUN, str(message.conversation_id), message.conversation_id)


def _campaign(connected: Connected, event: InboundEvent, data: Said) -> str:
    said = part(data, "campaign") or data
    origin = theirs.origin({"id": words(data, "campaign_id", "campaignId"), **said})
    if not origin.id:
        return KEPT
    sent_at = moment(said, "sent_at", "sentAt", "completed_at") or _at(event)
    done = theirs.Origin(
        origin.id, origin.name or words(said, "campaign_name", most=200), origin.client_id, origin.created_at,
        {**origin.fields, "status": Campaign.Status.SENT.value, "sent_at": sent_at},
    )  # fmt: skip
    before = next(iter(campaigns.of(connected, [origin.id])), None)
    if before is not None and not done.name:
        done = theirs.Origin(done.id, str(before.data.get("name", "")), done.client_id, done.created_at, done.fields)
    campaigns.take(connected, [done])
    return f"The campaign {done.name or done.id} was sent."


def _contact_told(connected: Connected, event: InboundEvent, data: Said) -> str:
    said = part(data, "contact") or data
    person = theirs.person({"id": words(data, "contact_id", "contactId"), **said})
    if not (person.id or person.emails or person.phones):
        return KEPT
    met = _taken(connected, person, person.fields, person.changed_at or _at(event))
    return f"{met.contact}: {met.outcome}." + (f" {met.refused}" if met.refused else "")


HANDLERS: Mapping[str, Callable[[Connected, InboundEvent, Said], str]] = {
    "email.sent": _sent,
    "email.delivered": _delivered,
    "email.opened": _opened,
    "email.clicked": _clicked,
    "email.bounced": _bounced,
    "email.complained": _complained,
    "email.unsubscribed": _unsubscribed,
    "email.received": _received,
    "campaign.sent": _campaign,
    "campaign.completed": _campaign,
    "contact.created": _contact_told,
    "contact.updated": _contact_told,
}


def _at(event: InboundEvent) -> datetime:
    return event.occurred_at or event.arrived_at


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _message(connected: Connected, data: Said) -> Message | None:
    """The outgoing message that is meant, where it is here."""
    wanted = letters.message_id(data)
    rows = Message.objects.visible_to(connected.actor).filter(direction=Message.Direction.OUTBOUND)
    found: Message | None = rows.filter(external_id=wanted, connection=None).first() if wanted else None
    return found


def _side(connected: Connected, person: theirs.Person) -> UUID | None:
    """The client that is told; else the one whose contact it is: mail events rarely say."""
    sides = Sides(connected)
    if person.client_id or not sides.are_told_apart:
        return sides.of(person.client_id)
    known = Q(kind=SYSTEM, value=person.id) | Q(kind=EMAIL, value__in=[one.lower() for one in person.emails])
    rows = Identity.objects.filter(known, workspace=connected.workspace, contact__deleted_at=None)
    found: UUID | None = (
        rows.order_by("-contact__last_activity_at").values_list("client_id", flat=True).first()
    )  # fmt: skip
    return found


def _contact(connected: Connected, person: theirs.Person) -> Contact | None:
    wall = _side(connected, person) or connected.workspace.pk
    rows = Contact.objects.filter(identities__wall=wall, identities__kind=EMAIL, identities__value__in=person.emails)
    return rows.first()


def _taken(connected: Connected, person: theirs.Person, fields: Mapping[str, Any], at: datetime) -> Met:
    known = Known(
        system=SYSTEM, key=person.id, addresses=addresses_of(person), fields=fields, changed_at=at, source=TITLE,
        active_at=at, labels=person.tags,
    )  # fmt: skip
    return take_in(actor=connected.actor, client_id=_side(connected, person), people=[known])[0]
