"""What a provider allows to be written, and until when: said in the composer before one writes, and kept when one
sends. An outside system registers its rule; here nobody knows any of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from crm.errors import Invalid
from inbox.models import Conversation


@dataclass(frozen=True)
class Limit:
    """words: for whoever is about to write. refusal: why nothing can be sent now and what to do; empty where it can.
    longest: how many characters go out at once; None where the provider names no number."""

    words: str
    refusal: str = ""
    longest: int | None = None


Rule = Callable[[Conversation, datetime], Limit | None]
_RULES: dict[str, Rule] = {}


def register(system: str, rule: Rule) -> None:
    """Ask `rule` about conversations on connections of this system. It asks the database nothing."""
    _RULES[system] = rule


def limit_of(conversation: Conversation) -> Limit | None:
    """What holds in `conversation` now; None where nothing does."""
    connection = conversation.connection
    if connection is None:
        return None
    if connection.deleted_at is not None:
        return _ended(connection.name)
    rule = _RULES.get(connection.system)
    return rule(conversation, timezone.now()) if rule else _paused(connection)


def _ended(name: str) -> Limit:
    words = f"{name} was disconnected, so nothing goes out here."
    return Limit(words, f"{words} Begin a new conversation with them, or connect it again. Nothing was sent.")


def _paused(connection: Any) -> Limit | None:
    """Not refused: what is written waits, and goes out once the connection is resumed."""
    if connection.is_active:
        return None
    return Limit(f"{connection.name} is paused: what you write goes out once it is resumed.")


def must_be_allowed(conversation: Conversation, body: str) -> None:
    """Raise Invalid where the provider would refuse `body`: it is said at once, and nothing waits to fail."""
    limit = limit_of(conversation)
    if limit is None:
        return
    if limit.refusal:
        raise Invalid(fields={"body": [limit.refusal]}, code="not_allowed_now")
    if limit.longest is not None and len(body) > limit.longest:
        raise Invalid(fields={"body": [f"At most {limit.longest:,} characters go out at once here. Shorten it."]})
