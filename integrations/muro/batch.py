"""The batch: people by last activity until those that were here the last time, then what is missing of every chat.

Each step is one page of a list, or one transcript. Where the walk is stands in its cursor:
`{"stream": "contacts", "cursor", "newest"}`, then `{"stream": "conversations", "cursor"}`, and between two pages of
conversations `{"stream": "transcripts", "chats": […], "cursor": the next page's, "ends": whether there is none}`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from contacts.incoming import take_in
from inbox.messages import lock
from integrations.base import Connected, Item, Page, Tally
from integrations.batches import hold_missing, watermark
from integrations.calling import Unreachable, VendorError
from integrations.models import Link, SyncRun
from integrations.muro import events, mapping
from integrations.muro.calls import Muro
from integrations.muro.handling import TRANSCRIPT, conversation_of, remember
from integrations.muro.mapping import Said
from integrations.muro.people import known, meet
from integrations.muro.recognising import absent, strange

CONTACTS, CONVERSATIONS, TRANSCRIPTS = "contacts", "conversations", "transcripts"
# A held event is handled with others in one transaction: none holds more than so many messages.
MOST_SAID = 100
PATIENCE = 4  # tries of one transcript, before the others go on
SPARED = 20  # calls a minute that a batch leaves to replies and webhooks
Cursor = dict[str, Any]


def fetch(connected: Connected, run: SyncRun, cursor: Cursor) -> Page:
    with Muro(connected, spares=SPARED) as muro:
        stream = cursor.get("stream", CONTACTS)
        return _FETCH[stream](connected, run, muro, cursor)


def take(connected: Connected, run: SyncRun, page: Page) -> Tally:
    return _TAKE[page.stream](connected, run, page)


def _contacts(connected: Connected, run: SyncRun, muro: Muro, cursor: Cursor) -> Page:
    """Most recently seen first: below the newest of the last batch all were seen by then. Whoever moves up meanwhile is
    met by the next batch, whose mark is the newest at this one's beginning."""
    rows, following = muro.page("contacts", cursor.get("cursor"))
    mark = mapping.moment(watermark(run, CONTACTS).get("newest"))
    seen = [mapping.person(row).seen_at for row in rows]
    newest = cursor.get("newest") or _newest(seen)
    fresh = [row for row, at in zip(rows, seen, strict=True) if mark is None or at is None or at >= mark]
    ends = following is None or len(fresh) < len(rows)
    then: Cursor = {"stream": CONVERSATIONS} if ends else {"stream": CONTACTS, "cursor": following, "newest": newest}
    return Page(CONTACTS, fresh, then, watermark={"newest": newest} if ends and newest else None)


def _newest(seen: Sequence[datetime | None]) -> str | None:
    """Never later than now: a mark in the future would hide whoever comes until then."""
    latest = max(filter(None, seen), default=None)
    return min(latest, timezone.now()).isoformat() if latest else None


def _take_contacts(connected: Connected, run: SyncRun, page: Page) -> Tally:
    people = [known(mapping.person(row)) for row in page.items]
    people = list({one.key or str(one.addresses): one for one in people if one.key or one.addresses}.values())
    tally = Tally(failed=len(page.items) - len(people))
    for met in take_in(actor=connected.actor, client_id=connected.client_id, people=people):
        setattr(tally, met.outcome, getattr(tally, met.outcome) + 1)
    return tally


def _conversations(connected: Connected, run: SyncRun, muro: Muro, cursor: Cursor) -> Page:
    """All of them, since their order is not published; those go into the next cursor whose transcript is to be read."""
    rows, following = muro.page("conversations", cursor.get("cursor"))
    chats = [_chat(row) for row in rows]
    open_ = _changed(connected, run, [chat for chat in chats if chat["id"]])
    if open_:
        then: Cursor | None = {
            "stream": TRANSCRIPTS, "chats": open_, "cursor": following, "ends": following is None
        }  # fmt: skip
    else:
        then = {"stream": CONVERSATIONS, "cursor": following} if following else None
    return Page(CONVERSATIONS, chats, then)


def _take_conversations(connected: Connected, run: SyncRun, page: Page) -> Tally:
    open_ = page.cursor["chats"] if page.cursor and page.cursor["stream"] == TRANSCRIPTS else []
    return Tally(changed=len(open_), same=len(page.items) - len(open_))


