"""WhatsApp's rule for free text: within 24 hours of the last message from the person (vendors.md, section 3; Kirim
refuses with `outside_24h_window`), by the provider's clock, and at most 4,096 characters."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from crm.pages import moments
from inbox.composing.limits import Limit
from inbox.models import Conversation

LENGTH = timedelta(hours=24)
LONGEST = 4096
_SWITCHED_OFF = "Telling Kirim is switched off in the settings of this connection."


def window(conversation: Conversation, now: datetime) -> Limit:
    if conversation.connection is not None and not conversation.connection.settings.get("push"):
        return Limit(_SWITCHED_OFF, f"{_SWITCHED_OFF} Nothing was sent.", LONGEST)
    last = conversation.last_inbound_at
    if last is None:
        return _never(conversation)
    until = last + LENGTH
    if now < until:
        return Limit(f"You can write freely until {_clock(until, now)}", longest=LONGEST)
    closed = f"The 24-hour window closed {moments.exact(until)}"
    who = str(conversation.contact)
    return Limit(
        f"{closed}. Kirim will refuse a free text until {who} writes again.",
        f"{closed}: WhatsApp takes no free text before {who} writes again. Nothing was sent. "
        "Send an approved template from Kirim, or reach them another way.",
        LONGEST,
    )


def _never(conversation: Conversation) -> Limit:
    who = str(conversation.contact)
    return Limit(
        f"{who} has not written yet. Kirim will refuse a free text until they do.",
        f"WhatsApp takes no free text before {who} has written. Nothing was sent. "
        "Begin with an approved template from Kirim, or reach them another way.",
        LONGEST,
    )


def _clock(moment: datetime, now: datetime) -> str:
    """14:05, and the day where it is another one."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    clock = date_format(local, "H:i")
    return clock if local.date() == today else f"{clock} tomorrow"
