"""What people changed on a conversation there, written here: each field by itself, the last writer wins."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from activity.models import Event
from activity.types import EventType
from contacts.models import Label
from inbox import actions
from inbox.messages import lock
from inbox.models import Conversation
from integrations.base import Connected
from integrations.links import outside_id
from integrations.misarmail import tags, users, verdicts
from integrations.misarmail.seen import news
from integrations.models import Link

Status = Conversation.Status
# A snooze without a date, as MisarMail tells it.
DAY = timedelta(days=1)
_TOUCHING = (
    EventType.CONVERSATION_CLOSED, EventType.CONVERSATION_REOPENED, EventType.CONVERSATION_SNOOZED,
    EventType.CONVERSATION_ASSIGNED, EventType.CONVERSATION_LABELLED, EventType.CONVERSATION_UPDATED,
    EventType.INTENT_OVERRIDDEN,
)  # fmt: skip
_COUNTED = ("unread_count", "turn")


def follow(connected: Connected, row: Link, conversation: Conversation) -> bool:
    """Write what is news in `row.data["said"]`, and keep it as seen; whether anything was written. The caller saves
    `row`."""
    said: dict[str, Any] = row.data["said"]
    theirs, seen = dict(said["state"]), row.data.get("seen")
    named = theirs.pop("labels", None)
    conversation = lock(conversation)
    ours = _ours(connected, conversation)
    if seen is None:  # all of it is news, but where the conversation is ours: then the later state wins
        seen = {**ours, "labels": []}
        if row.data.get("adopted"):
            seen = {name: value for name, value in seen.items() if value is None}
    at = parse_datetime(said["changed_at"]) if said["changed_at"] else None
    written = news(theirs=theirs, seen=seen, ours=ours, theirs_at=at, ours_at=touched_at(connected, conversation))
    relabelled = named is not None and _relabel(connected, conversation, named, seen.get("labels", []))
    _write(connected, conversation, written, said["judged"])
    row.data["seen"] = {**seen, **theirs, **({"labels": sorted(named)} if named is not None else {})}
    return bool(written) or relabelled


def touched_at(connected: Connected, conversation: Conversation) -> datetime:
    """When somebody here last changed what is kept in step, if only by opening it."""
    events = Event.objects.filter(subject_id=conversation.pk, type__in=_TOUCHING)
    mine = {"actor_kind": connected.actor.kind, "actor_id": connected.connection.pk}
    last = events.exclude(**mine).order_by("-sequence").values_list("occurred_at", flat=True).first()
    return last or conversation.created_at


def _ours(connected: Connected, conversation: Conversation) -> dict[str, Any]:
    """As it stands here, in their terms."""
    until, assignee = conversation.snoozed_until, conversation.assignee_id
    return {
        "status": conversation.status,
        "snoozed_until": until.isoformat() if until else None,
        "intent": conversation.intent or None,
        "assigned_to": outside_id(connected.connection, users.KIND, assignee) if assignee else None,
        "unread_count": conversation.unread_count,
        "turn": conversation.turn,
    }


def _write(
    connected: Connected, conversation: Conversation, written: Mapping[str, Any], judged: Mapping[str, Any]
) -> None:
    """Each by its verb, on the conversation as it is by then."""
    actor = connected.actor
    if "assigned_to" in written:
        _assign(connected, conversation, written["assigned_to"])
    if written.get("intent"):
        verdicts.pronounce(connected, conversation, written["intent"], judged)
    conversation = lock(conversation)
    if "status" in written or "snoozed_until" in written:
        _settle(connected, conversation, written)
    if counted := {name: written[name] for name in _COUNTED if name in written}:
        actions.restore(actor=actor, conversation=conversation, **counted)


def _settle(connected: Connected, conversation: Conversation, written: Mapping[str, Any]) -> None:
    status = written.get("status") or (Status.SNOOZED if written.get("snoozed_until") else conversation.status)
    if status == Status.CLOSED:
        actions.close(actor=connected.actor, conversation=conversation)
    elif status == Status.SNOOZED and (until := _until(written)) > timezone.now():
        actions.snooze(actor=connected.actor, conversation=conversation, until=until)
    elif status != conversation.status or status == Status.SNOOZED:
        actions.reopen(actor=connected.actor, conversation=conversation, reason="reopened outside")


def _until(written: Mapping[str, Any]) -> datetime:
    told = parse_datetime(written.get("snoozed_until") or "")
    return min(told, timezone.now() + actions.FURTHEST) if told else timezone.now() + DAY


def _assign(connected: Connected, conversation: Conversation, their_id: str | None) -> None:
    """To nobody, or to whom of ours it is; a person who is none of ours changes nothing."""
    member = users.able(connected, their_id, conversation.client_id)
    if their_id is None or member is not None:
        actions.assign(actor=connected.actor, conversation=conversation, to=member)


def _relabel(connected: Connected, conversation: Conversation, named: Mapping[str, str], seen: list[str]) -> bool:
    """Put on what was put on there since, take off what was taken off."""
    put, gone = sorted(named.keys() - set(seen)), sorted(set(seen) - named.keys())
    changed = [
        actions.label(
            actor=connected.actor, conversation=conversation, label=tags.labelled(connected, name, named[name])
        )
        for name in put
    ]  # fmt: skip
    off = Label.objects.filter(workspace=connected.workspace, name__in=gone) if gone else ()
    changed += [actions.unlabel(actor=connected.actor, conversation=conversation, label=label) for label in off]
    return any(changed)
