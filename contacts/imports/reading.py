"""A CSV file as people have them: from whichever program, in whichever encoding, with whichever delimiter."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from crm.errors import Invalid

LARGEST = 25 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 100
LONGEST_CELL = 10_000
DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 64 * 1024
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# (number as a spreadsheet counts it, cells)
Row: TypeAlias = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """What a file holds: the first row, and those after it, read as one goes."""

    encoding: str
    delimiter: str
    columns: list[str]
    rows: Iterator[Row]


def read(content: bytes) -> Table:
    """Raises Invalid, in a sentence that says what to do, for what is no such file; while the rows are read, too."""
    if not content.strip():
        raise Invalid("The file is empty.")
    if len(content) > LARGEST:
        raise Invalid(f"The file is larger than {LARGEST // 1024**2} MB. Split it and import the parts one by one.")
    if content.startswith(_SPREADSHEETS):
        raise Invalid("This is a spreadsheet, not a CSV file. Open it, save it as “CSV UTF-8”, and upload that file.")
    encoding = _encoding(content)
    text = _decoded(content, encoding)
    told, text = _told_delimiter(text)
    delimiter = told or _delimiter(text[:_SAMPLE])
    rows = _rows(text, delimiter)
    columns = _columns(rows)
    return Table(encoding, delimiter, columns, rows)


def _encoding(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    sample = content[:4096]
    if b"\0" in sample:
        return _utf_16(sample)
    try:
        content.decode()
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _utf_16(sample: bytes) -> str:
    """Latin letters have a null byte after each (or before, the other way round), and so have commas and breaks."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) / 8 or min(even, odd) > len(sample) / 50:
        raise Invalid("This is not a text file: it holds null bytes. Save it as “CSV UTF-8” and upload it again.")
    return "utf-16-be" if even > odd else "utf-16-le"


def _decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid("The letters of this file cannot be read. Save it as “CSV UTF-8” and upload it again.") from None
    if "\0" in text:
        raise Invalid("This is not a text file: it holds null bytes. Save it as “CSV UTF-8” and upload it again.")
    return text


def _told_delimiter(text: str) -> tuple[str, str]:
    """Some spreadsheets write it into a first line of its own: sep=;"""
    first, end, rest = text.partition("\n")
    told = first.strip().strip('"')
    if end and told.lower().startswith("sep=") and told[4:] in DELIMITERS:
        return told[4:], rest
    return "", text


def _delimiter(sample: str) -> str:
    """The one with which the most rows are as long as the first."""

    def fit(delimiter: str) -> tuple[int, int]:
        lengths = []
        try:
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                lengths.append(len(row))  # noqa: PERF401 - what was read before a fault counts
        except csv.Error:
            pass
        width = lengths[0] if lengths else 0
        return (sum(length == width for length in lengths) if width > 1 else 0), width

    return max(DELIMITERS, key=fit)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _unreadable(number) from None
        if number > MOST_ROWS + 1:
            raise Invalid(f"The file has more than {MOST_ROWS:,} rows. Split it and import the parts one by one.")
        if any(cell.strip() for cell in cells):
            yield number, cells


def _unreadable(number: int) -> Invalid:
    return Invalid(
        f"Row {number} cannot be read: one of its cells does not end. A quotation mark is missing, or one too many."
    )


def _columns(rows: Iterator[Row]) -> list[str]:
    first = next(rows, None)
    if first is None:
        raise Invalid("The file is empty.")
    columns = [cell.strip()[:200] for cell in first[1]]
    if len(columns) > MOST_COLUMNS:
        raise Invalid(f"The file has {len(columns):,} columns; at most {MOST_COLUMNS} can be imported.")
    return columns
