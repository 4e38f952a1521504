"""Messages, and what became of them: as webhooks bring them, as batches find them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from contacts.addresses import Address
from crm.errors import Invalid
from inbox import outside, receiving, sending
from inbox.channels import Channel
from inbox.messages import Draft
from inbox.models import Conversation, Message, MessageDelivery, OutsideId
from integrations.base import Connected, Later
from integrations.kirim.mapping import SYSTEM, Row, address_of, draft_of, ids_of, moment, row, rows, text
from integrations.models import InboundEvent

State = MessageDelivery.State
# How far a message has come. A failure is final only against what was before it.
_RANK = {State.QUEUED: 0, State.SENT: 1, State.FAILED: 2, State.DELIVERED: 3, State.READ: 4}
STATES = {"sent": State.SENT, "delivered": State.DELIVERED, "read": State.READ, "failed": State.FAILED}
# The nightly batch brings what was sent from Kirim itself; until then its statuses wait.
PATIENCE = timedelta(hours=26)
SAME_TIME = timedelta(seconds=2)


def of_meta(connected: Connected, payload: Row) -> str:
    """A message of the webhook, in Meta's shape."""
    message, metadata = row(payload.get("message")), row(payload.get("metadata"))
    if not is_of_this_number(connected, metadata):
        return f"To another number ({text(metadata.get('phone_number_id'))}), which is not this connection's"
    ours = _digits(metadata.get("display_phone_number"))
    outbound = bool(ours) and _digits(message.get("from")) == ours
    number = text(message.get("to") if outbound else message.get("from"))
    draft = draft_of(
        message, outbound=outbound, external_id=text(message.get("id")) or None, at=moment(message.get("timestamp"))
    )  # fmt: skip
    name = "" if outbound else text(row(row(payload.get("contact")).get("profile")).get("name"))
    return take(connected, [address_of(number)], name, draft, [text(message.get("id"))])


def _digits(number: Any) -> str:
    """Of a number as it is shown to people too: +62 811-0000-1111."""
    return "".join(each for each in text(number) if each.isdecimal())


def is_of_this_number(connected: Connected, metadata: Row) -> bool:
    """An organisation may have several numbers and one webhook for all of them."""
    own, named = str(connected.settings.get("phone_number_id") or ""), text(metadata.get("phone_number_id"))
    return not own or not named or own == named


def of_kirim(connected: Connected, message: Row, contact: Row) -> str:
    """A message of Kirim's list, which names its contact with the conversation."""
    ids = ids_of(message)
    addresses = [address_of(text(contact.get("phone_number"))), own_address(contact)]
    draft = draft_of(
        message, outbound=message.get("direction") == "outbound", external_id=ids[0] if ids else None,
        at=moment(message.get("created_at")),
    )  # fmt: skip
    return take(connected, addresses, text(contact.get("name")), draft, ids, text(message.get("status")))


def own_address(contact: Row) -> Address | None:
    found = text(contact.get("id"))
    return Address(SYSTEM, found, found) if found else None


def take(
    connected: Connected, addresses: list[Address | None], name: str, draft: Draft, ids: list[str], status: str = ""
) -> str:
    """Take one message in, under all its ids; what became of it, in words."""
    reached = [one for one in addresses if one]
    if not reached:
        raise Invalid("The message names nobody whom it is from.")
    arrival = receiving.Arrival(
        channel=Channel.WHATSAPP, addresses=reached, draft=draft, name=name, client_id=connected.client_id,
        connection_id=connected.connection.pk, source=SYSTEM,
    )  # fmt: skip
    twin = twin_of(connected, reached[0], draft, ids)
    message, new = (twin, False) if twin else receiving.receive(actor=connected.actor, arrival=arrival)
    for one in ids:
        if one != message.external_id:
            outside.confirm(actor=connected.actor, message=message, external_id=one)
    if message.direction == Message.Direction.OUTBOUND and status in STATES:
        advance(connected, message, STATES[status])
    return f"Message {'taken in' if new else 'here already'}: {message.conversation}"


