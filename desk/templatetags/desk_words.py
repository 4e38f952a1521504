"""What the templates of the desk say about people and deals."""

from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm.search import Piece, excerpt, pieces
from deals.health import reason
from deals.models import Deal

register = template.Library()


@register.filter
def first_name(name: object) -> str:
    words = str(name).split()
    return words[0] if words else ""


@register.filter
def silence(deal: Deal, now: datetime) -> str:
    """Why it stands still, in words."""
    return reason(deal, now)


@register.simple_tag
def marked(text: object, asked: str) -> SafeString:
    """`text` with what was asked for marked."""
    return _written(pieces(str(text or ""), asked))


@register.simple_tag
def excerpt_of(text: str, asked: str) -> SafeString:
    """The part of a long text that has what was asked for, marked."""
    return _written(excerpt(text, asked, length=160))


def _written(parts: list[Piece]) -> SafeString:
    """Each piece escaped by itself."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if found else text,) for text, found in parts)
    )
