"""Status and intent told back by PATCH: after a moment of quiet, and only where the other side does not stand so
already, so that two that are connected with each other fall silent."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from activity.models import Event
from activity.types import EventType
from inbox.models import Conversation
from integrations.base import Connected, Failed, Wanted
from integrations.calling import VendorError
from integrations.links import outside_id
from integrations.misarmail import theirs, threads, upkeep
from integrations.misarmail.calls import Api, address, sentence
from integrations.misarmail.reading import Said, part
from integrations.misarmail.threads import KIND
from integrations.models import Link, Push

QUIET = 2.0
PUSHED = ("status", "intent")
_ALWAYS = {
    EventType.CONVERSATION_CLOSED, EventType.CONVERSATION_REOPENED, EventType.CONVERSATION_SNOOZED,
    EventType.INTENT_OVERRIDDEN,
}  # fmt: skip
TYPES = frozenset({*_ALWAYS, EventType.CONVERSATION_UPDATED})


def wants(connected: Connected, event: Event) -> Iterable[Wanted]:
    if event.type not in _ALWAYS and not set(PUSHED) & set(event.payload["changed_fields"]):
        return
    if outside_id(connected.connection, KIND, event.subject_id) is not None:
        yield Wanted(KIND, event.subject_id, after=QUIET)


def send(connected: Connected, push: Push) -> Callable[[], str]:
    """Looks first: what was changed there after it was changed here stays, and comes over to us."""
    row = Link.objects.filter(connection=connected.connection, kind=KIND, subject_id=push.subject_id).last()
    conversation = Conversation.objects.filter(pk=push.subject_id).first()
    if row is None or conversation is None:
        return lambda: "Nothing to tell: it is not known there."
    at = address("conversations", row.external_id)
    with Api(connected) as api:
        try:
            there = theirs.thread(_one(api.get(at)))
            wanted = _wanted(connected, row, conversation, there)
            if wanted:
                there = theirs.thread(_one(api.patch(at, wanted)))
        except VendorError as error:
            raise Failed(_refusal(error)) from None
    return lambda: _told(connected, row, there, wanted)


def _one(answer: Any) -> Said:
    """Under its own name, under `data`, or bare."""
    return part(answer, "conversation", "data") or answer if isinstance(answer, Mapping) else {}


def _wanted(connected: Connected, row: Link, conversation: Conversation, there: theirs.Thread) -> dict[str, Any]:
    """What to write there: the fields that differ, and were not changed there later than here."""
    ours = {"status": conversation.status, "intent": conversation.intent or None}
    different: dict[str, Any] = {
        name: value for name, value in ours.items() if value and value != there.state.get(name)
    }
    seen: Mapping[str, Any] = row.data.get("seen", {})
    if _is_later(there.changed_at, upkeep.touched_at(connected, conversation)):
        different = {name: value for name, value in different.items() if there.state.get(name) == seen.get(name)}
    if different.get("status") == Conversation.Status.SNOOZED and "snoozed_until" in there.state:
        different["snoozed_until"] = _iso(conversation.snoozed_until)
    return different


def _told(connected: Connected, row: Link, there: theirs.Thread, wanted: Mapping[str, Any]) -> str:
    """Keep how it stands there now as seen; what they changed later comes over."""
    row = Link.objects.select_for_update().get(pk=row.pk)
    conversation = Conversation.objects.get(pk=row.subject_id)
    row.data["seen"] = {**row.data.get("seen", {}), **{k: v for k, v in wanted.items() if k in there.state}}
    row.data["said"] = {**threads.said_of(there), "marks": row.data["said"]["marks"]}
    changed = upkeep.follow(connected, row, conversation)
    row.save(update_fields=["data"])
    told = ", ".join(f"{name} {value}" for name, value in wanted.items() if name in PUSHED)
    if told:
        return f"Told: {told}."
    return "It was changed there later: that stands here now." if changed else "It stands so there already."


def _is_later(there: datetime | None, here: datetime) -> bool:
    return there is not None and there > here


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _refusal(error: VendorError) -> str:
    if error.status == 404:
        return "The conversation is not there any more: it was deleted on the other side, so nothing can be told of it."
    return sentence(error)
