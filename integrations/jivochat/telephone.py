"""Calls that JivoChat makes or takes: a line on the record for each thing that became of one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.base import Connected
from integrations.jivochat.record import on_record, write_note
from integrations.loose import part, text
from integrations.models import InboundEvent

_KINDS = {"callback": "Callback", "incoming": "Incoming call", "outgoing": "Outgoing call"}
_STANDINGS = {
    "start": "started", "end": "ended", "agent_connected": "the agent picked up",
    "client_connected": "the visitor picked up", "error": "failed",
}  # fmt: skip


def called(connected: Connected, event: InboundEvent) -> str:
    contact, thread = on_record(connected, event)
    line = in_words(event.payload)
    write_note(connected, event, thread, line)
    return f"{contact}: {line}"


def in_words(payload: Mapping[str, Any]) -> str:
    """“Callback with +1 614 555 0148, Anna Agent: ended.”, the reason, and where the recording is, if that is https."""
    call = part(payload, "call")
    kind, standing = text(call.get("type"), 60), text(call.get("status"), 60)
    number = text(call.get("phone"), 60) or text(part(payload, "visitor").get("phone"), 60)
    agent = text(part(payload, "agent").get("name"), 300)
    who = f"{f' with {number}' if number else ''}{f', {agent}' if agent else ''}"
    said = [f"{_KINDS.get(kind, 'Call')}{who}: {_STANDINGS.get(standing, standing or 'no status')}."]
    if reason := text(call.get("reason"), 1000):
        said.append(f"Reason: {reason}")
    if _is_https(recording := text(call.get("record_url"), 2000)):
        said.append(f"Recording: {recording}")
    return "\n".join(said)


def _is_https(address: str) -> bool:
    try:
        found = urlsplit(address)
    except ValueError:
        return False
    return found.scheme == "https" and bool(found.hostname) and not any(map(str.isspace, address))