def _transcripts(connected: Connected, run: SyncRun, muro: Muro, cursor: Cursor) -> Page:
    chat, *others = cursor["chats"]
    if others:
        then: Cursor | None = {**cursor, "chats": others}
    else:
        then = None if cursor["ends"] else {"stream": CONVERSATIONS, "cursor": cursor["cursor"]}
    try:
        rows = muro.transcript(chat["id"])
    except VendorError:  # it was deleted, or is of no business of this key: the others go on
        return Page(TRANSCRIPTS, [], then)
    except Unreachable:
        if run.attempts < PATIENCE:
            raise
        return Page(TRANSCRIPTS, [(chat, None)], then)
    said = mapping.dated(mapping.transcript(chat["id"], rows), mapping.moment(chat["until"]))
    return Page(TRANSCRIPTS, [(chat, said)], then)


def _take_transcripts(connected: Connected, run: SyncRun, page: Page) -> Tally:
    """Hold what is not here: the chat as one, where no webhook ever spoke of it; else each message."""
    if not page.items:
        return Tally(failed=1)
    chat, said = page.items[0]
    if said is None:  # it is tried again by itself, and holds up no other
        unread = Item(key=f"unread:{chat['id']}:{chat['until']}", type=events.UNREAD, payload=_about(chat))
        return Tally(missing=hold_missing(run, [unread]))
    missing, here = absent(connected, chat["id"], said), conversation_of(connected, chat["id"])
    if here is not None and missing:
        missing = strange(connected, lock(here), missing)
    until = mapping.moment(chat["until"])
    if not missing:
        met = meet(connected, mapping.person(chat["visitor"]), key=chat["id"])
        if met and until:
            remember(connected, chat["id"], met.contact.pk, until)
        return Tally(same=1)
    if here is None:
        return Tally(missing=hold_missing(run, _whole(chat, missing)))
    if until:
        remember(connected, chat["id"], here.pk, until)
    return Tally(missing=hold_missing(run, [_single(chat, one) for one in missing]))


def _whole(chat: dict[str, Any], said: Sequence[Said]) -> list[Item]:
    parts = [said[start : start + MOST_SAID] for start in range(0, len(said), MOST_SAID)]
    return [
        Item(
            key=f"conversation:{chat['id']}:{part[0].id}",
            type=events.CHAT,
            payload={**_about(chat), "said": [one.kept() for one in part], "until": chat["until"]},
            occurred_at=part[0].at,
        )
        for part in parts
    ]


def _single(chat: dict[str, Any], one: Said) -> Item:
    payload = {**_about(chat), "said": one.kept()}
    key = one.id if one.id.startswith(f"{chat['id']}/") else f"{chat['id']}/{one.id}"
    return Item(key=f"message:{key}", type=events.MESSAGE, payload=payload, occurred_at=one.at)


def _about(chat: dict[str, Any]) -> dict[str, Any]:
    return {"conversation": chat["id"], "visitor": chat["visitor"]}


def _chat(row: Any) -> dict[str, Any]:
    """What a cursor keeps of one of `GET /conversations`."""
    row = row if isinstance(row, dict) else {}
    visitor, last = mapping.person(row.get("visitor")), row.get("last_message")
    until = mapping.moment(row.get("updated_at")) or mapping.moment(last.get("at") if isinstance(last, dict) else None)
    return {
        "id": mapping.conversation_id({"conversation_id": row.get("id")}),
        "visitor": {"id": visitor.id, "email": visitor.email, "name": visitor.name},
        "until": until.isoformat() if until else None,
    }


def _changed(connected: Connected, run: SyncRun, chats: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that were changed since their transcript was last read, or whose was never read."""
    if run.is_full:
        return list(chats)
    links = Link.objects.filter(
        connection=connected.connection, kind=TRANSCRIPT, external_id__in=[chat["id"] for chat in chats]
    )  # fmt: skip
    read = {one.external_id: mapping.moment(one.data.get("until")) for one in links}
    return [chat for chat in chats if not _is_read(mapping.moment(chat["until"]), read.get(chat["id"]))]


def _is_read(changed: datetime | None, read: datetime | None) -> bool:
    return changed is not None and read is not None and changed <= read


_FETCH = {CONTACTS: _contacts, CONVERSATIONS: _conversations, TRANSCRIPTS: _transcripts}
_TAKE = {CONTACTS: _take_contacts, CONVERSATIONS: _take_conversations, TRANSCRIPTS: _take_transcripts}
