"""Walking what Kirim lists: contacts, then conversations with the newest activity first, and of each its messages.

There is no `updated_after`. Contacts are walked to the end, unless the list turns out to be ordered by `updated_at`:
then it ends at what the last batch saw. Conversations end there by their documented order.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from contacts.incoming import Known, take_in
from crm.errors import Refusal
from inbox import outside
from inbox.messages import lock
from inbox.models import Message, OutsideId
from integrations.base import Connected, Failed, Item, Later, Page, Tally
from integrations.batches import hold_missing, watermark
from integrations.calling import VendorError
from integrations.kirim import messages, people, threads
from integrations.kirim.calls import Calls
from integrations.kirim.mapping import (
    SYSTEM,
    Row,
    address_of,
    changed_at,
    draft_of,
    ids_of,
    known_of,
    moment,
    row,
    said_of,
    text,
)
from integrations.models import InboundEvent, Link, SyncRun
from integrations.pushing import wish

CONTACTS, CONVERSATIONS, MESSAGES = "contacts", "conversations", "messages"
# What was changed while the last batch walked is looked at once more.
OVERLAP = timedelta(minutes=10)
_SLIM = ("id", "status", "contact", "assignee", "last_message_at", "created_at", "updated_at")


def fetch(connected: Connected, run: SyncRun, cursor: dict[str, Any]) -> Page:
    if not connected.settings.get("pull"):
        raise Failed("Comparing with Kirim is switched off in the settings of this connection.")
    try:
        with Calls(connected.settings, connected.secrets) as calls:
            return _FETCHERS[cursor.get("stream", CONTACTS)](calls, run, cursor)
    except VendorError as error:
        raise Failed(f"Kirim refused: {error.words or error.code}") from error


def take(connected: Connected, run: SyncRun, page: Page) -> Tally:
    if page.stream == CONTACTS:
        return _take_contacts(connected, page.items)
    return _take_messages(connected, run, page.items) if page.stream == MESSAGES else Tally()


def _since(run: SyncRun, stream: str) -> datetime | None:
    last = moment(watermark(run, stream).get("at"))
    return last - OVERLAP if last else None


def _contacts(calls: Calls, run: SyncRun, cursor: Row) -> Page:
    rows, following = calls.page("/contacts", cursor.get("cursor"))
    since = _since(run, CONTACTS)
    seen = _Order(cursor).after(rows)
    fresh = [one for one in rows if since is None or (changed_at(one) or since) >= since]
    over = following is None or (since is not None and seen.ends_before(since))
    onward = {"stream": CONTACTS, "cursor": following, **seen.kept}
    return Page(
        CONTACTS, fresh, {"stream": CONVERSATIONS} if over else onward, watermark={"at": seen.newest}
    )  # fmt: skip


class _Order:
    """Whether a list goes by `updated_at`, the newest first. One that goes by `created_at` may look like it for a
    while, as long as nobody was changed: it must have been seen not to."""

    def __init__(self, cursor: Row) -> None:
        self.kept = {name: cursor.get(name) for name in ("newest", "last", "by_update", "not_by_creation")}
        self.kept["by_update"] = cursor.get("by_update", True)

    def after(self, rows: Sequence[Row]) -> "_Order":
        updated = [text(one.get("updated_at")) for one in rows]
        line = [*([self.kept["last"]] if self.kept["last"] else []), *updated]
        self.kept["by_update"] = bool(self.kept["by_update"] and all(updated) and line == sorted(line, reverse=True))
        created = [text(one.get("created_at")) for one in rows]
        self.kept["not_by_creation"] = bool(self.kept["not_by_creation"]) or created != sorted(created, reverse=True)
        self.kept["newest"] = max([self.kept["newest"] or "", *updated])
        self.kept["last"] = updated[-1] if updated else self.kept["last"]
        return self

    @property
    def newest(self) -> str:
        return str(self.kept["newest"])

    def ends_before(self, since: datetime) -> bool:
        last = moment(self.kept["last"])
        return bool(self.kept["by_update"] and self.kept["not_by_creation"] and last and last < since)


def _conversations(calls: Calls, run: SyncRun, cursor: Row) -> Page:
    rows, following = calls.page("/conversations", cursor.get("cursor"))
    since = _since(run, CONVERSATIONS)
    fresh = [one for one in rows if since is None or (_active_at(one) or since) >= since]
    newest = max([text(cursor.get("newest")), *(text(one.get("last_message_at")) for one in rows)])
    over = following is None or len(fresh) < len(rows)
    then = None if over else {"stream": CONVERSATIONS, "cursor": following, "newest": newest}
    begun = cursor.get("awaited_since") or _awaited_since(run).isoformat()
    if then is not None:
        then["awaited_since"] = begun
    queue = [{name: one[name] for name in _SLIM if name in one} for one in fresh]
    onward = {"stream": MESSAGES, "queue": queue, "then": then, "awaited_since": begun} if queue else then
    return Page(CONVERSATIONS, fresh, onward, watermark={"at": newest} if newest else None)


def _active_at(conversation: Row) -> datetime | None:
    return moment(conversation.get("last_message_at")) or changed_at(conversation)


def _messages(calls: Calls, run: SyncRun, cursor: Row) -> Page:
    """A page of the messages of the first conversation in the queue; with its last page, the conversation itself."""
    theirs, *rest = cursor["queue"]
    since = _since(run, CONVERSATIONS)
    after = {"created_after": since.isoformat().replace("+00:00", "Z")} if since else {}
    rows, following = calls.page("/messages", cursor.get("cursor"), conversation_id=text(theirs["id"]), **after)
    contact, awaited_since = row(theirs.get("contact")), moment(cursor["awaited_since"])
    items: list[Any] = [
        {"message": one, "contact": contact, "is_awaited": _was_for_the_webhook(one, awaited_since)} for one in rows
    ]
    if following:
        return Page(MESSAGES, items, {**cursor, "cursor": following})
    items.append({"conversation": theirs})
    onward = {**cursor, "queue": rest, "cursor": None} if rest else cursor["then"]
    return Page(MESSAGES, items, onward)


def _awaited_since(run: SyncRun) -> datetime:
    """From when on the webhook should have brought what people wrote: since there is a connection, or from the first
    that came through it, whose clock may be another."""
    first = InboundEvent.objects.filter(connection=run.connection_id, via=InboundEvent.Via.WEBHOOK)
    came: datetime | None = first.aggregate(first=Min("occurred_at"))["first"]
    return min(filter(None, [came, run.connection.created_at]))


def _was_for_the_webhook(message: Row, since: datetime | None) -> bool:
    at = moment(message.get("created_at"))
    return message.get("direction") != "outbound" and (at is None or since is None or at >= since)


_FETCHERS = {CONTACTS: _contacts, CONVERSATIONS: _conversations, MESSAGES: _messages}


def _take_contacts(connected: Connected, contacts: Sequence[Row]) -> Tally:
    """Of those known, what was changed since both sides agreed; of others, everything."""
    theirs = {text(one.get("id")): one for one in contacts if text(one.get("id"))}
    links = people.agreed(connected, theirs)
    heard = {key: fields for key, one in theirs.items() if (fields := _changed(one, links.get(key))) is not None}
    here = people.present(connected, [theirs[key] for key in heard])
    said = [_said(theirs[key], fields, here, is_linked=key in links) for key, fields in heard.items()]
    met = take_in(actor=connected.actor, client_id=connected.client_id, people=said) if said else []
    subjects = {key: one.contact.pk for key, one in zip(heard, met, strict=True)}
    _remember(connected, theirs, links, heard, subjects)
    _mark(connected, theirs, subjects)
    tally = Tally(same=len(contacts) - len(met))
    for one in met:
        setattr(tally, one.outcome, getattr(tally, one.outcome) + 1)
    return tally


def _said(contact: Row, fields: set[str], here: set[tuple[str, str]], *, is_linked: bool) -> Known:
    is_here = not here.isdisjoint(people.addresses_of(contact))
    return known_of(
        contact, fields, changed_at=changed_at(contact) if is_linked or not is_here else None,
        with_phone=(SYSTEM, text(contact.get("id"))) not in here, behaviour=_behaviour(contact),
    )  # fmt: skip


def _behaviour(contact: Row) -> dict[str, Any]:
    names = ("acquisition_source", "last_message_at")
    return {name: contact[name] for name in names if contact.get(name)}


def _changed(contact: Row, known: Link | None) -> set[str] | None:
    """The fields to be heard; None where nothing is new."""
    said = said_of(contact)
    if known is None:
        return set(said)
    before = known.data.get("said", {})
    found = {
        name for name, value in said.items()
        if before.get(name) != value and not people.is_overwritten(known, name, contact)
    }  # fmt: skip
    return found or None


def _remember(
    connected: Connected, theirs: Mapping[str, Row], links: Mapping[str, Link], heard: Mapping[str, set[str]],
    subjects: Mapping[str, UUID],
) -> None:  # fmt: skip
    """`people.remember`, of a page at once."""
    rows = []
    for key, fields in heard.items():
        data = links[key].data if key in links else {}
        said = {name: value for name, value in said_of(theirs[key]).items() if name in fields}
        rows.append(
            Link(
                workspace_id=connected.connection.workspace_id, connection=connected.connection, kind=people.KIND,
                external_id=key, subject_id=subjects[key], data={**data, "said": {**data.get("said", {}), **said}},
            )
        )  # fmt: skip
    Link.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["connection", "kind", "external_id"],
        update_fields=["subject_id", "data"],
    )  # fmt: skip


def _mark(connected: Connected, theirs: Mapping[str, Row], subjects: Mapping[str, UUID]) -> None:
    if not connected.settings.get("push"):
        return
    unmarked = [subject for key, subject in subjects.items() if people.wants_marking(theirs[key], subject)]
    people.to_be_marked(connected, unmarked)


def _take_messages(connected: Connected, run: SyncRun, items: Sequence[Row]) -> Tally:
    said = [one for one in items if "message" in one]
    tally = _take_said(connected, run, sorted(said, key=lambda one: text(one["message"].get("created_at"))))
    for one in items:
        if "conversation" in one and _follow(connected, one["conversation"]):
            tally.changed += 1
    return tally


def _take_said(connected: Connected, run: SyncRun, said: Sequence[Row]) -> Tally:
    known = _known(connected, {key for one in said for key in ids_of(one["message"])})
    tally, missing = Tally(), []
    for one in said:
        message = one["message"]
        here = next((known[key] for key in ids_of(message) if key in known), None) or _twin(connected, one)
        if here is not None:
            tally.same += 1
            _advance(connected, here, message)
        elif one["is_awaited"]:
            missing.append(_item(one))
        else:
            _take_one(connected, one, tally)
    tally.missing = hold_missing(run, missing) if missing else 0
    return tally


def _known(connected: Connected, ids: Iterable[str]) -> dict[str, Message]:
    own = Message.objects.filter(wall=connected.wall, connection=connected.connection, external_id__in=ids)
    known = {str(one.external_id): one for one in own}
    told = OutsideId.objects.filter(connection=connected.connection, external_id__in=ids).select_related("message")
    return {one.external_id: one.message for one in told} | known


def _twin(connected: Connected, one: Row) -> Message | None:
    """The same message, which the webhook brought under Meta's id; from now on it is known by Kirim's too."""
    message, contact = one["message"], row(one["contact"])
    address, ids = address_of(text(contact.get("phone_number"))), ids_of(message)
    if address is None or any(key.startswith("wamid") for key in ids):
        return None
    draft = draft_of(
        message, outbound=message.get("direction") == "outbound", external_id=None, at=moment(message.get("created_at"))
    )  # fmt: skip
    twin = messages.twin_of(connected, address, draft, ids)
    if twin is not None:
        for key in ids:
            outside.confirm(actor=connected.actor, message=twin, external_id=key)
    return twin


def _advance(connected: Connected, here: Message, message: Row) -> None:
    state = messages.STATES.get(text(message.get("status")))
    if state is not None and here.direction == Message.Direction.OUTBOUND:
        messages.advance(connected, here, state)


def _item(one: Row) -> Item:
    message = one["message"]
    return Item(ids_of(message)[0], "batch.message", dict(one), moment(message.get("created_at")))


def _take_one(connected: Connected, one: Row, tally: Tally) -> None:
    try:
        with transaction.atomic():
            messages.of_kirim(connected, row(one["message"]), row(one["contact"]))
    except Refusal:
        tally.failed += 1
    else:
        tally.new += 1


def _follow(connected: Connected, theirs: Row) -> bool:
    """Whether a conversation was changed here by what holds at Kirim."""
    if not theirs.get("last_message_at") and threads.linked(connected, text(theirs.get("id"))) is None:
        return False
    try:
        with transaction.atomic():
            conversation = threads.found(connected, theirs)
            if conversation is None:
                return False
            made = threads.equalise(connected, lock(conversation), theirs)
    except (Later, Refusal):  # something newer was heard of it meanwhile; or nobody whom it could be with
        return False
    if made.tell and connected.settings.get("push"):
        wish(connected.connection, threads.to_be_told(conversation.pk))
    return bool(made.words)
