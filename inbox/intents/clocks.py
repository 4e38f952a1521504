"""The times of day that a text names: "3pm", "14 Uhr", "a las 10:30", "9h", "jam 2 siang", "noon"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

# Who says "at 3" to somebody they meet for work means the afternoon.
_EARLIEST = 7
_TO = r"\s*(?:-|–|—|to|and|or|bis|oder|à|et|a|y|e|tot|en|sampai)\s*"
_HOUR = r"\d{1,2}(?:[:.h]\d{2})?"
_AT = r"(?:at|around|@|um|gegen|ab|a las?|sobre las|à|vers|às|pelas|as|alle|om|jam|pukul)"
_AFTER_NOON = (
    r"in the afternoon|in the evening|nachmittags?|abends|de la tarde|de la noche|da tarde|da noite|del pomeriggio|"
    r"di sera|de l['’]après-midi|du soir|['’]s middags|['’]s avonds|siang|sore|malam"
)
_BEFORE_NOON = (
    r"in the morning|morgens|vormittags?|früh|de la mañana|da manhã|del mattino|di mattina|du matin|['’]s ochtends|pagi"
)
_NOON = r"noon|midday|mittags|midi|mediodía|meio-dia|mezzogiorno"
_CLOCK = re.compile(
    rf"(?<![\w./:+-])(?:"
    rf"(?:{_AT}\s+)?(?:(?P<from>{_HOUR}){_TO}(?P<to>{_HOUR})\s*(?P<mark>a\.?m\b\.?|p\.?m\b\.?|uhr\b|hrs?\b|h\b|uur\b)"
    rf"|(?P<half>{_HOUR})\s*(?P<ap>a\.?m\b\.?|p\.?m\b\.?)"
    rf"|(?P<unit>{_HOUR})\s*(?:uhr|hrs?|h|heures?|horas|ore|uur|o['’]clock)\b"
    rf"|(?P<whole>\d{{1,2}}h\d{{2}}|\d{{1,2}}:\d{{2}})(?!:?\d))"
    rf"|{_AT}\s+(?P<at>{_HOUR})(?![\d/%€$£]|[.,:]\d|\s*(?:percent|euros?|usd|eur|%|€|\.\s*[a-z]+\b))"
    rf"|(?P<noon>\b(?:{_NOON})\b)"
    rf")(?:\s*(?P<pm>{_AFTER_NOON})|\s*(?P<am>{_BEFORE_NOON}))?(?!\w)",
    re.IGNORECASE,
)
# "10.30" is an hour right after a day, and a number anywhere else.
_DOTTED = re.compile(r"[\s,]*(?:at|um|a las|à|às|alle|om)?\s*(?P<hour>\d{1,2}\.\d{2})(?![\d.])")
_PARTS = {
    time(9): r"(?:in the )?morning|vormittags?|früh|matin|(?:por la )?mañana|(?:de )?manhã|mattina|ochtend|pagi",
    time(12): r"lunch ?time|noon|mittags?|midi|mediodía|meio-dia|mezzogiorno|middag",
    time(14): r"(?:in the )?afternoon|nachmittags?|après-midi|(?:por la )?tarde|(?:à )?tarde|pomeriggio|namiddag|siang",
    time(17): r"(?:in the )?evening|abends?|soir|sera|avond|sore",
}
_PART = re.compile("|".join(rf"(?P<at{at.hour}>\b(?:{words})\b)" for at, words in _PARTS.items()), re.IGNORECASE)
_ZONES = {
    "UTC": "UTC", "GMT": "UTC", "BST": "Europe/London", "CET": "Europe/Berlin", "CEST": "Europe/Berlin",
    "EST": "America/New_York", "EDT": "America/New_York", "ET": "America/New_York", "CST": "America/Chicago",
    "CDT": "America/Chicago", "CT": "America/Chicago", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "PT": "America/Los_Angeles", "IST": "Asia/Kolkata", "SGT": "Asia/Singapore", "WIB": "Asia/Jakarta",
}  # fmt: skip
# Written in capitals: "est" is a French word.
_ZONE = re.compile(rf"\s*\(?\b({'|'.join(_ZONES)})\b\)?")


@dataclass(frozen=True)
class Clock:
    """A time of day, from `start` to `end` of the text; of a range, its beginning. `zone`: where it says which.
    `alone`: it is one without a day beside it too."""

    at: time
    start: int
    end: int
    zone: ZoneInfo | None = None
    alone: bool = True


def clocks(text: str) -> Iterator[Clock]:
    for match in _CLOCK.finditer(text):
        at = _time(match)
        if at is None:
            continue
        named = _ZONE.match(text, match.end())
        zone, end = (ZoneInfo(_ZONES[named[1]]), named.end()) if named else (None, match.end())
        yield Clock(at, match.start(), end, zone, alone=not match["noon"])


def after(text: str, position: int) -> Clock | None:
    """The time written with a dot, right after a day that ends at `position`."""
    match = _DOTTED.match(text, position)
    at = _read(match["hour"]) if match else None
    return Clock(at, match.start("hour"), match.end()) if match and at else None


def part_of_day(text: str, start: int, end: int) -> Clock | None:
    """ "afternoon", between the two positions: its first hour of work."""
    match = _PART.search(text, start, end)
    if match is None:
        return None
    at = next(at for at in _PARTS if match[f"at{at.hour}"])
    return Clock(at, match.start(), match.end())


def _time(match: re.Match[str]) -> time | None:
    if match["noon"]:
        return time(12)
    first = match["from"] or match["half"] or match["unit"] or match["whole"] or match["at"]
    at = _read(first)
    if at is None:
        return None
    mark = (match["ap"] or match["mark"] or "").lower()
    if match["pm"] or mark.startswith("p"):
        later = _read(match["to"] or first)
        # "11 to 1pm" begins in the morning
        return at if at.hour == 12 or (later and later.hour < at.hour) else _afternoon(at)
    if match["am"] or mark.startswith("a"):
        return at.replace(hour=at.hour % 12)
    return _afternoon(at) if match["at"] and 0 < at.hour < _EARLIEST else at


def _afternoon(at: time) -> time:
    return at.replace(hour=at.hour % 12 + 12) if at.hour <= 12 else at


def _read(written: str) -> time | None:
    """None for an hour or minute that no clock has."""
    hour, _, minute = re.sub(r"[.hH]", ":", written).partition(":")
    if int(hour) > 23 or int(minute or 0) > 59:
        return None
    return time(int(hour), int(minute or 0))