def twin_of(connected: Connected, address: Address, draft: Draft, ids: list[str]) -> Message | None:
    """The same message, known by another id: Kirim's list names its own, Meta's webhook Meta's, and not every edition
    names both. It has the same words at the same second, and no id of this kind."""
    if draft.occurred_at is None or not ids or any(known_as(connected, one) for one in ids):
        return None
    chats = Conversation.objects.filter(
        wall=connected.wall, connection=connected.connection, contact__identities__kind=address.kind,
        contact__identities__value=address.value,
    )  # fmt: skip
    rows = Message.objects.filter(
        conversation__in=chats, direction=draft.direction, body=draft.body, external_id__isnull=False,
        occurred_at__range=(draft.occurred_at - SAME_TIME, draft.occurred_at + SAME_TIME),
    )  # fmt: skip
    kinds = {one.partition("_")[0] == "msg" for one in ids}
    for message in rows.prefetch_related("outside_ids").order_by("position"):
        names = {str(message.external_id), *(one.external_id for one in message.outside_ids.all())}
        if not kinds & {one.partition("_")[0] == "msg" for one in names}:
            twin: Message = message
            return twin
    return None


def known_as(connected: Connected, external_id: str) -> Message | None:
    """The message that Kirim or Meta calls so."""
    found: Message | None = Message.objects.filter(
        wall=connected.wall, connection=connected.connection, external_id=external_id
    ).first()
    return found or outside.known(connected.connection.pk, external_id)


def status(connected: Connected, event: InboundEvent) -> str:
    """What became of a message. Comes in any order, even before the answer to the send that it is about."""
    told = row(event.payload.get("status"))
    if not is_of_this_number(connected, row(event.payload.get("metadata"))):
        return "Of another number, which is not this connection's"
    state = STATES.get(text(told.get("status")))
    if state is None:
        return f"Kept: the status “{text(told.get('status'))}” says nothing here"
    message = known_as(connected, text(told.get("id"))) or _only_unnamed(connected, told)
    if message is None:
        if timezone.now() - event.arrived_at < PATIENCE:
            raise Later(_patience(event.arrived_at), "The message that this is about is not here yet.")
        return f"No message here is known as {text(told.get('id'))}: its status “{state}” was kept"
    if message.direction != Message.Direction.OUTBOUND:
        return "Kept: only what we sent has a delivery"
    moved = advance(connected, message, state, _reason(told))
    return f"Message to {message.conversation.contact}: {state}" + ("" if moved else ", which it was before")


def _patience(arrived_at: datetime) -> float:
    """A few seconds at first, then twice as long each time, up to six hours: a broadcast from Kirim itself has as many
    statuses that mean nothing here yet as people it went to."""
    return min(max(2.0, (timezone.now() - arrived_at).total_seconds()), 6 * 3600.0)


def _only_unnamed(connected: Connected, told: Row) -> Message | None:
    """The one message to this person whose Meta id is not known yet: an edition whose send answers only with Kirim's
    own id says nothing else. With two of them nobody can tell."""
    number = address_of(text(told.get("recipient_id")))
    if number is None:
        return None
    named = OutsideId.objects.filter(message=OuterRef("pk"), external_id__startswith="wamid")
    confirmed = OutsideId.objects.filter(message=OuterRef("pk"))
    found: list[Message] = list(
        Message.objects.filter(
            ~Exists(named), Exists(confirmed), wall=connected.wall, connection=connected.connection,
            direction=Message.Direction.OUTBOUND, external_id=None, arrived_at__gt=timezone.now() - PATIENCE,
            conversation__contact__identities__kind=number.kind,
            conversation__contact__identities__value=number.value,
        )[:2]
    )  # fmt: skip
    if len(found) != 1:
        return None
    outside.confirm(actor=connected.actor, message=found[0], external_id=text(told.get("id")))
    return found[0]


def advance(connected: Connected, message: Message, state: State, words: str = "") -> bool:
    """Report `state` unless the message has come as far already; whether it had not."""
    last = sending.latest(message)
    if last is not None and _RANK[State(last.state)] >= _RANK[state]:
        return False
    sending.report(actor=connected.actor, message=message, state=state, words=words)
    return True


def _reason(told: Row) -> str:
    """Meta's own words for a failure."""
    errors: list[dict[str, Any]] = rows(told.get("errors"))
    said = [
        text(row(one.get("error_data")).get("details")) or text(one.get("message")) or text(one.get("title"))
        for one in errors
    ]
    return " ".join(f"{words} ({text(one.get('code'))})" for words, one in zip(said, errors, strict=True)).strip()
