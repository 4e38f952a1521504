"""`{{ event|told }}`: what happened, in words."""

from django import template

from activity.models import Event
from activity.sentences import sentence

register = template.Library()


@register.filter
def told(event: Event) -> str:
    return sentence(event)
