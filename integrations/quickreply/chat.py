"""QuickReply's WhatsApp chats: what a person wrote, picked or sent, as a message."""

import re
from collections.abc import Mapping
from typing import Any

from inbox.channels import Channel
from inbox.messages import Draft
from inbox.models import Message
from inbox.receiving import Arrival, receive
from integrations.base import Connected
from integrations.loose import moment, part, text
from integrations.models import InboundEvent
from integrations.phones import phone

SAID = "USER_"
_LEAD_IN = {"USER_FILE": "File", "USER_LIST_REPLY": "List choice", "USER_BUTTON_REPLY": "Button"}
_HTTPS = re.compile(r"https://[^\s<>\"']{1,2000}")


def take(connected: Connected, event: InboundEvent) -> str:
    """The message, on the person's one WhatsApp thread of this connection. Raises Invalid for a phone that is none."""
    payload = event.payload
    kind = kind_of(payload)
    if kind and not kind.startswith(SAID):
        return f"Kept on record. {kind} is not something that a person said."
    draft = Draft(
        Message.Direction.INBOUND, body(payload), headers=_headers(payload),
        external_id=text(payload.get("id"), 500) or event.key,
        occurred_at=moment(payload.get("msg_time")) or event.arrived_at,
    )  # fmt: skip
    arrival = Arrival(
        Channel.WHATSAPP, [phone(text(payload.get("phone"), 60), [connected.workspace.region], coded=True)], draft,
        client_id=connected.client_id, connection_id=connected.connection.pk, source="QuickReply",
    )  # fmt: skip
    message, new = receive(actor=connected.actor, arrival=arrival)
    return f"{'Message' if new else 'Known message'} of {message.conversation.contact}."


def kind_of(payload: Mapping[str, Any]) -> str:
    return text(part(payload, "payload").get("_type"), 60).upper()


def body(payload: Mapping[str, Any]) -> str:
    """What was said; what it was said with (a file, a button) before it, and the file's https address after it."""
    said, lead_in = part(payload, "payload"), _LEAD_IN.get(kind_of(payload), "")
    words = text(said.get("text")) or text(said.get("caption")) or text(part(said, "preview").get("title"))
    address = _file(said) if lead_in == "File" else ""
    words = "" if words == address else words
    return "\n".join(filter(None, [": ".join(filter(None, [lead_in, words])), address])) or "(no text)"


def _file(said: Mapping[str, Any]) -> str:
    preview = part(said, "preview")
    values = [*(preview.get(name) for name in _PLACES), *(said.get(name) for name in _PLACES), said.get("preview")]
    texts = [*map(text, values), text(said.get("text"))]
    return next((one for one in texts if _HTTPS.fullmatch(one)), "")


_PLACES = ("url", "link", "file_url", "media_url", "file", "src")


def _headers(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    answered = text(payload.get("reply_to"), 500)
    return [("In-Reply-To", answered)] if answered else []
