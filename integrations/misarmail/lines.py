"""Messages of theirs, appended to the conversation that they belong to: each once, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from inbox import actions, sending
from inbox.messages import Draft, File, append, lock
from inbox.models import Conversation, IntentTag, Message, MessageDelivery
from inbox.reactions import HISTORY
from integrations.base import Connected, Page, Tally
from integrations.misarmail import threads, upkeep, verdicts
from integrations.misarmail.reading import moment, words
from integrations.misarmail.theirs import Line
from integrations.models import Link

# A message that a webhook brought, under an id that the API does not use.
HEARD = "heard"
NEARBY = timedelta(minutes=5)
_STATES = set(MessageDelivery.State.values)


@dataclass(frozen=True)
class Lines(Page):
    """Messages of one conversation, with their files by attachment id. `of`: its id there; `is_last`: no further page
    of it comes."""

    of: str = ""
    is_last: bool = True
    files: Mapping[str, bytes] | None = None


def next_behind(connected: Connected, after: str) -> str | None:
    """The next conversation whose messages are to be looked at: its id there."""
    rows = Link.objects.filter(connection=connected.connection, kind=threads.KIND, data__behind=True)
    found: str | None = (
        rows.filter(external_id__gt=after).order_by("external_id").values_list("external_id", flat=True).first()
    )
    return found


def unknown(connected: Connected, of: str, lines: Sequence[Line]) -> list[Line]:
    """Those that are not here yet."""
    row = Link.objects.filter(connection=connected.connection, kind=threads.KIND, external_id=of).first()
    known = _standing(row.subject_id, lines) if row else {}
    return [line for line in lines if line.id not in known]


def take(connected: Connected, page: Lines) -> Tally:
    tally = Tally()
    row = Link.objects.select_for_update().get(
        connection=connected.connection, kind=threads.KIND, external_id=page.of
    )  # fmt: skip
    conversation = Conversation.objects.filter(pk=row.subject_id).first()
    if conversation is not None:
        tally = _taken(connected, page, row, lock(conversation))
    if page.is_last:
        if conversation is not None:
            _finish(connected, row, conversation)
        row.data |= {"behind": False, "marks": row.data["said"]["marks"], "adopted": False}
        row.save(update_fields=["data"])
    return tally


def _taken(connected: Connected, page: Lines, row: Link, conversation: Conversation) -> Tally:
    tally, lines = Tally(), [line for line in page.items if line.id]
    standing = _standing(conversation.pk, lines)
    heard = _heard(connected, conversation)
    judged, new = row.data["said"]["judged"], dict[str, Message]()
    for line in lines:
        message = standing.get(line.id) or _claimed(heard, line)
        if message is None:
            message = _appended(connected, conversation, line, page.files or {}, row.data["said"]["name"])
            if message is None:
                tally.failed += 1
                continue
            new[line.id] = message
        tally.new += line.id in new
        changed = _heed(connected, message, line, judged, row.data["said"]["state"])
        tally.changed += changed and line.id not in new
        tally.same += not changed and line.id not in new
    _leave_unjudged(row, lines, new)
    return tally


def _standing(conversation_id: Any, lines: Sequence[Line]) -> dict[str, Message]:
    """Our messages by their ids there: what was copied from them, and what they copied from us."""
    ours = {pk: line.id for line in lines if (pk := threads.as_id(line.external_id))}
    rows = Message.objects.filter(
        Q(external_id__in=[line.id for line in lines]) | Q(pk__in=ours), conversation=conversation_id
    ).defer("html", "headers", "search")
    rows = rows.prefetch_related(
        Prefetch("intent_tags", IntentTag.objects.order_by("created_at", "id")),
        Prefetch("deliveries", MessageDelivery.objects.order_by("occurred_at", "created_at", "id")),
    )
    return {ours.get(row.pk) or row.external_id: row for row in rows}


def _heard(connected: Connected, conversation: Conversation) -> dict[Any, Message]:
    """What webhooks brought to this conversation and no line was recognised as yet."""
    links = Link.objects.filter(connection=connected.connection, kind=HEARD)
    return Message.objects.filter(conversation=conversation, pk__in=links.values("subject_id")).in_bulk()


def _claimed(heard: dict[Any, Message], line: Line) -> Message | None:
    """The message that a webhook brought under another id: the same words within five minutes."""
    for pk, message in heard.items():
        same = message.direction == line.direction and message.body.split() == line.body.split()
        if same and line.at and abs(message.occurred_at - line.at) <= NEARBY:
            Link.objects.filter(kind=HEARD, subject_id=pk).update(kind=f"{HEARD}_as", data={"id": line.id})
            return heard.pop(pk)
    return None


def _appended(
    connected: Connected, conversation: Conversation, line: Line, files: Mapping[str, bytes], name: str
) -> Message | None:
    """None where a message of this id stands in another conversation."""
    inbound = line.direction == Message.Direction.INBOUND
    draft = Draft(
        direction=line.direction, body=line.body, subject=line.subject, html=line.html, headers=line.headers,
        external_id=line.id, occurred_at=line.at, offline=line.offline,
        author_name="" if inbound and line.author == name else line.author,
        files=[
            File(
                name=words(one, "name", most=300), content_type=words(one, "content_type", most=200),
                content=files[words(one, "id")], content_id=words(one, "content_id", most=998),
            )
            for one in line.attachments if words(one, "id") in files
        ],
    )  # fmt: skip
    try:
        with transaction.atomic():
            return append(actor=connected.actor, conversation=conversation, draft=draft)
    except IntegrityError:
        return None


def _heed(
    connected: Connected, message: Message, line: Line, judged: Mapping[str, Any], state: Mapping[str, Any]
) -> bool:
    """What is told of the message itself: its intent and its delivery; whether that is news."""
    changed = False
    if line.intent and message.direction == Message.Direction.INBOUND and _may_judge(message, line.intent):
        told = judged if line.intent == state.get("intent") else {}
        verdicts.say(connected, message, line.intent, told)
        changed = True
    if line.delivery and message.external_id == line.id and message.direction == Message.Direction.OUTBOUND:
        changed |= _delivered(connected, message, line)
    return changed


def _may_judge(message: Message, intent: str) -> bool:
    """Whether it is news: nobody here said otherwise, nor did they say so before."""
    tags = list(message.intent_tags.all())
    corrected = any(tag.made_by == IntentTag.Maker.PERSON for tag in tags)
    return not corrected and not (tags and tags[-1].intent == intent)


def _delivered(connected: Connected, message: Message, line: Line) -> bool:
    state, said = words(line.delivery, "state"), words(line.delivery, "words", most=2000)
    last = next(reversed(list(message.deliveries.all())), None)
    if state not in _STATES or (last is not None and (last.state, last.words) == (state, said)):
        return False
    at = moment(line.delivery, "occurred_at") or timezone.now()
    sending.report(actor=connected.actor.back_at(at), message=message, state=state, words=said)
    return True


def _leave_unjudged(row: Link, lines: Sequence[Line], new: Mapping[str, Message]) -> None:
    """They judge. Only where they have no opinion of a conversation, and tell none of single messages, our own passes
    look at the newest reply."""
    messages = [message.pk for message in new.values()]
    silent = "intent" not in row.data["said"]["state"] and row.data["said"].get("judges_lines") is False
    inbound = [line.id for line in lines if line.direction == Message.Direction.INBOUND]
    if silent and inbound and inbound[-1] in new:
        messages.remove(new[inbound[-1]].pk)
    verdicts.leave_to_them(messages)


def _finish(connected: Connected, row: Link, conversation: Conversation) -> None:
    """What people changed there, now that all messages are here. History that nobody there calls unread is read."""
    is_copy = "seen" not in row.data
    upkeep.follow(connected, row, conversation)
    conversation = lock(conversation)
    last = conversation.last_inbound_at
    if is_copy and "unread_count" not in row.data["said"]["state"] and last and timezone.now() - last > HISTORY:
        actions.mark_read(actor=connected.actor, conversation=conversation)
