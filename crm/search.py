"""Words as a person types them, as a question to a full-text column, and where an answer has them."""

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable

_WORD = re.compile(r"\w+")
_ASKED = re.compile(r"[\"“”„]([^\"“”„]+)[\"“”„]|(\S+)")
_MOST_WORDS = 12


class Piece(NamedTuple):
    """A stretch of a text; `found`: it is what was asked for."""

    text: str
    found: bool


def beginning_with(text: str) -> SearchQueryCombinable | None:
    """Rows that have, for each word of `text`, one that begins with it, and each “phrase in quotes” as it stands. None
    where there is no word in it."""
    asked = [_phrase(phrase) if phrase else _begun(chunk) for phrase, chunk in _parts(text)]
    return reduce(and_, asked) if asked else None


def pieces(text: str, asked: str) -> list[Piece]:
    """`text`, cut where what was `asked` begins and ends."""
    found, end = [], 0
    for match in _mark(asked).finditer(text):
        found += [Piece(text[end : match.start()], found=False), Piece(match[0], found=True)]
        end = match.end()
    return [piece for piece in [*found, Piece(text[end:], found=False)] if piece.text]


def excerpt(text: str, asked: str, *, length: int) -> list[Piece]:
    """About `length` characters of `text`, in one line, around the first place that has what was `asked`."""
    line = " ".join(text.split())
    first = _mark(asked).search(line)
    start = max(0, first.start() - length // 3) if first else 0
    start = line.rfind(" ", 0, start) + 1 if start else 0
    cut = f"{'… ' if start else ''}{line[start : start + length]}{' …' if start + length < len(line) else ''}"
    return pieces(cut, asked)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """What stands in quotes, and each chunk between spaces that holds a word."""
    parts = ((match[1] or "", match[2] or "") for match in _ASKED.finditer(text))
    yield from [(phrase, chunk) for phrase, chunk in parts if _WORD.search(phrase or chunk)][:_MOST_WORDS]


def _phrase(phrase: str) -> SearchQuery:
    return SearchQuery(phrase, config="simple", search_type="phrase")


def _begun(chunk: str) -> SearchQuery:
    """A chunk that holds more than letters (an address, a host, 3.5) may stand in the column as one word or as
    several."""
    words = _WORD.findall(chunk)[:_MOST_WORDS]
    asked = " & ".join(f"{word}:*" for word in words)
    if len(words) > 1:
        whole = chunk.strip(".,;:!?()[]<>").replace("\\", "\\\\").replace("'", "''")
        asked = f"'{whole}':* | ({asked})"
    return SearchQuery(asked, config="simple", search_type="raw")


def _mark(asked: str) -> re.Pattern[str]:
    """Where a text has a word that begins with one that was asked for, or the phrase."""
    wanted = [_in_a_row(phrase) if phrase else _words(chunk) for phrase, chunk in _parts(asked)]
    return re.compile(rf"\b(?:{'|'.join(wanted) or '(?!)'})", re.IGNORECASE)


def _in_a_row(phrase: str) -> str:
    return rf"{_joined(_WORD.findall(phrase), chr(92) + 'W+')}\b"


def _words(chunk: str) -> str:
    return "|".join(rf"{re.escape(word)}\w*" for word in _WORD.findall(chunk))


def _joined(words: Sequence[str], by: str) -> str:
    return by.join(re.escape(word) for word in words)
