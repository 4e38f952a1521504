"""What the panel of one deal shows."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from clients.pages import PageRequest
from crm import money
from deals import health, queries
from deals.models import Deal
from deals.stages import lay_out


def panel_of(request: PageRequest, deal: Deal, typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`typed`: what a person wrote over an older version of the deal, as `forms.fields` read it. It stays in the form,
    with what is saved now beside it."""
    return {
        "deal": deal,
        "reason": health.reason(deal, timezone.now()),
        "history": queries.history(deal),
        "messages_of": queries.messages(deal),
        "follow_ups": queries.follow_ups(request.actor, deal),
        "stages": lay_out(request.actor.workspace),
        "owners": queries.owners(request.actor),
        "entry": entry(deal, typed or {}),
        "saved": saved(deal, typed or {}),
    }


def entry(deal: Deal, typed: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of the form hold."""
    values = {name: typed.get(name, getattr(deal, name)) for name in FIELDS}
    return {name: _text(name, value, values["currency"]) for name, value in values.items()}


def saved(deal: Deal, typed: Mapping[str, Any]) -> dict[str, str]:
    """Of the fields where `typed` differs from the deal, what the deal says, in words."""
    return {name: _words(name, deal) for name, value in typed.items() if value != getattr(deal, name)}


FIELDS = ("title", "value", "currency", "owner_id", "expected_close_on", "notes", "lost_reason")


def _text(name: str, value: Any, currency: str) -> str:
    if name == "value":
        return f"{money.major(value, currency):f}"
    return "" if value is None else str(value)


def _words(name: str, deal: Deal) -> str:
    if name == "owner_id":
        return str(deal.owner.user) if deal.owner else "Nobody"
    if name == "value":
        return money.display(deal.value, deal.currency)
    return str(getattr(deal, name) or "nothing")
