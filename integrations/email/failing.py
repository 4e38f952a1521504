"""What becomes of our mail when a mail server reports on it."""

from datetime import timedelta

from contacts import suppression
from contacts.addresses import EMAIL
from inbox import sending
from inbox.models import Message, MessageDelivery
from integrations.base import Connected
from integrations.email.bounces import Fate, Report

# A report that returns no id is about something that was sent not long ago: servers give up after five days.
RECENT = timedelta(days=7)
State = MessageDelivery.State
# What is delayed is sent, with the server's words beside it.
STATES = {
    Fate.FAILED: State.FAILED, Fate.DELAYED: State.SENT, Fate.DELIVERED: State.DELIVERED, Fate.READ: State.READ
}  # fmt: skip
# What was heard of a mail is not taken back by what comes later out of order.
BEYOND = {
    State.FAILED: frozenset[str](),
    State.SENT: frozenset({State.FAILED, State.DELIVERED, State.READ}),
    State.DELIVERED: frozenset({State.FAILED, State.DELIVERED, State.READ}),
    State.READ: frozenset({State.READ}),
}


def told(connected: Connected, report: Report) -> Message | None:
    """Record what `report` says on the message that it names, and return that; None where it names none of ours. An
    address where nothing will ever arrive is not written to any more."""
    message = _named(connected, report)
    if message is None:
        return None
    last, state = sending.latest(message), STATES[report.fate]
    if last is None or last.state not in BEYOND[state]:
        sending.report(actor=connected.actor, message=message, state=state, words=report.words)
    if report.is_gone and (report.message_id or report.structured):
        _stop_writing(connected, message, report)
    return message


def _named(connected: Connected, report: Report) -> Message | None:
    ours = Message.objects.filter(
        wall=connected.wall, conversation__connection=connected.connection, direction=Message.Direction.OUTBOUND
    ).select_related("conversation__contact", "conversation__identity")
    by_id = ours.filter(external_id=report.message_id).first() if report.message_id else None
    if by_id is not None or not report.recipient:
        return by_id
    since = connected.actor.now - RECENT
    to_them = ours.filter(
        conversation__identity__kind=EMAIL, conversation__identity__value=report.recipient, arrived_at__gt=since
    )  # fmt: skip
    return to_them.order_by("-arrived_at", "-id").first()


def _stop_writing(connected: Connected, message: Message, report: Report) -> None:
    """Only the very address: it may be one of several of theirs, or of several that the mail went to."""
    contact, identity = message.conversation.contact, message.conversation.identity
    if identity is not None and report.recipient in ("", identity.value):
        suppression.bounced(actor=connected.actor, contact=contact, identity=identity, words=report.words)
