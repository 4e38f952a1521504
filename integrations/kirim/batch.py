"""Walking what Kirim lists: contacts, then conversations with the newest activity first, and of each its messages.

There is no `updated_after`. Contacts are walked to the end, unless the list turns out to be ordered by `updated_at`:
then it ends at what the last batch saw. Conversations end there by their documented order.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from integrations.base import Connected, Failed, Page, Tally
from integrations.batches import watermark
from integrations.calling import VendorError
from integrations.kirim import taking
from integrations.kirim.calls import Calls
from integrations.kirim.mapping import Row, changed_at, moment, row, text
from integrations.models import InboundEvent, SyncRun

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
        return taking.contacts(connected, page.items)
    return taking.messages(connected, run, page.items) if page.stream == MESSAGES else Tally()


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
