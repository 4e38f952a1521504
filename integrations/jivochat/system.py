"""JivoChat: live chat on a website. It tells us of each chat, and shows its agents what we answer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.db import DatabaseError

from crm.errors import Refusal
from integrations.base import Connected, Field, Hook, Item, System
from integrations.doors import keepable
from integrations.jivochat import answering, handling, people
from integrations.loose import is_maze, text
from integrations.models import InboundEvent
from integrations.one_way import one_way

logger = structlog.get_logger(__name__)

# These two are answered with what we know; every other event with a plain "ok".
ENRICHED = ("chat_accepted", "chat_updated")
_IDS = ("chat_id", "offline_message_id", "client_id")


class JivoChat(System):
    key = "jivochat"
    title = "JivoChat"
    summary = "Chats of your website on the record of each visitor, and what you know of them beside the chat."
    icon = "chat-bubble-bottom-center-text"
    has_hook = True
    fields = (
        Field(
            "default_manager", "Default manager",
            help="The e-mail address of the colleague who gets chats that none of them answered in JivoChat, and "
            "messages that were left there. Empty: they go round robin.",
        ),
        Field(
            "opens_deals", "Open a deal for each new visitor", kind="flag", default=True,
            help="Off: a deal opens when somebody shows interest, as in every other channel.",
        ),
    )  # fmt: skip
    steps = (
        "In JivoChat, open Manage, then Channels, and the settings of your channel.",
        "Open “Integration settings for developers” and switch webhooks on.",
        "Paste this address as the webhook endpoint: {hook_url}",
        "Keep the address to yourself: whoever knows it can write here, since JivoChat signs nothing.",
    )

    def check(self, connected: Connected) -> str:
        login = text(connected.settings.get("default_manager"))
        if login and people.default_manager(connected) is None:
            return f"{login} is no colleague who may answer here, so chats that nobody took go round robin."
        return "JivoChat calls us: start a chat on your website, and it appears below."

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        """One event. What cannot be read is kept too: JivoChat neither understands a refusal nor tries again."""
        payload = _payload(hook.body)
        digest = hashlib.sha256(hook.body).hexdigest()
        if payload is None:
            shown = hook.body[:10_000].decode("utf-8", "replace")
            return [Item(f"{handling.UNREADABLE}:{digest}", handling.UNREADABLE, {"body": shown}, hook.now)]
        name = text(payload.get("event_name"), 60) or "unnamed"
        about = next((found for one in _IDS if (found := text(payload.get(one), 100))), "")
        return [Item(f"{name}:{about}:{digest}", name, payload, hook.now)]

    def answer(self, connected: Connected, hook: Hook, items: Sequence[Item]) -> dict[str, Any]:
        """Who the visitor is, made known here first where they are not. The agent sees nothing rather than an error:
        the event is stored, and says on the connection's page what is wrong with it."""
        [item] = items
        if item.type not in ENRICHED or not connected.connection.is_active:
            return answering.PLAIN
        try:
            return answering.about(connected, people.meet(connected, item.payload, hook.now))
        except (Refusal, DatabaseError) as error:
            logger.warning(
                "jivochat_not_enriched", connection=str(connected.connection.pk), reason=type(error).__name__
            )
            return answering.PLAIN

    def handle(self, connected: Connected, event: InboundEvent, prepared: Any) -> str:
        return handling.handle(connected, event)


def _payload(body: bytes) -> dict[str, Any] | None:
    """The event, as the database takes it; None where it is no object, or a maze."""
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, Mapping) or is_maze(found):
        return None
    kept: dict[str, Any] = keepable(found)
    return kept


SYSTEM = JivoChat()
one_way(SYSTEM.key, "JivoChat", "Answer in the JivoChat app.")
