"""How the templates name channels, intents and what became of a message."""

from collections.abc import Iterable
from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from contacts.models import Contact
from contacts.ownership import origin_of
from crm.pages.moments import Choice, snooze_choices
from inbox.intents.labels import Intent
from inbox.mail.quoting import Split as Parts
from inbox.mail.quoting import split
from inbox.models import INTENTS, FollowUp, Message, MessageDelivery
from inbox.queries import Split

register = template.Library()

_INTENT_ICONS = {
    Intent.INTERESTED: "hand-thumb-up",
    Intent.NOT_INTERESTED: "hand-thumb-down",
    Intent.QUESTION: "question-mark-circle",
    Intent.BOOKING: "calendar-days",
    Intent.OBJECTION: "hand-raised",
    Intent.OUT_OF_OFFICE: "sun",
}
_CHANNEL_ICONS = {
    "email": "envelope",
    "whatsapp": "chat-bubble-left-right",
    "sms": "device-phone-mobile",
    "linkedin": "briefcase",
    "chat": "chat-bubble-bottom-center-text",
}
_STATES = {
    MessageDelivery.State.QUEUED: "Waiting to be sent",
    MessageDelivery.State.SENT: "Sent",
    MessageDelivery.State.DELIVERED: "Delivered",
    MessageDelivery.State.READ: "Read",
    MessageDelivery.State.FAILED: "Not sent",
}
_ON_TIME = timedelta(minutes=1)
_SURE = 0.9


@register.filter
def intent_icon(intent: str) -> str:
    return _INTENT_ICONS[Intent(intent)]


@register.filter
def intent_name(intent: str) -> str:
    return dict(INTENTS)[intent]


@register.filter
def channel_icon(channel: str) -> str:
    return _CHANNEL_ICONS.get(channel, "chat-bubble-left")


@register.filter
def confidence_in_words(confidence: float, needs_look: bool) -> str:
    """“Not sure” is just what the chip shows as needing a look."""
    if needs_look:
        return "not sure"
    return "sure" if confidence >= _SURE else "fairly sure"


@register.filter
def in_percent(share: float | None) -> str:
    """Rounded down, so that only all of them are 100 %."""
    return "–" if share is None else f"{int(share * 100)} %"


@register.filter
def state_in_words(delivery: MessageDelivery | None) -> str:
    """What became of an outgoing message. With nothing said by a provider it was only recorded."""
    return _STATES[MessageDelivery.State(delivery.state)] if delivery else "Recorded"


@register.filter
def is_late(message: Message) -> bool:
    """It reached us more than a minute after the provider had it."""
    return message.arrived_at - message.occurred_at > _ON_TIME


@register.filter
def parted(message: Message) -> Parts:
    """What was said anew, and the history it repeats, which the page folds."""
    return split(message.body)


@register.simple_tag
def due_choices() -> list[Choice]:
    """When a follow-up may be due: the soonest first."""
    return snooze_choices(timezone.now())


@register.filter
def is_overdue(follow_up: FollowUp) -> bool:
    return follow_up.done_at is None and follow_up.due_at < timezone.now()


@register.filter
def in_all(splits: Iterable[Split] | None) -> bool:
    """Whether there is any conversation at all, as far as the page has counted."""
    return not splits or any(one.count for one in splits)


@register.simple_tag
def origin(contact: Contact, field: str) -> str:
    """Who wrote a field of the contact, and when: “by Anna, 3 May 2026”. Empty where nobody knows."""
    found = origin_of(contact, field)
    if not found:
        return ""
    who = "Parley" if found.get("kind") == "system" else found.get("by")
    at = parse_datetime(found.get("at", ""))
    return f"by {who}, {date_format(timezone.localtime(at), 'j M Y')}" if at else f"by {who}"
