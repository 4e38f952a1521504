"""The day an absence note says somebody is back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import get_day_names, get_month_names

from inbox.intents.spells import spells

_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "id")
_DAY = timedelta(days=1)
_FURTHEST = timedelta(days=366)
_LONGEST = 20_000
# How far before a date the words stand that say what it is.
_NEAR = 60

# "until the 12th" means back on the 13th; "back on the 12th" means the 12th.
_UNTIL = re.compile(
    r".*\b(until|till|til|up to and including|through|thru|bis|jusqu\w*|hasta|até|fino|tot|t/m|hingga|sampai)\b"
    r"[^.!?\n]{0,25}$",
    re.IGNORECASE | re.DOTALL,
)
_BACK = re.compile(
    r".*\b(back|return\w*|again|wieder|zurück|ab|retour|revien\w*|partir\w*|regres\w*|vuelv\w*|volt\w*|torn\w*|rientr\w*"
    r"|terug|vanaf|kembali)\b[^.!?\n]{0,40}$",
    re.IGNORECASE | re.DOTALL,
)
# The second half of a range: too common words to count anywhere but right before a date.
_UP_TO = re.compile(r"(\b(to|au|al)\s+(the\s+)?(\w+day,?\s+)?|\d\.?(\s+\w+\.?)?\s*[-–—]\s*)$", re.IGNORECASE)


def _names(get: Any, *, widths: tuple[str, ...], languages: tuple[str, ...] = _LANGUAGES) -> dict[str, int]:
    names: dict[str, int] = {}
    for language in languages:
        for width in widths:
            for number, name in get(width, locale=language).items():
                names.setdefault(name.lower().rstrip("."), number)
    return names


def _any_of(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_MONTHS = _names(get_month_names, widths=("wide", "abbreviated"))
_WEEKDAYS = _names(get_day_names, widths=("wide",))
_MONTH_FIRST = _any_of(_names(get_month_names, widths=("wide", "abbreviated"), languages=("en",)))
# Portuguese October, unless it is the English word.
_MONTH = _any_of(_MONTHS).replace("out|", r"out(?!\s+of)|")
_MENTION = re.compile(
    r"\b(?P<y0>\d{4})[-/](?P<m0>\d{2})[-/](?P<d0>\d{2})\b"
    rf"|\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?(?P<m1>{_MONTH})\b\.?(?:,?\s+(?:de\s+)?(?P<y1>\d{{4}}))?"
    rf"|\b(?P<m2>{_MONTH_FIRST})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>\d{{4}}))?"
    r"|(?<![\d./])(?P<d3>\d{1,2})(?P<mark>[./])(?P<m3>\d{1,2})(?:(?P=mark)(?P<y3>\d{4}|\d{2})|(?P<dot>\.))?(?![\d/]|\.\d)"
    r"|\b(?P<ordinal>\d{1,2})(?:st|nd|rd|th)\b"
    rf"|\b(?:tanggal|tgl\.?|d[ií]a|au|le)\s+(?P<numbered>\d{{1,2}})\b(?!\s*(?:de\s+)?(?:{_MONTH})|\s?[:h/.-]\s?\d|\s?h\b)"
    rf"|\b(?P<weekday>{_any_of(_WEEKDAYS)})\b"
    r"|\b(?P<tomorrow>tomorrow|morgen|demain|mañana|amanhã|domani|besok)\b",
    re.IGNORECASE,
)

_LOOSE = ("ordinal", "numbered", "weekday", "tomorrow")


@dataclass(frozen=True)
class _Mention:
    """A day that a note names. `sure`: it reads as a date by itself; else only after a word such as "back"."""

    day: date
    start: int
    sure: bool


def return_date(text: str, said_on: date) -> date | None:
    """The day the writer is back, as far as the text names one within a year after `said_on`.

    A day after "back" or "until" wins over one that merely stands there; of several, the latest. Where no day is named,
    how long it lasts counts from when it was said.
    """
    text = text[:_LONGEST]
    named: list[tuple[bool, date]] = []
    for mention in _mentions(text, said_on):
        before = text[max(0, mention.start - _NEAR) : mention.start]
        back, until = _BACK.match(before), _UNTIL.match(before)
        is_last_day_away = until and (not back or until.start(1) > back.start(1))
        if is_last_day_away or (mention.sure and _UP_TO.search(before)):
            named.append((True, mention.day + _DAY))
        elif mention.sure or back:
            named.append((bool(back), mention.day))
    ahead = _ahead(named, said_on) or _ahead([(one.marked, one.back_on) for one in spells(text, said_on)], said_on)
    return max(ahead)[1] if ahead else None


def _ahead(named: list[tuple[bool, date]], said_on: date) -> list[tuple[bool, date]]:
    return [(marked, day) for marked, day in named if said_on < day <= said_on + _FURTHEST]


def _mentions(text: str, said_on: date) -> Iterator[_Mention]:
    for match in _MENTION.finditer(text):
        try:
            day = _day(match, said_on)
        except (ValueError, OverflowError):  # 31 February, or 13 as a month
            continue
        loose = (
            match["ordinal"] or match["numbered"] or match["weekday"] or match["tomorrow"] or _may_be_a_number(match)
        )
        yield _Mention(day, match.start(), not loose)


def _may_be_a_number(match: re.Match[str]) -> bool:
    """24/7 and 3.5 are no dates; 12.7. and 12/7/26 are."""
    return bool(match["d3"]) and not match["y3"] and not (match["dot"] and match["mark"] == ".")


def _day(match: re.Match[str], said_on: date) -> date:
    if match["tomorrow"]:
        return said_on + _DAY
    if match["weekday"]:
        away = (_WEEKDAYS[match["weekday"].lower()] - said_on.weekday() - 1) % 7
        return said_on + _DAY * (away + 1)
    if number := match["ordinal"] or match["numbered"]:
        return _next(int(number), said_on)
    form = next(form for form in "0123" if match[f"d{form}"])
    day, named, year = int(match[f"d{form}"]), match[f"m{form}"], match[f"y{form}"]
    month = int(named) if named.isdigit() else _MONTHS[named.lower()]
    if match["mark"] == "/" and month > 12:  # as Americans write it
        day, month = month, day
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _nearest(month, day, said_on)


def _next(day: int, said_on: date) -> date:
    """The next day of this number: of this month, or of one of the two after it."""
    months = (divmod(said_on.month - 1 + further, 12) for further in range(3))
    days = (_date_or_none(said_on.year + years, month + 1, day) for years, month in months)
    found = next((one for one in days if one and one > said_on), None)
    if found is None:
        raise ValueError(day)
    return found


def _nearest(month: int, day: int, said_on: date) -> date:
    """In the year that brings it nearest: in December, January is the next one, and in July, June is over."""
    years = (said_on.year - 1, said_on.year, said_on.year + 1)
    days = [one for year in years if (one := _date_or_none(year, month, day))]
    return min(days, key=lambda one: abs(one - said_on))


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
