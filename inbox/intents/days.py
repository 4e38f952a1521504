"""The days that a text names: "12 July", "12.7.", "next Tuesday", "tomorrow"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import get_day_names, get_month_names

_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "id")
DAY = timedelta(days=1)


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
# Hindi as it is typed: "somvar", "somwaar".
_HINDI = {
    stem + ending: day
    for day, stem in enumerate(("som", "mangal", "budh", "guru", "shukra", "shani", "ravi"))
    for ending in ("var", "vaar", "war", "waar")
}
_WEEKDAYS = _names(get_day_names, widths=("wide",)) | _HINDI
_MONTH_FIRST = _any_of(_names(get_month_names, widths=("wide", "abbreviated"), languages=("en",)))
_OVERMORROW = (
    r"(?:the )?day after tomorrow|übermorgen|après-demain|pasado mañana|depois de amanhã|dopodomani|overmorgen|lusa"
)
# none in "guten Morgen", "am Morgen", "de la mañana", "esta mañana"
_TOMORROW = (
    r"(?<!guten\s)(?<!\bam\s)(?<!\bla\s)(?<!\besta\s)\b(?:tomorrow|tmrw|morgen|demain|mañana|amanhã|domani|besok)"
)
_TODAY = (
    r"today|tonight|this (?:afternoon|evening)|heute|aujourd['’]hui|cet après[- ]midi|ce soir|hoy|esta (?:tarde|noche)|"
    r"hoje|oggi|stasera|questo pomeriggio|vandaag|vanmiddag|vanavond|hari ini|(?:siang|sore|malam) ini|"
    r"nanti (?:siang|sore|malam)|aaj"
)
# Only right before a time: "Mon" is French as well, "quinta" a fifth one.
_SHORT = {
    name: day
    for names in ("mon tue wed thu fri sat sun", "segunda terça quarta quinta sexta")
    for day, name in enumerate(names.split(" "))
}
# "Sat at three", not "Sat at my desk".
_A_TIME = (
    r"(?:(?:about|around)\s+)?(?:\d|half\s|(?:an?\s+)?quarter\s|noon\b|midday\b|lunch|"
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty)\b(?!\s+of\b))"
)
_SHORT_WEEKDAY = (
    r"(?:(?-i:Mon|Sat|Sun)|tues?|wed|thu(?:rs?)?|fri)\b\.?(?=,?\s+(?:(?<!sat\s)(?<!sun\s)(?<!wed\s)(?:at|@|around)\s|"
    rf"(?:at|@|around)\s+{_A_TIME})|,?\s+\d{{1,2}}(?:[:.]\d\d|\s?[ap]m)\b|"
    r",?\s+(?:half|quarter)\s)|(?:segunda|terça|quarta|quinta|sexta)(?=,?\s+(?:às|à|ao|pelas|\d{1,2}(?:h|:\d))(?:\s|\d|\b))"
)
DAY_WORD = rf"(?:{_any_of(_WEEKDAYS)}|{_OVERMORROW}|{_TOMORROW}|{_TODAY}|kal|parso)"
# Hindi has one word for tomorrow and yesterday. With a capital it is a name, unless a sentence begins with it and goes
# on, or more of Hindi follows.
_KAL = (
    r"(?:(?-i:kal|KAL)|(?:^|(?<=\n)|(?<=[.!?]\s))(?-i:Kal)(?=[ ]+(?!(?:and|is|was|has|from|said)\b)(?-i:[a-z0-9])"
    r"|[ ]*\?)"
    r"|(?-i:Kal)(?=[^.,;:!?\n]{1,30}\b(?:baje|bajey|bje|subah|dopahar|shaam|raat|milte|karte|hai)\b))(?!\s+(?-i:[A-Z]))"
)
# Portuguese October, unless it is the English word.
_MONTH = _any_of(_MONTHS).replace("out|", r"out(?!\s+of)|")
_MENTION = re.compile(
    r"\b(?P<y0>\d{4})[-/](?P<m0>\d{2})[-/](?P<d0>\d{2})\b"
    rf"|\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?(?P<m1>{_MONTH})\b\.?(?:,?\s+(?:de\s+)?(?P<y1>\d{{4}}))?"
    rf"|\b(?P<m2>{_MONTH_FIRST})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>\d{{4}}))?"
    r"|(?<![\d./])(?P<d3>\d{1,2})(?P<mark>[./])(?P<m3>\d{1,2})(?:(?P=mark)(?P<y3>\d{4}|\d{2})|(?P<dot>\.))?(?![\d/]|\.\d)"
    r"|\b(?P<ordinal>\d{1,2})(?:st|nd|rd|th)\b"
    rf"|\b(?:tanggal|tgl\.?|d[ií]a|au|le)\s+(?P<numbered>\d{{1,2}})\b(?!\s*(?:de\s+)?(?:{_MONTH})|\s?[:h/.-]\s?\d|\s?h\b)"
    rf"|\b(?P<weekday>{_any_of(_WEEKDAYS)})\b|(?<![-–])\b(?P<short>{_SHORT_WEEKDAY})"
    rf"|\b(?P<overmorrow>{_OVERMORROW})\b"
    rf"|(?P<tomorrow>{_TOMORROW})\b"
    rf"|\b(?P<today>{_TODAY})\b(?!['’]s)"
    rf"|\b(?:(?P<kal>{_KAL})|(?P<parso>parso))\b",
    re.IGNORECASE,
)

_LOOSE = ("ordinal", "numbered", "weekday", "short", "overmorrow", "tomorrow", "today", "kal", "parso")
_AWAY = {"overmorrow": 2, "tomorrow": 1, "today": 0, "kal": 1, "parso": 2}


@dataclass(frozen=True)
class Mention:
    """A day that a text names, from `start` to `end`. `form`: "date" where it reads as one by itself; else weekday,
    tomorrow, ordinal ("the 12th"), number ("12/7")…, which are days only beside other words."""

    day: date
    start: int
    end: int
    form: str

    @property
    def sure(self) -> bool:
        return self.form == "date"


def mentions(text: str, said_on: date) -> Iterator[Mention]:
    """The days in their order; one that no calendar has is left out."""
    for match in _MENTION.finditer(text):
        try:
            day = _day(match, said_on)
        except (ValueError, OverflowError):  # 31 February, or 13 as a month
            continue
        form = next((form for form in _LOOSE if match[form]), "number" if _may_be_a_number(match) else "date")
        yield Mention(day, match.start(), match.end(), "weekday" if form == "short" else form)


def _may_be_a_number(match: re.Match[str]) -> bool:
    """24/7 and 3.5 are no dates; 12.7. and 12/7/26 are."""
    return bool(match["d3"]) and not match["y3"] and not (match["dot"] and match["mark"] == ".")


def _day(match: re.Match[str], said_on: date) -> date:
    for word, away in _AWAY.items():
        if match[word]:
            return said_on + away * DAY
    if match["weekday"]:
        return _next_weekday(_WEEKDAYS[match["weekday"].lower()], said_on)
    if short := match["short"]:
        return _next_weekday(next(day for name, day in _SHORT.items() if short.lower().startswith(name)), said_on)
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


def _next_weekday(weekday: int, said_on: date) -> date:
    """The first one after the day it was said on."""
    return said_on + DAY * ((weekday - said_on.weekday() - 1) % 7 + 1)


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
