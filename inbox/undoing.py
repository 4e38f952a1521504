"""Taking back what was done to conversations: each goes back to what it was, unless somebody changed it
since. A change is kept as JSON: the id, what was there before, what was left after."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Undo
from activity.undoing import Touched, offer, undoes
from contacts.models import Label
from crm.errors import Conflict, Refusal
from inbox import actions
from inbox.models import Conversation, ConversationLabel

KIND = "inbox.conversations"
STATE = ("status", "snoozed_until", "assignee_id", "turn", "unread_count", "intent", "intent_tag_id", "needs_look")

Change = dict[str, Any]


def state_of(conversation: Conversation) -> dict[str, Any]:
    return {name: as_json(getattr(conversation, name)) for name in STATE}


def as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def change_of(before: dict[str, Any], conversation: Conversation, *, label: tuple[Label, bool] | None = None) -> Change:
    """What became of `conversation` since it was `before`, and of a label that was put on (True) or taken off; nothing
    where nothing did."""
    after = state_of(conversation)
    changed = [name for name in STATE if before[name] != after[name]]
    if not changed and label is None:
        return {}
    return {
        "id": str(conversation.pk),
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
        "label": [str(label[0].pk), label[1]] if label else None,
    }


def offer_back(actor: Actor, sentence: str, changes: Iterable[Change]) -> Undo | None:
    """In the transaction of the changes. None where nothing was changed."""
    rows = [change for change in changes if change]
    return offer(actor, sentence, kind=KIND, data={"rows": rows}) if rows else None


@undoes(KIND)
def restore(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    """Those that somebody changed since stay as they are; where that is all of them, the refusal says why."""
    touched: list[Touched] = []
    why: Refusal = Conflict("Somebody changed it since. Nothing was taken back.")
    for change in data["rows"]:
        try:
            touched.append(Touched("conversation", take_back(actor, change).pk))
        except Refusal as refusal:
            why = refusal
    if not touched:
        raise why
    return touched


@transaction.atomic
def take_back(actor: Actor, change: Change) -> Conversation:
    """The conversation as it was before. Raises Conflict where it is no longer as the change left it."""
    rows = Conversation.objects.visible_to(actor).select_for_update(no_key=True)
    conversation: Conversation | None = rows.filter(pk=change["id"]).first()
    if conversation is None:
        raise Conflict("It is not here any more. Nothing was taken back.")
    now = state_of(conversation)
    if any(now[name] != value for name, value in change["after"].items()) or not _label_stands(change):
        raise Conflict("Somebody changed it since. Nothing was taken back.")
    _put_back(actor, conversation, change["before"])
    if change["label"]:
        _relabel(actor, conversation, *change["label"])
    return conversation


def _label_stands(change: Change) -> bool:
    if not change["label"]:
        return True
    label, on = change["label"]
    return ConversationLabel.objects.filter(conversation=change["id"], label=label).exists() is on


def _relabel(actor: Actor, conversation: Conversation, label_id: str, on: bool) -> None:
    label = Label.objects.visible_to(actor).filter(pk=label_id).first()
    if label is None:
        raise Conflict("This label was deleted since. Nothing was taken back.")
    (actions.unlabel if on else actions.label)(actor=actor, conversation=conversation, label=label)


def _put_back(actor: Actor, conversation: Conversation, before: dict[str, Any]) -> None:
    if before.keys() & {"status", "snoozed_until"}:
        _status_back(actor, conversation, before)
    if "assignee_id" in before:
        actions.assign(actor=actor, conversation=conversation, to=_member(actor, before["assignee_id"]))
    rest = {name: before[name] for name in _PLAIN if name in before}
    if rest.get("intent_tag_id"):
        rest["intent_tag_id"] = UUID(rest["intent_tag_id"])
    if rest:
        actions.restore(actor=actor, conversation=conversation, **rest)


_PLAIN: Sequence[str] = ("turn", "unread_count", "intent", "intent_tag_id", "needs_look")


def _status_back(actor: Actor, conversation: Conversation, before: dict[str, Any]) -> None:
    status = before.get("status", conversation.status)
    until = parse_datetime(before.get("snoozed_until") or "")
    if status == Conversation.Status.CLOSED:
        actions.close(actor=actor, conversation=conversation)
    elif status == Conversation.Status.SNOOZED and until and until > timezone.now():
        actions.snooze(actor=actor, conversation=conversation, until=until)
    else:  # or it would have woken by now
        actions.reopen(actor=actor, conversation=conversation, reason="undone")


def _member(actor: Actor, pk: str | None) -> Membership | None:
    if pk is None:
        return None
    member = Membership.objects.filter(workspace=actor.workspace, pk=pk, is_active=True).select_related("user").first()
    if member is None:
        raise Conflict("Whoever it was assigned to is not here any more. Nothing was taken back.")
    return member
