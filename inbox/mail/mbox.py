"""Mail archives in mbox format, read one mail at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

# "From <someone> <weekday> … <hh:mm>" or "From <someone> <ISO date>", as the writers of mbox files put it.
SEPARATOR = re.compile(
    rb"From \S.{0,500}?(?:\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? .{3,24}?\d{1,2}:\d\d|\d{4}-\d\d-\d\d)"
)
ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
BOM = b"\xef\xbb\xbf"
CHUNK = 64 * 1024
MAX_SEPARATOR = 600
MAX_MAIL = 64 * 1024 * 1024


class NotAnMbox(Exception):
    """This file is no mail archive; its text is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of an archive as it was before it was put there, or what stands in its place and why it is no mail.

    `position` counts from 1; 0 is what stands before the first mail. `offset` is that of its "From " line, in bytes.
    """

    position: int
    offset: int
    raw: bytes
    error: str = ""
    separator: bytes = field(default=b"", compare=False)
    """The "From " line itself, as far as it is of use."""


def read(path: str | Path) -> Iterator[Entry]:
    """Memory stays flat: one mail at a time, of 64 MB at most. Raises `NotAnMbox`, and OSError as `open` does."""
    try:
        with Path(path).open("rb") as file:
            yield from _entries(file, _start(file), Path(path).name)
    except IsADirectoryError as error:
        raise NotAnMbox(f"{Path(path).name} is a folder: give the mbox file inside it.") from error


def read_at(file: BinaryIO, offset: int) -> Entry:
    """The mail whose "From " line is at `offset`, as `read` found it; its `position` is not known here. Raises
    `NotAnMbox` where no mail begins there."""
    file.seek(offset)
    found = next(_entries(file, offset, Path(file.name).name), None)
    if found is None or not found.position:
        raise NotAnMbox(f"{Path(file.name).name} has no mail at byte {offset} any more.")
    return found


def _start(file: BinaryIO) -> int:
    return len(BOM) if file.read(len(BOM)) == BOM else file.seek(0)


def _entries(file: BinaryIO, offset: int, name: str) -> Iterator[Entry]:
    """The mails from where `file` stands, which is `offset`."""
    collected = _Collector(position=0, offset=0)
    after_blank = line_begins = True
    for chunk in iter(partial(file.readline, CHUNK), b""):
        # Before the first mail any separator will do: there is no body that it could be part of.
        if line_begins and (after_blank or not collected.position) and SEPARATOR.match(chunk):
            yield from collected.entry()
            collected = _Collector(collected.position + 1, offset, chunk[:MAX_SEPARATOR])
        else:
            collected.add(chunk)
        after_blank = line_begins and chunk.strip(b"\r\n") == b""
        line_begins = chunk.endswith(b"\n")
        offset += len(chunk)
    if not collected.position and collected.size:
        raise NotAnMbox(f'{name} is not an mbox file: no line in it begins a mail ("From sender date").')
    yield from collected.entry()


class _Collector:
    """The lines of one mail. The separator's own line, though longer than a chunk, is never among them."""

    def __init__(self, position: int, offset: int, separator: bytes = b"") -> None:
        self.position = position
        self.offset = offset
        self.separator = separator
        self.size = 0
        self.chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        if self.position or chunk.strip():
            self.size += len(chunk)
        if self.size <= (MAX_MAIL if self.position else CHUNK):
            self.chunks.append(chunk)

    def entry(self) -> Iterator[Entry]:
        if self.position:
            error = f"This mail is larger than {MAX_MAIL // 1024**2} MB." if self.size > MAX_MAIL else ""
            raw = ESCAPED_FROM.sub(rb"\1", self._without_last_blank())
            yield Entry(self.position, self.offset, raw, error, self.separator)
        elif self.size:
            yield Entry(0, self.offset, b"".join(self.chunks), "This stands before the first mail of the archive.")

    def _without_last_blank(self) -> bytes:
        """The blank line before the next separator belongs to the archive, not to the mail."""
        whole = b"".join(self.chunks)
        for newline in (b"\r\n", b"\n"):
            if whole.endswith(newline * 2):
                return whole.removesuffix(newline)
        return whole
