"""An archive read for the first time: which mails it holds, when each was written, and what belongs together.

The order in the file means nothing (an answer may stand before what it answers), so everything about threads and dates
is known before the first message is taken in. Memory holds ids and places of mails, never a body.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path

from inbox.imports.telling import Telling
from inbox.mail import headers, mbox
from inbox.mail.dating import plausible
from inbox.mail.parse import BrokenMail, heading
from inbox.mail.threads import Threads, ancestors

DATE_OF_SEPARATOR = re.compile(rb"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? .*\d:\d\d.*|\d{4}-\d\d-\d\d\S*)")


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail of the archive: where it stands, what it is called, and when it was written, never in the future."""

    position: int
    offset: int
    message_id: str
    written_at: datetime
    depth: int
    """How many mails it descends from: of two written in the same second, the answer comes second."""


@dataclass
class Archive:
    """`broken`: how many mails could not be listed, each told of already."""

    mails: list[Listed] = field(default_factory=list)
    threads: Threads = field(default_factory=Threads)
    broken: int = 0

    @property
    def in_order(self) -> list[Listed]:
        """As they were written. The same mails in another order in the file come in the same order here."""
        return sorted(self.mails, key=attrgetter("written_at", "depth", "message_id", "offset"))

    @property
    def total(self) -> int:
        return len(self.mails) + self.broken


def survey(path: Path, now: datetime, telling: Telling) -> Archive:
    """Raises `NotAnMbox` and OSError as `mbox.read` does."""
    archive = Archive()
    size = path.stat().st_size
    for entry in mbox.read(path):
        try:
            _list(archive, entry, now)
        except BrokenMail as broken:
            archive.broken += entry.position > 0
            telling.left_out(entry.position, entry.offset, broken.reason)
        telling.reading(entry.position, entry.offset, size)
    return archive


def _list(archive: Archive, entry: mbox.Entry, now: datetime) -> None:
    if entry.error:
        raise BrokenMail(entry.error)
    head = heading(entry.raw)
    before = archive.mails[-1].written_at if archive.mails else now
    dates = [*head.dates, *_date_of(entry.separator)]
    above = ancestors(head)
    archive.threads.join((head.message_id, *above))
    written_at = plausible(dates, before, now)
    archive.mails.append(Listed(entry.position, entry.offset, head.message_id, written_at, len(above)))


def _date_of(separator: bytes) -> list[datetime]:
    """When the archive's "From " line says that the mail arrived; nothing where it does not."""
    found = DATE_OF_SEPARATOR.search(separator)
    date = headers.date(found[0].decode("latin-1")) if found else None
    return [date] if date else []
