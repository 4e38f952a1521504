"""The tags of the package `heroicons` by their own names, drawn from the file of `crm.icons`."""

from functools import lru_cache

from django import template
from django.utils.html import format_html

from crm import icons

register = template.Library()


@register.simple_tag
def heroicon_micro(name: str, *, size: int = 16) -> str:
    return _drawn("micro", name, size)


@register.simple_tag
def heroicon_mini(name: str, *, size: int = 20) -> str:
    return _drawn("mini", name, size)


@register.simple_tag
def heroicon_outline(name: str, *, size: int = 24) -> str:
    return _drawn("outline", name, size)


@lru_cache(maxsize=512)
def _drawn(style: str, name: str, size: int) -> str:
    symbol = icons.id_of(style, name)
    if symbol not in icons.held():
        return icons.DRAWN[style](name, size=size)
    return format_html(
        '<svg width="{}" height="{}" aria-hidden="true"><use href="{}#{}"/></svg>', size, size, icons.address(), symbol
    )
