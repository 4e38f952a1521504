"""What the templates of every room say in the same words. Loaded as `{% load pages %}`."""

from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm import money
from crm.pages import moments
from crm.pages.keys import KEYS, Key

register = template.Library()


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """The age of `moment`, with the exact time on hover."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(), moments.exact(moment), moments.age(moment, timezone.now()),
    )  # fmt: skip


@register.filter
def exact(moment: datetime | None) -> str:
    return "" if moment is None else moments.exact(moment)


@register.filter
def money_in(minor_units: int, currency: str) -> str:
    """`value|money_in:currency`: minor units formatted for their currency, whole amounts without an empty fraction."""
    digits = money.exponent(currency)
    return money.display(minor_units, currency).removesuffix("." + "0" * digits)


@register.filter
def money_about(minor_units: int, currency: str) -> str:
    """To the whole unit, for estimates."""
    unit = 10 ** money.exponent(currency)
    return money_in(round(minor_units / unit) * unit, currency)


@register.filter
def major_in(minor_units: int, currency: str) -> str:
    """As it is typed into a field: 1250.50."""
    return f"{money.major(minor_units, currency):f}"


@register.filter
def initials(name: object) -> str:
    """The first letters of the first and last word: what an avatar shows."""
    words = [word for word in str(name).split() if word[:1].isalnum()]
    return "".join(word[0] for word in dict.fromkeys([*words[:1], *words[-1:]])).upper() or "?"


@register.simple_tag
def key(name: str) -> SafeString:
    """The attributes of the button that this key presses: `{% key "inbox.close" %}`. Names: `crm.pages.keys`."""
    found = KEYS[name]
    if found.after_g:
        return format_html('data-go="{}" data-key-name="{}"', found.code, name)
    return format_html(
        'data-key="{}" data-key-name="{}" aria-keyshortcuts="{}"', found.code, name, found.shortcuts
    )  # fmt: skip


@register.simple_tag
def key_code(name: str) -> str:
    """For a script that does more with this key than to press a button."""
    return KEYS[name].code


@register.filter
def in_keys(shown: str) -> list[str]:
    """The keys of a combination, each to be drawn by itself: `Mod+Shift+Enter` as Mod, Shift, Enter."""
    return [one for part in shown.split(" ") for one in part.split("+")]


@register.simple_tag
def keys_after_g() -> list[Key]:
    return [one for one in KEYS.values() if one.after_g]


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """The page's query with `changes`: `?split=closed&client=…`, or nothing. None takes a name out."""
    return _written(context["request"].GET, changes)


@register.simple_tag(takes_context=True)
def without(context: dict[str, Any], name: str) -> str:
    """The page's query without `name`, and from the beginning of its list."""
    return _written(context["request"].GET, {name: None, "more": None, "pane": None})


@register.simple_tag(takes_context=True)
def scope(context: dict[str, Any]) -> str:
    """The query that keeps the chosen client, for links to other pages."""
    client = getattr(context["request"], "client", None)
    return f"?client={client.pk}" if client else ""


@register.simple_tag(takes_context=True)
def in_room(context: dict[str, Any], prefix: str) -> bool:
    """Whether the page lies under `prefix`: its link in the rail is the current one."""
    request: HttpRequest = context["request"]
    return request.path == prefix or request.path.startswith(f"{prefix}/")


def _written(given: QueryDict, changes: dict[str, object]) -> str:
    values = given.copy()
    for name, value in changes.items():
        if value is None or value == "":
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}" if values else ""
