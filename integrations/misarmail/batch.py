"""The batch: clients first, deals last, so that what a row refers to is here before it.

A run's cursor: `stream` and `at` say which page comes; `by_cursor` how the other side's lists are walked; `since` from
when on what was changed is listed; `began` when the run did.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from inbox.reactions import HISTORY
from integrations.base import Connected, Failed, Later, Page, Tally
from integrations.batches import watermark
from integrations.calling import VendorError
from integrations.misarmail import (
    campaigns,
    ends,
    lines,
    opportunities,
    people,
    promises,
    sides,
    tags,
    theirs,
    threads,
    users,
    walking,
)
from integrations.misarmail.calls import Api, address, is_lacking, sentence
from integrations.misarmail.hushing import hush
from integrations.misarmail.lines import Lines
from integrations.misarmail.reading import Said, words
from integrations.misarmail.threads import KIND
from integrations.models import Link, SyncRun

MESSAGES = "messages"
_FIRST = ("clients", "campaigns", "labels", "users", ends.STREAM)
ORDER = (*_FIRST, "contacts", "conversations", MESSAGES, "deals", "follow_ups")
# An edition, a plan or a key may lack these; what they would have told is done without.
DISPENSABLE = {*_FIRST, "contacts", "follow_ups"}
# Whose watermark tells when the walk before began.
WALK = ORDER[-1]
# Clocks differ, and a change is listed when it is committed, not when it is made.
OVERLAP = timedelta(minutes=10)
# Once a day everything is listed, whatever times the other side tells.
WALKED_EVERY = timedelta(hours=24)
AT_ONCE = 50
MOST_FILES = 20
LARGEST_FILE = 15 * 1024 * 1024
Cursor = dict[str, Any]


def fetch(connected: Connected, run: SyncRun, cursor: Cursor) -> Page:
    _must_not_wait(cursor)
    with Api(connected) as api:
        at = cursor or _begin(api, run)
        page = SPECIAL.get(at["stream"], _list)(api, connected, at)
        if page.cursor is not None and (pause := api.pause()):
            page.cursor["not_before"] = (timezone.now() + timedelta(seconds=pause)).isoformat()
    return page


def _begin(api: Api, run: SyncRun) -> Cursor:
    now = timezone.now()
    known = watermark(run, WALK)
    walked = parse_datetime(str(known.get("walked_at", "")))
    is_due = walked is None or now - walked > WALKED_EVERY
    return {
        "stream": ORDER[0], "at": {}, "by_cursor": api.speaks_cursor(), "since": "" if is_due else known["since"],
        "began": now.isoformat(), "walked_at": now.isoformat() if is_due else known["walked_at"],
    }  # fmt: skip


def _must_not_wait(cursor: Cursor) -> None:
    """Raises Later while the limit of requests that the last answer told of is used up."""
    until = parse_datetime(cursor.get("not_before", ""))
    if until and (seconds := (until - timezone.now()).total_seconds()) > 0:
        raise Later(seconds, "Their limit of requests is reached; it goes on by itself.")


def _list(api: Api, connected: Connected, cursor: Cursor) -> Page:
    stream = cursor["stream"]
    try:
        step = walking.step(
            api, walking.LISTINGS[stream], cursor["at"], by_cursor=cursor["by_cursor"], since=cursor["since"]
        )  # fmt: skip
    except VendorError as error:
        if stream not in DISPENSABLE or not is_lacking(error):
            raise Failed(sentence(error)) from None
        step = walking.Step((), None)
    following = {**_plain(cursor), "at": step.next} if step.next else _next_stream(cursor)
    return Page(stream, step.rows, following, step.total, _kept(cursor) if following is None else None)


def _ends(api: Api, connected: Connected, cursor: Cursor) -> Page:
    """The log of another Parley; MisarMail has none."""
    start = cursor["at"].get("cursor") or ends.begins_at(connected)
    answer: Any = {}
    if cursor["by_cursor"]:
        try:
            answer = api.get(address(ends.STREAM), {"cursor": start, "types": ",".join(ends.ENDS)})
        except VendorError as error:
            if not is_lacking(error):
                raise Failed(sentence(error)) from None
    rows = walking.rows_of(ends.STREAM, answer or {ends.STREAM: []})
    at = answer.get("next_cursor")
    following = {**_plain(cursor), "at": {"cursor": at}} if answer.get("has_more") else _next_stream(cursor)
    return Page(ends.STREAM, rows, following, watermark={"cursor": at} if at else None)


def _next_stream(cursor: Cursor) -> Cursor | None:
    number = ORDER.index(cursor["stream"]) + 1
    return {**_plain(cursor), "stream": ORDER[number], "at": {}} if number < len(ORDER) else None


def _plain(cursor: Cursor) -> Cursor:
    return {name: value for name, value in cursor.items() if name != "not_before"}


def _kept(cursor: Cursor) -> dict[str, Any]:
    since = datetime.fromisoformat(cursor["began"]) - OVERLAP
    return {"since": since.isoformat().replace("+00:00", "Z"), "walked_at": cursor["walked_at"]}


def _messages(api: Api, connected: Connected, cursor: Cursor) -> Page:
    at = cursor["at"]
    of = at.get("of") or lines.next_behind(connected, at.get("after", ""))
    if of is None:
        return Page(MESSAGES, (), _next_stream(cursor))
    params = {"cursor": at.get("cursor", ""), "per_page": AT_ONCE, "source": "true"} if cursor["by_cursor"] else {}
    try:
        answer = api.get(address("conversations", of, "messages"), params)
    except VendorError as error:
        if not is_lacking(error):
            raise Failed(sentence(error)) from None
        answer = {"messages": []}  # deleted there since it was listed
    found = [theirs.line(row) for row in walking.rows_of(MESSAGES, answer)]
    taken, files = _with_files(api, connected, of, found)
    pagination = answer.get("pagination")
    further = pagination.get("next_cursor") if cursor["by_cursor"] and isinstance(pagination, Mapping) else None
    whole = len(taken) == len(found)
    here = at.get("cursor", "") if not whole else further
    following = {"of": of, "cursor": here} if here or not whole else {"after": of}
    return Lines(
        MESSAGES, taken, {**_plain(cursor), "at": following}, of=of, is_last=whole and not further, files=files
    )  # fmt: skip


def _with_files(
    api: Api, connected: Connected, of: str, found: Sequence[theirs.Line]
) -> tuple[list[theirs.Line], dict[str, bytes]]:
    """The messages, and the files of those that are not here yet; as many messages as have at most MOST_FILES in all,
    the others when this page is fetched again."""
    files: dict[str, bytes] = {}
    wanting = {line.id for line in lines.unknown(connected, of, [line for line in found if line.attachments])}
    taken: list[theirs.Line] = []
    for line in found:
        own = [one for one in line.attachments if line.id in wanting and _is_fetched(one)]
        if files and len(files) + len(own) > MOST_FILES:
            break
        files |= {words(one, "id"): _file(api, words(one, "id")) for one in own}
        taken.append(line)
    return taken, files


def _file(api: Api, their_id: str) -> bytes:
    """Its bytes; none where it was erased there since it was listed."""
    try:
        return api.file(address("attachments", their_id))
    except VendorError as error:
        if not is_lacking(error):
            raise Failed(sentence(error)) from None
        return b""


def _is_fetched(attachment: Said) -> bool:
    size = attachment.get("size")
    return bool(words(attachment, "id")) and isinstance(size, int) and size <= LARGEST_FILE


SPECIAL: Mapping[str, Callable[[Api, Connected, Cursor], Page]] = {MESSAGES: _messages, ends.STREAM: _ends}


def take(connected: Connected, run: SyncRun, page: Page) -> Tally:
    """The rows of one page; those without an id are counted as failed."""
    if isinstance(page, Lines):
        tally = lines.take(connected, page)
        hush(connected)
        return tally
    rows = [row for row in page.items if words(row, "id")]
    tally = TAKERS[page.stream](connected, run, rows) if rows else Tally()
    tally.failed += len(page.items) - len(rows)
    return tally


def _conversations(connected: Connected, run: SyncRun, rows: Sequence[Said]) -> Tally:
    found = [theirs.thread(row) for row in rows]
    tally = threads.take(connected, found, is_full=run.is_full)
    fresh = [one.id for one in found if "assigned_to" not in one.state and _is_fresh(one.last_at)]
    links = Link.objects.filter(connection=connected.connection, kind=KIND, external_id__in=fresh)
    hush(connected, but_assign=list(links.values_list("subject_id", flat=True)))
    return tally


def _is_fresh(at: datetime | None) -> bool:
    return at is not None and timezone.now() - at <= HISTORY


def _deals(connected: Connected, run: SyncRun, rows: Sequence[Said]) -> Tally:
    tally = opportunities.take(connected, [theirs.opportunity(row) for row in rows])
    hush(connected)
    return tally


TAKERS: Mapping[str, Callable[[Connected, SyncRun, Sequence[Said]], Tally]] = {
    "clients": lambda connected, _, rows: sides.take_customers(connected, [theirs.customer(row) for row in rows]),
    "campaigns": lambda connected, _, rows: campaigns.take(connected, [theirs.origin(row) for row in rows]),
    "labels": lambda connected, _, rows: tags.take(connected, rows),
    "users": lambda connected, _, rows: users.take(connected, rows),
    ends.STREAM: lambda connected, _, rows: ends.take(connected, rows),
    "contacts": lambda connected, _, rows: people.take(connected, [theirs.person(row) for row in rows]),
    "conversations": _conversations,
    "deals": _deals,
    "follow_ups": lambda connected, _, rows: promises.take(connected, rows),
}
