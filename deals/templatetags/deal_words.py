"""How the templates name what is known of a deal."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from crm.money import exponent
from crm.pages.moments import age
from deals import health
from deals.models import Deal
from deals.next_step import Onward, onward
from inbox.models import Conversation

SECONDS_A_DAY = 86_400

register = template.Library()


@register.simple_tag(takes_context=True)
def onward_of(context: dict[str, Any], conversation: Conversation) -> Onward | None:
    """The deal that moves on with a follow-up, and where to."""
    return onward(context["request"].actor, conversation)


@register.filter
def health_reason(deal: Deal) -> str:
    """Why it is as it is. Of deals that `health.with_health` annotated."""
    return health.reason(deal, timezone.now())


@register.filter
def due_words(moment: datetime) -> str:
    """When the next follow-up is: “in 3h”, “overdue 2d”, “overdue since 3 May”."""
    now = timezone.now()
    words = age(moment, now)
    if words == "now":
        return "due now"
    if moment > now:
        return words
    return f"overdue {words}" if now - moment < timedelta(days=7) else f"overdue since {words}"


@register.filter
def is_past(moment: datetime) -> bool:
    return moment <= timezone.now()


@register.filter
def digits(currency: str) -> int:
    """How many decimals an amount of this currency has."""
    return exponent(currency)


@register.filter
def sort_key(value: int | date) -> int:
    """What a card is sorted by, as a number that a script compares: days and moments in seconds."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    return value.toordinal() * SECONDS_A_DAY if isinstance(value, date) else value
