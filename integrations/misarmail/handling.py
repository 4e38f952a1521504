"""What MisarMail's webhooks tell of mail, campaigns and contacts. Their `data` is not published: each field is looked
for under the names that its editions use."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from clients.models import Campaign
from contacts import suppression
from contacts.addresses import EMAIL, Address, address
from contacts.incoming import Known, Met, take_in
from contacts.models import Contact, Identity
from crm.errors import Invalid
from inbox import sending
from inbox.messages import Draft
from inbox.models import Conversation, Message, MessageDelivery
from inbox.opening import add_message
from inbox.receiving import Arrival, receive
from integrations.base import Connected, Failed
from integrations.links import link, linked
from integrations.misarmail import campaigns, theirs, threads
from integrations.misarmail.calls import TITLE
from integrations.misarmail.lines import HEARD
from integrations.misarmail.people import SYSTEM
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
    person = _person(data)
    if person is None:
        return None
    before = _contact(connected, person, data)
    standing = str(before.custom_fields.get(field, "")) if before else ""
    fields: dict[str, Any] = {}
    if standing < _iso(at):
        fields = {f"custom_fields.{field}": _iso(at)} | {f"custom_fields.{k}": v for k, v in more.items() if v}
    return _taken(connected, person, data, fields, at)


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
    person = _person(data)
    if person is None:
        return "The message failed." if message else KEPT
    met = _taken(connected, person, data, {}, _at(event))
    identity = Identity.objects.filter(contact=met.contact, kind=EMAIL, value=person.emails[0]).first()
    if identity is not None:
        suppression.bounced(actor=connected.actor, contact=met.contact, identity=identity, words=said)
    return f"{met.contact} cannot be reached at {person.emails[0]}."


def _complained(connected: Connected, event: InboundEvent, data: Said) -> str:
    return _refused(connected, event, data, f"called a mail spam, says {connected.connection.name}")


def _unsubscribed(connected: Connected, event: InboundEvent, data: Said) -> str:
    return _refused(connected, event, data, f"unsubscribed in {connected.connection.name}")


def _refused(connected: Connected, event: InboundEvent, data: Said, reason: str) -> str:
    person = _person(data)
    if person is None:
        return KEPT
    met = _taken(connected, person, data, {}, _at(event))
    suppression.suppress(actor=connected.actor, contact=met.contact, reason=reason[:300])
    return f"{met.contact} is not written to any more."


def _received(connected: Connected, event: InboundEvent, data: Said) -> str:
    """A mail of theirs, in the thread that it belongs to: the conversation that is named, else that of a mail which it
    answers, else a new one."""
    sender = _sender(data)
    if not sender.emails:
        raise Failed("The mail names no sender.")
    draft = Draft(
        direction=Message.Direction.INBOUND, body=prose(data, "text", "body", "body_text", "text_body", "plain"),
        subject=prose(data, "subject")[:998], html=prose(data, "html", "body_html", "html_body"),
        external_id=_message_id(data) or event.key, occurred_at=_at(event),
        author_name=words(data, "from_name", most=300) or sender.fields.get("name", ""),
    )  # fmt: skip
    of = words(data, "conversation_id", "thread_id", "conversationId")
    known = linked(connected.connection, threads.KIND, of) if of else None
    if known is not None:
        return _added(connected, known, draft)
    side = _side(connected, data)
    message, new = receive(
        actor=connected.actor,
        arrival=Arrival(
            channel="email", addresses=[_email(one) for one in sender.emails], draft=draft,
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
    met = _taken(connected, person, said, person.fields, person.changed_at or _at(event))
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


def _message_id(data: Said) -> str:
    return words(data, "message_id", "messageId", "email_id", "emailId", most=998) or words(part(data, "email"), "id")


def _message(connected: Connected, data: Said) -> Message | None:
    """The outgoing message that is meant, where it is here."""
    wanted = _message_id(data)
    rows = Message.objects.visible_to(connected.actor).filter(direction=Message.Direction.OUTBOUND)
    found: Message | None = rows.filter(external_id=wanted, connection=None).first() if wanted else None
    return found


def _person(data: Said) -> theirs.Person | None:
    """Whom a mail went to: by address; None where none is told that could be one."""
    said = part(data, "contact", "recipient", "to")
    emails = [said.get("email"), data.get("email"), data.get("recipient"), data.get("to"), data.get("contact_email")]
    found = [one for text in texts([one for each in emails for one in _each(each)]) if (one := _usable(text))]
    if not found:
        return None
    told = {"id": words(data, "contact_id", "contactId") or words(said, "id"), "emails": found[:1]}
    return theirs.person(told | ({"client_id": words(data, "client_id")}))


def _sender(data: Said) -> theirs.Person:
    said = part(data, "from", "sender", "contact")
    emails = [said.get("email"), said.get("address"), data.get("from"), data.get("from_email"), data.get("sender")]
    found = [one for text in texts([one for each in emails for one in _each(each)]) if (one := _usable(text))]
    written = next(filter(None, (words(data, name) for name in ("from", "sender"))), "")
    name = words(said, "name", most=300) or words(data, "from_name", most=300) or parseaddr(written)[0]
    return theirs.person({"emails": found, **({"name": name} if name else {})})


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _usable(text: str) -> str:
    """The bare address of "Priya <priya@example.com>" too; empty where it cannot be one."""
    bare = text.rpartition("<")[2].partition(">")[0] if "<" in text else text
    try:
        return address(EMAIL, bare, region="US").value
    except Invalid:
        return ""


def _email(text: str) -> Address:
    return address(EMAIL, text, region="US")


def _side(connected: Connected, data: Said) -> UUID | None:
    return Sides(connected).of(words(data, "client_id", "clientId"))


def _contact(connected: Connected, person: theirs.Person, data: Said) -> Contact | None:
    wall = _side(connected, data) or connected.workspace.pk
    rows = Contact.objects.filter(identities__wall=wall, identities__kind=EMAIL, identities__value__in=person.emails)
    return rows.first()


def _taken(
    connected: Connected, person: theirs.Person, data: Said, fields: Mapping[str, Any], at: datetime
) -> Met:  # fmt: skip
    known = Known(
        system=SYSTEM, key=person.id, addresses=[Address(EMAIL, one, one) for one in person.emails], fields=fields,
        changed_at=at, source=TITLE, active_at=at, labels=person.tags,
    )  # fmt: skip
    return take_in(actor=connected.actor, client_id=_side(connected, data), people=[known])[0]
