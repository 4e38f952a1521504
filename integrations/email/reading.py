"""A page of mail: the next of what is new in any folder, else of what was there before; read, not yet taken in.

Headers come first, a few hundred at a time, and bodies only of what is not here yet, a few megabytes at a time: memory
stays flat whatever lies in the mailbox.
"""

import heapq
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.utils import timezone

from inbox.mail.body import LEAKS
from inbox.mail.dating import plausible
from inbox.mail.parse import Attachment, BrokenMail, Heading, ParsedMail, heading, parse
from inbox.mail.threads import ancestors
from integrations.base import Connected, Page
from integrations.email.accounts import Account
from integrations.email.known import known
from integrations.email.mailbox import Envelope, Mailbox, State
from integrations.email.places import Place, places, since_of
from integrations.models import SyncRun

HEADERS_AT_ONCE = 500
# Few: whoever wrote them is locked until the last of them is in, and an answer to them waits for that.
MAILS_AT_ONCE = 20
BYTES_AT_ONCE = 8 * 1024**2
LARGEST = 40 * 1024**2
# Of a mail that is larger than any that is kept, its beginning: headers and, mostly, what was written.
BEGINNING = 256 * 1024
NEW, PAST = "new mail", "earlier mail"
NAMED = re.compile(rb"^message-id:\s*<?\S", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Found:
    """A mail in a folder: a message that can be taken in, or `wrong`, one sentence why it cannot, with `raw`; neither
    where it is known already or gone by now. `notes`: what of it is not kept."""

    folder: str
    uid: int
    is_sent: bool
    written_at: datetime
    mail: ParsedMail | None = None
    wrong: str = ""
    raw: bytes = b""
    notes: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[datetime, int, str]:
        """As it was written; of two in one second the answer comes second."""
        mail = self.mail
        return self.written_at, len(ancestors(mail)) if mail else 0, mail.message_id if mail else ""


@dataclass(frozen=True)
class MailPage(Page):
    """`places`: how far the folders are read once its mails are taken in."""

    places: Sequence[Place] = ()


@dataclass(frozen=True)
class _Listed:
    place: Place
    envelope: Envelope
    heading: Heading | None
    """None where only the whole mail tells its id."""

    @property
    def arrived_at(self) -> datetime:
        return self.envelope.arrived_at


def page(connected: Connected, account: Account, box: Mailbox, run: SyncRun) -> MailPage:
    """The next page of a batch. A full one looks through everything that arrived since the connection began."""
    all_places = places(connected.connection, account, box, anew=run.is_full and not run.cursor)
    news = [(place, place.seen + 1, state.following - 1) for place, state in all_places if _has_news(place, state)]
    if news:
        return _Reading(connected, box, NEW, all_places, run).page(news)
    past = [(place, place.fill, place.top) for place, _ in all_places if not place.is_filled]
    return _Reading(connected, box, PAST, all_places, run).page(past)


def _has_news(place: Place, state: State) -> bool:
    return state.following > place.seen + 1


@dataclass
class _Reading:
    connected: Connected
    box: Mailbox
    stream: str
    standing: Sequence[tuple[Place, State]]
    run: SyncRun
    _reached: dict[str, int] = field(default_factory=dict)

    @property
    def headers_at_once(self) -> int:
        """Many where most mails are known; else not many more than one page takes."""
        return HEADERS_AT_ONCE if self.run.is_full else min(HEADERS_AT_ONCE, 2 * MAILS_AT_ONCE)

    @property
    def most_bytes(self) -> int:
        """Less after each try that did not end within its lease."""
        return BYTES_AT_ONCE >> max(0, self.run.attempts - 1)

    def page(self, ranges: Sequence[tuple[Place, int, int]]) -> MailPage:
        listed = list(heapq.merge(*(self._listed(*each) for each in ranges), key=attrgetter("arrived_at")))
        mails = self._read(listed[: self.headers_at_once])
        for one in listed[len(mails) :]:  # where the page ends before a folder does
            self._reached[one.place.folder] = min(self._reached[one.place.folder], one.envelope.uid - 1)
        after = [self._after(place) for place, _ in self.standing]
        is_over = all(place.is_filled for place in after) and not any(
            _has_news(place, state) for place, (_, state) in zip(after, self.standing, strict=True)
        )
        following = None if is_over else {"page": int(self.run.cursor.get("page", 0)) + 1}
        return MailPage(self.stream, sorted(mails, key=attrgetter("order")), following, places=after)

    def _after(self, place: Place) -> Place:
        reached = self._reached.get(place.folder)
        if reached is None:
            return place
        return replace(place, seen=reached) if self.stream == NEW else replace(place, fill=reached + 1)

    def _listed(self, place: Place, first: int, last: int) -> list[_Listed]:
        """The next mails of a folder, in the order in which they came into it."""
        since = since_of(place) if self.stream == PAST else None
        uids = self.box.numbered(
            place.folder, first, last, most=self.headers_at_once, since=since.date() if since else None
        )
        self._reached[place.folder] = last if len(uids) < self.headers_at_once else uids[-1]
        envelopes = self.box.envelopes(place.folder, uids)
        return [_Listed(place, each, _heading(each)) for each in envelopes if not since or each.arrived_at >= since]

    def _read(self, listed: Sequence[_Listed]) -> list[Found]:
        """As many of `listed`, from the first on, as one page bears."""
        here = known(self.connected, [one.heading.message_id for one in listed if one.heading])
        wanted: list[_Listed] = []
        found: list[Found] = []
        size = 0
        for one in listed:
            if one.heading and one.heading.message_id in here:
                found.append(_known(one))
                continue
            size += one.envelope.size if one.envelope.size <= LARGEST else BEGINNING
            if wanted and (len(wanted) >= MAILS_AT_ONCE or size > self.most_bytes):
                break
            wanted.append(one)
        return found + self._fetched(wanted)

    def _fetched(self, wanted: Sequence[_Listed]) -> list[Found]:
        found: list[Found] = []
        by_folder = attrgetter("place.folder")
        for folder, group in groupby(sorted(wanted, key=by_folder), key=by_folder):
            ones = list(group)
            small = [one.envelope.uid for one in ones if one.envelope.size <= LARGEST]
            sources = self.box.sources(folder, small)
            for one in ones:
                is_whole = one.envelope.size <= LARGEST
                raw = sources.get(one.envelope.uid) if is_whole else self._beginning(one)
                found.append(_found(one, raw, is_whole=is_whole))
        return found

    def _beginning(self, one: _Listed) -> bytes | None:
        return self.box.sources(one.place.folder, [one.envelope.uid], most=BEGINNING).get(one.envelope.uid)


def _heading(envelope: Envelope) -> Heading | None:
    """None where the mail has no Message-ID: its id is a digest of the whole; or where its headers are none."""
    try:
        return heading(envelope.headers) if NAMED.search(envelope.headers) else None
    except (BrokenMail, *LEAKS):
        return None


def _known(one: _Listed) -> Found:
    return Found(one.place.folder, one.envelope.uid, one.place.is_sent, one.arrived_at)


def _found(one: _Listed, raw: bytes | None, *, is_whole: bool) -> Found:
    found = _known(one)
    if raw is None:  # somebody moved or deleted it this very moment: where it went to it will be found
        return found
    try:
        mail = parse(raw)
    except (BrokenMail, *LEAKS) as broken:
        return replace(found, wrong=_why(broken), raw=raw)
    return read(found, mail, raw, size=None if is_whole else one.envelope.size)


def read(found: Found, mail: ParsedMail, raw: bytes, *, size: int | None = None) -> Found:
    """size: of the whole, in bytes, where `mail` is only its beginning."""
    written_at = plausible(_dates(raw), found.written_at, timezone.now())
    notes: tuple[str, ...] = ()
    if size is not None:
        why = f"This mail has {size / 1024**2:.0f} MB: only its beginning is kept, without attachments."
        note = Attachment("this mail was too large.txt", "text/plain", why.encode())
        mail, notes = replace(mail, attachments=(note,)), (why,)
    return replace(found, mail=mail, raw=raw, written_at=written_at, notes=notes)


def _dates(raw: bytes) -> Iterable[datetime]:
    return heading(raw).dates


def _why(broken: Exception) -> str:
    if isinstance(broken, BrokenMail):
        return broken.reason
    return f"It cannot be read ({type(broken).__name__}: {broken})."
