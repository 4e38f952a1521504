"""`{% saved_views "inbox" %}`: the pinned views of a room and the menu of all, for the head of its page. One query."""

from typing import Any

from django import template

from desk.saved.views import menu

register = template.Library()


@register.inclusion_tag("desk/_views.html", takes_context=True)
def saved_views(context: dict[str, Any], room: str) -> dict[str, Any]:
    request = context["request"]
    return {"request": request, **menu(request, room)}


@register.filter
def in_a_row(words: list[str]) -> str:
    """client, label and person."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
