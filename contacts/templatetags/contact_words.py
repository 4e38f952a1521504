"""How the templates name the kinds of addresses."""

from django import template

register = template.Library()

_KINDS = {"email": "E-mail", "phone": "Phone", "linkedin": "LinkedIn", "chat": "Chat"}


@register.filter
def kind_name(kind: str) -> str:
    """An outside system's id goes by the system's own name."""
    return _KINDS.get(kind, kind.capitalize())
