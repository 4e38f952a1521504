"""The messages of a finished chat, and ids for them: JivoChat gives them none."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from html import unescape
from typing import Any

from django.utils.html import strip_tags

from inbox.models import Message
from integrations.jivochat.mapping import key_of
from integrations.loose import moment, objects, part, text

INBOUND, OUTBOUND = Message.Direction.INBOUND, Message.Direction.OUTBOUND
HIDDEN = "<Message text is not displayed here>"
_LINE_ENDS = re.compile(r"<br\s*/?>|</(?:p|div|li|tr)>", re.IGNORECASE)
_STAMP = re.compile(r"^[\[(]?(?:\d[\d./-]*[ ,T]+)?\d{1,2}:\d{2}(?::\d{2})?[\])]?\s*[-–]?\s*")


@dataclass(frozen=True)
class Line:
    """One message. author: the agent's or visitor's name; speaker: the agent's id; login: their e-mail address. `at` is
    None where JivoChat names no time."""

    direction: str
    body: str
    at: datetime | None
    author: str = ""
    speaker: str = ""
    login: str = ""
    external_id: str = ""


def lines(payload: Mapping[str, Any]) -> list[Line]:
    """What was said, in JivoChat's order. The ids are the same when the chat comes again, and when it comes again with
    more in it."""
    said = [_line(one, payload) for one in objects(part(payload, "chat").get("messages"))]
    if not said or any(line.body in ("", HIDDEN) for line in said):
        said = _filled(said, plain(payload), payload)
    return _numbered([line for line in said if line.body], text(payload.get("chat_id"), 200) or key_of(payload))


def agents(payload: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Everybody who answered in the chat, by their id; the one who has it now comes last."""
    named = [*objects(payload.get("agents")), *objects(payload.get("assigned_agent")), *objects(payload.get("agent"))]
    return {text(one.get("id")): one for one in named}


def plain(payload: Mapping[str, Any]) -> str:
    """The whole chat as text."""
    found = payload.get("plain_messages") or part(payload, "chat").get("plain_messages")
    if isinstance(found, list):
        found = "\n".join(text(one) or text(part(one).get("message")) for one in found)
    if text(found):
        return text(found)
    marked_up = text(payload.get("html_messages") or part(payload, "chat").get("html_messages"))
    return unescape(strip_tags(_LINE_ENDS.sub("\n", marked_up))).strip()


def _line(message: Mapping[str, Any], payload: Mapping[str, Any]) -> Line:
    body, at = text(message.get("message")), moment(message.get("timestamp"))
    if text(message.get("type")).lower() in ("visitor", "client"):
        return Line(INBOUND, body, at, text(part(payload, "visitor").get("name"), 300))
    agent = _agent(message, payload)
    author = text(agent.get("name"), 300) or text(message.get("type")).capitalize()
    return Line(OUTBOUND, body, at, author, text(message.get("agent_id"), 60), text(agent.get("email")).lower())


def _agent(message: Mapping[str, Any], payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who wrote it. Without an id it is the only agent there was, and of several nobody can tell."""
    everybody, wanted = agents(payload), text(message.get("agent_id"))
    if wanted:
        return everybody.get(wanted, {})
    return next(iter(everybody.values())) if len(everybody) == 1 else {}


def _filled(said: list[Line], transcript: str, payload: Mapping[str, Any]) -> list[Line]:
    """With the texts that JivoChat holds back in the messages taken from the plain transcript, where its entries are as
    many; else the transcript follows as one message."""
    visible = [line for line in said if line.body not in ("", HIDDEN)]
    if not transcript:
        return visible
    names = [text(part(payload, "visitor").get("name")), *(text(one.get("name")) for one in agents(payload).values())]
    speakers = [name for name in names if name] + ["Visitor", "Client", "Agent"]
    entries = _entries(transcript, speakers)
    if len(entries) == len(said):
        hidden = ("", HIDDEN)
        return [
            replace(line, body=entry) if line.body in hidden else line
            for line, entry in zip(said, entries, strict=True)
        ]
    last = said[-1] if said else Line(INBOUND, "", None)
    return [*visible, replace(last, body=transcript)]


def _entries(transcript: str, speakers: list[str]) -> list[str]:
    """One text for each turn: a line that names its speaker begins one, any other goes on; where none is named, each
    line is one."""
    found: list[str] = []
    led = re.compile(rf"^(?:{'|'.join(re.escape(name) for name in speakers)})\s*:\s*", re.IGNORECASE)
    bare = [_STAMP.sub("", line.strip()) for line in transcript.splitlines() if line.strip()]
    any_led = any(led.match(line) for line in bare)
    for line in bare:
        if any_led and found and not led.match(line):
            found[-1] += f"\n{line}"
        else:
            found.append(led.sub("", line))
    return found


def _numbered(said: list[Line], chat_id: str) -> list[Line]:
    seen: Counter[str] = Counter()
    numbered = []
    for line in said:
        seconds = str(line.at.timestamp()) if line.at else ""
        told = f"{line.direction}\n{line.speaker}\n{seconds}\n{line.body}"
        digest = sha256(told.encode()).hexdigest()[:24]
        seen[digest] += 1
        numbered.append(replace(line, external_id=f"{chat_id}:{digest}:{seen[digest]}"))
    return numbered
