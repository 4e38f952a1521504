"""Where the sentences and clauses of a text stand."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])|[\r\n]+|(?<=\s)[-–—]+(?=\s)|(?<=;)\s")
_TURN = re.compile(r",?\s(?=(?:but|however|though|aber|pero|mais|mas|tapi|tetapi|lekin|par)\s)", re.IGNORECASE)


def sentences(text: str) -> list[Span]:
    """The spans of the sentences and lines, trimmed and never empty; together they hold every word of the text."""
    return list(_split(text, (0, len(text)), _SENTENCE_END))


def clauses(text: str) -> list[Span]:
    """The sentences, cut again where a "but" turns them: there the intent of the second half is another one."""
    return [clause for sentence in sentences(text) for clause in _split(text, sentence, _TURN)]


def _split(text: str, within: Span, boundary: re.Pattern[str]) -> Iterator[Span]:
    start, stop = within
    for gap in boundary.finditer(text, start, stop):
        yield from _trimmed(text, start, gap.start())
        start = gap.end()
    yield from _trimmed(text, start, stop)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    words = text[start:end].strip()
    if words:
        first = text.index(words, start)
        yield first, first + len(words)
