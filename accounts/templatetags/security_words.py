"""What the pages and mails of sign-in say. Loaded as `{% load security_words %}`."""

import json
from typing import Any

from django import template
from django.http import HttpRequest

from accounts import devices, passkeys

register = template.Library()


@register.filter
def device(user_agent: str) -> str:
    return devices.device(user_agent)


@register.filter
def fours(secret: str) -> str:
    """In groups of four, as one reads a long secret to type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@register.filter
def as_json(value: Any) -> str:
    """For a data attribute, where the template escapes it."""
    return json.dumps(value)


@register.filter
def no_passkeys(request: HttpRequest) -> str:
    """Why passkeys do not work where this page is served, and what to do; empty where they do."""
    return passkeys.why_not(request)
