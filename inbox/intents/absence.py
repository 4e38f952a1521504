"""The day an absence note says somebody is back."""

import re
from datetime import date, timedelta

from babel.dates import get_month_names

_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "id")
# "until the 12th" means back on the 13th; "back on the 12th" means the 12th.
_LAST_DAY = re.compile(
    r"\b(until|till|through|thru|to|bis|jusqu\w*|au|hasta|até|fino|tot|t/m|hingga|sampai|al)\b[^.\n]{0,24}$",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(back|return\w*|again|wieder|zurück|retour|regres\w*|vuel\w*|volt\w*|torn\w*|rientr\w*|terug|kembali|ab)\b[^.\n]{0,40}$",
    re.IGNORECASE,
)
_FURTHEST = timedelta(days=366)


def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=language).items():
                names.setdefault(name.lower().rstrip("."), number)
    return names


_MONTHS = _months()
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_DATE = re.compile(
    r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b"
    r"|\b(?P<d1>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?(?P<m1>" + _MONTH + r")\b\.?,?"
    r"(?:\s+(?:de\s+)?(?P<y1>\d{4}))?"
    r"|\b(?P<m2>" + _MONTH + r")\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>\d{4}))?"
    r"|\b(?P<d3>\d{1,2})[./](?P<m3>\d{1,2})(?:[./](?P<y3>\d{4}|\d{2}))?(?!\d)",
    re.IGNORECASE,
)  # fmt: skip


def return_date(text: str, said_on: date) -> date | None:
    """The day the writer is back, as far as the text names one within a year after `said_on`.

    A date after "back" or "return" wins; else the latest one named, the day after it where it is the last day away.
    """
    named: list[tuple[bool, date]] = []
    for match in _DATE.finditer(text[:20_000]):
        day = _day(match, said_on)
        if day is None:
            continue
        before = text[: match.start()]
        if _LAST_DAY.search(before):
            named.append((False, day + timedelta(days=1)))
        else:
            named.append((bool(_BACK.search(before)), day))
    ahead = [(back, day) for back, day in named if said_on < day <= said_on + _FURTHEST]
    return max(ahead)[1] if ahead else None


def _day(match: re.Match[str], said_on: date) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        number = next(i for i in "123" if match[f"d{i}"])
        month = int(match["m3"]) if number == "3" else _MONTHS[match[f"m{number}"].lower()]
        year = match[f"y{number}"]
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, int(match[f"d{number}"]))
        day = date(said_on.year, month, int(match[f"d{number}"]))
        return day if day > said_on else day.replace(year=said_on.year + 1)
    except ValueError:  # 31 February, or 13 as a month
        return None
