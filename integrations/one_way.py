"""Chats that come here from a system which takes no answers from outside."""

from datetime import datetime

from inbox.composing import limits
from inbox.composing.limits import Limit
from inbox.models import Conversation


def one_way(system: str, title: str, elsewhere: str) -> None:
    """Have the composer say so before somebody writes, and refuse what is written, so that nothing waits to be sent for
    ever. elsewhere: where to answer instead, a sentence."""
    words = f"{title} takes no messages from outside. {elsewhere}"

    def rule(conversation: Conversation, now: datetime) -> Limit:
        return Limit(words, f"{words} Nothing was sent.")

    limits.register(system, rule)
