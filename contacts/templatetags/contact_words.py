"""What the templates about people say in the same words."""

from django import template

from contacts.editing import first_and_last

register = template.Library()

_KINDS = {"email": "E-mail", "phone": "Phone", "linkedin": "LinkedIn", "chat": "Chat"}


@register.filter
def kind_name(kind: str) -> str:
    """An outside system's id goes by the system's own name."""
    return _KINDS.get(kind, kind.capitalize())


@register.simple_tag
def halves(name: str) -> tuple[str, str]:
    """The first and the last name."""
    return first_and_last(name)
