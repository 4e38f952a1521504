"""What automations act upon and do, in words."""

from datetime import timedelta

from django import template
from django.utils import timezone

from activity.models import Event
from activity.types import EventType
from crm.pages.moments import exact
from deals.reactions import title_for
from desk.automations.queries import Line
from inbox.models import INTENTS

register = template.Library()


@register.filter
def percent(share: float) -> str:
    return f"{share * 100:.4g} %"


@register.simple_tag
def days_ago(days: int) -> str:
    """The day, as an address names it."""
    return (timezone.localdate() - timedelta(days=days)).isoformat()


@register.filter
def reason(event: Event) -> str:
    """What happened that it would have acted upon."""
    payload = event.payload
    if event.type == EventType.INTENT_OVERRIDDEN:
        return f"{event.actor_name} corrected it to “{_named(payload['intent'])}”"
    if event.type == EventType.INTENT_DETECTED:
        return f"Read as “{_named(payload['intent'])}”, {percent(round(payload['confidence'], 2))} sure"
    if event.type == EventType.MESSAGE_RECEIVED:
        return "Wrote while nobody was there"
    if event.type == EventType.CONVERSATION_LABELLED:
        return f"Labelled {', '.join(payload['added'])}"
    return "A new conversation"


@register.filter
def would(line: Line, reaction: str) -> str:
    """What it would have done."""
    if line.until:
        return f"Snoozed until {exact(line.until)}"
    if reaction == "open_deal":
        return f"Deal “{title_for(line.conversation)}” opened"
    if reaction == "follow_up_offline":
        return f"Follow-up for {line.member.user}" if line.member else "Follow-up, nobody’s yet"
    if line.member and line.deed.get("kept"):
        return f"{line.member.user}, whose it is, told"
    if line.member:
        return f"Given to {line.member.user}"
    return _turned_away(closes=bool(line.deed.get("closes")), suppresses=bool(line.deed.get("suppresses")))


def _turned_away(*, closes: bool, suppresses: bool) -> str:
    if closes and suppresses:
        return "Closed, and nothing sent to them any more"
    return "Closed" if closes else "Nothing sent to them any more"


def _named(intent: str) -> str:
    return str(dict(INTENTS)[intent]).lower()
