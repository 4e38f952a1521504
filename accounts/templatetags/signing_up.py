"""Whether strangers may open workspaces here. Loaded as `{% load signing_up %}`."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def sign_up_is_open() -> bool:
    return bool(settings.SIGNUP)
