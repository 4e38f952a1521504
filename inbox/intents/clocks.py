"""The times of day that a text names: "3pm", "14 Uhr", "a las 10:30", "9h", "jam 2 siang", "noon"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from inbox.intents.day_parts import PARTS, half_beside, settled
from inbox.intents.spoken import spoken
from inbox.intents.spoken_guards import is_far

# Who says "at 3" to somebody they meet for work means the afternoon.
_EARLIEST = 7
# "jam 11 siang" is before noon.
_BEFORE_LUNCH = (10, 11)
_LEADING_ZERO = re.compile(r"\b0\d")
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
# Not the German "am": "um 10 am Freitag", "um 3 am 12. Juli".
_AM = r"a\.?m\b\.?(?!\s+(?:(?:\w+tag|mittwoch|\w*morgen|\w*abend|\w+mittag)\b|\d{1,2}\.))"
_NOON = r"noon|midday|mittags|midi|mediodía|meio-dia|mezzogiorno"
_CLOCK = re.compile(
    rf"(?<![\w./:+-])(?:"
    rf"(?:{_AT}\s+)?(?:(?P<from>{_HOUR}){_TO}(?P<to>{_HOUR})\s*(?P<mark>{_AM}|p\.?m\b\.?|uhr\b|hrs?\b|h\b|uur\b)"
    rf"|(?P<half>{_HOUR})\s*(?P<ap>{_AM}|p\.?m\b\.?)"
    rf"|(?P<unit>{_HOUR})\s*(?:uhr|hrs?|h|heures?|horas|ore|uur|o['’]clock)\b"
    rf"|(?P<whole>\d{{1,2}}h\d{{2}}|\d{{1,2}}:\d{{2}})(?!:?\d))"
    rf"|{_AT}\s+(?P<at>{_HOUR})(?![\d/%€$£]|[.,:]\d|\s*(?:percent|euros?|usd|eur|%|€|\.\s*[a-z]+\b))"
    rf"|(?P<noon>\b(?:{_NOON})\b)"
    rf")(?:\s*(?P<pm>{_AFTER_NOON})|\s*(?P<am>{_BEFORE_NOON}))?(?!\w)",
    re.IGNORECASE,
)
# "10.30" is an hour right after a day, and a number anywhere else.
_DOTTED = re.compile(r"[\s,]*(?:at|um|a las|à|às|alle|om)?\s*(?P<hour>\d{1,2}\.\d{2})(?![\d.])")
_NO_NOON = re.compile(r"\baprès\s+$", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"\b(?:High|du|le|Le|the|The|Mr|Ms|Dr)\s+$")
_PART = re.compile("|".join(rf"(?P<at{at.hour}>\b(?:{words})\b)" for at, words in PARTS.items()), re.IGNORECASE)
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
    `alone`: it is one without a day beside it too. `in_words`: "half past two".
    `vague`: a number after "at" alone. `either`: it may be of either half of the day, and `at` means nothing."""

    at: time
    start: int
    end: int
    zone: ZoneInfo | None = None
    alone: bool = True
    in_words: bool = False
    vague: bool = False
    either: bool = False


def clocks(text: str) -> list[Clock]:
    """In their order; one written in words stands for the digits inside of it ("half past 2")."""
    written_out = list(_spoken(text))
    digits = [one for one in _digits(text) if not any(_overlap(one, other) for other in written_out)]
    return sorted([*written_out, *digits], key=lambda clock: clock.start)


def _overlap(one: Clock, other: Clock) -> bool:
    return one.start < other.end and other.start < one.end


def _spoken(text: str) -> Iterator[Clock]:
    for found in spoken(text):
        at = time(*divmod(found.minutes or 0, 60))
        zone, end = _zone(text, found.end)
        either = found.minutes is None
        yield Clock(at, found.start, end, zone, alone=found.alone, in_words=True, vague=found.vague, either=either)


def _digits(text: str) -> Iterator[Clock]:
    for match in _CLOCK.finditer(text):
        at = _time(match)
        is_distance = match["unit"] and is_far(text, match.end())
        if at is not None and not is_distance and not (match["noon"] and _is_a_name(match)):
            zone, end = _zone(text, match.end())
            yield Clock(at, match.start(), end, zone, alone=not match["noon"])


def _zone(text: str, end: int) -> tuple[ZoneInfo | None, int]:
    """The zone named right after `end`, and where it ends."""
    named = _ZONE.match(text, end)
    return (ZoneInfo(_ZONES[named[1]]), named.end()) if named else (None, end)


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
    at = next(at for at in PARTS if match[f"at{at.hour}"])
    return Clock(at, match.start(), match.end())


def _is_a_name(match: re.Match[str]) -> bool:
    """ "the High Noon Saloon", "Canal du Midi"; and the noon of "après midi" is none."""
    before, word = match.string[max(0, match.start() - 15) : match.start()], match["noon"]
    return bool(_NO_NOON.search(before)) or (word[0].isupper() and bool(_NAME_BEFORE.search(before)))


def _time(match: re.Match[str]) -> time | None:
    if match["noon"]:
        return time(12)
    first = match["from"] or match["half"] or match["unit"] or match["whole"] or match["at"]
    at = _read(first)
    if at is None:
        return None
    mark = (match["ap"] or match["mark"] or "").lower()
    if (match["pm"] or "").lower() == "siang" and at.hour in _BEFORE_LUNCH:
        return at
    if match["pm"] or mark.startswith("p"):
        later = _read(match["to"] or first)
        # "11 to 1pm" begins in the morning
        return at if at.hour == 12 or (later and later.hour < at.hour) else _afternoon(at)
    if match["am"] or mark.startswith("a"):
        return at.replace(hour=at.hour % 12)
    return _at_work(at, match)


def _at_work(at: time, match: re.Match[str]) -> time:
    """Where nothing right after it says which half of the day: a part of the day beside it does, or working hours."""
    if at.hour > 12 or _LEADING_ZERO.search(match[0]):
        return at
    half = half_beside(match.string, match.start(), match.end()).name
    minutes = settled(at.hour % 12 * 60 + at.minute, half) if half or at.hour < _EARLIEST else None
    return at if minutes is None else time(*divmod(minutes, 60))


def _afternoon(at: time) -> time:
    return at.replace(hour=at.hour % 12 + 12) if at.hour <= 12 else at


def _read(written: str) -> time | None:
    """None for an hour or minute that no clock has."""
    hour, _, minute = re.sub(r"[.hH]", ":", written).partition(":")
    if int(hour) > 23 or int(minute or 0) > 59:
        return None
    return time(int(hour), int(minute or 0))
