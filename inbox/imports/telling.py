"""What an import says while it runs: what it left out, and how far it is."""

import time
from dataclasses import dataclass, field

from django.core.management.base import OutputWrapper

OFTEN = 0.2  # seconds, where somebody looks on
SELDOM_READ = 10_000  # messages, where it goes to a file
SELDOM_TAKEN = 1_000
ERASE_LINE = "\r\x1b[K"


@dataclass
class Telling:
    """On a terminal one line that is written over again and again; elsewhere a line each so many messages."""

    stream: OutputWrapper
    name: str
    _last: float = field(default_factory=time.monotonic)

    def left_out(self, position: int, offset: int, reason: str) -> None:
        what = f"mail {position} at byte {offset}" if position else f"byte {offset}"
        self._line(f"{self.name}, {what}, left out: {reason}")

    def cut(self, position: int, offset: int, reason: str) -> None:
        self._line(f"{self.name}, mail {position} at byte {offset}: {reason}")

    def reading(self, position: int, offset: int, size: int) -> None:
        self._progress(
            f"Reading {self.name}: {position:,} messages, {offset * 100 // (size or 1)} %", position, SELDOM_READ
        )

    def taken(self, done: int, total: int) -> None:
        self._progress(f"Taking in {done:,} of {total:,} messages, {done * 100 // total} %", done, SELDOM_TAKEN)

    def done(self) -> None:
        """The last word is another's: leave it an empty line."""
        if self.stream.isatty():
            self._write(ERASE_LINE)

    def _line(self, text: str) -> None:
        self._write(f"{ERASE_LINE if self.stream.isatty() else ''}{text}\n")

    def _progress(self, text: str, count: int, seldom: int) -> None:
        if not self.stream.isatty():
            if count and count % seldom == 0:
                self._write(f"{text}\n")
        elif time.monotonic() - self._last > OFTEN:
            self._last = time.monotonic()
            self._write(ERASE_LINE + text)

    def _write(self, text: str) -> None:
        # Without the red of errors and the line end that the stream would add.
        self.stream.write(text, style_func=str, ending="")
        self.stream.flush()
