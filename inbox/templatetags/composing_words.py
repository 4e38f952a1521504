"""How the thread shows notes and what became of a message."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

from inbox.composing import guard, limits, notes
from inbox.composing.models import Note
from inbox.models import Conversation, Message, MessageDelivery

register = template.Library()

State = MessageDelivery.State
_ICONS = {
    State.QUEUED: "clock",
    State.SENT: "check",
    State.DELIVERED: "check-circle",
    State.READ: "eye",
    State.FAILED: "exclamation-triangle",
}


@register.filter
def state_icon(delivery: MessageDelivery | None) -> str:
    """With nothing said by a provider it was only recorded."""
    return _ICONS[State(delivery.state)] if delivery else "pencil-square"


@register.filter
def note_parts(note: Note) -> list[notes.Part]:
    """The text, with the names of who was mentioned apart."""
    return notes.parts(note.body, [str(mention.member.user) for mention in note.mentions.all()])


@register.filter
def timesince_words(moment: datetime) -> str:
    """“2 minutes ago”, for a sentence."""
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def author(message: Message) -> str:
    """Whom it is from, for a sentence."""
    return guard.author(message)


@register.simple_tag
def limit_of(conversation: Conversation) -> limits.Limit | None:
    return limits.limit_of(conversation)
