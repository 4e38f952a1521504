"""The day an absence note says somebody is back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from inbox.intents.days import DAY, mentions
from inbox.intents.spells import spells

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


@dataclass(frozen=True, order=True)
class Return:
    """The first day back, and where the words stand that name it. `marked`: after a word such as "back"."""

    marked: bool
    day: date
    span: tuple[int, int]


def return_date(text: str, said_on: date) -> date | None:
    """The day the writer is back, as far as the text names one within a year after `said_on`.

    A day after "back" or "until" wins over one that merely stands there; of several, the latest. Where no day is named,
    how long it lasts counts from when it was said.
    """
    found = named_return(text, said_on)
    return found.day if found else None


def named_return(text: str, said_on: date) -> Return | None:
    """The day of `return_date`, with its words."""
    text = text[:_LONGEST]
    named = []
    for mention in mentions(text, said_on):
        before = text[max(0, mention.start - _NEAR) : mention.start]
        back, until = _BACK.match(before), _UNTIL.match(before)
        is_last_day_away = until and (not back or until.start(1) > back.start(1))
        span = (mention.start, mention.end)
        if is_last_day_away or (mention.sure and _UP_TO.search(before)):
            named.append(Return(True, mention.day + DAY, span))
        elif mention.sure or back:
            named.append(Return(bool(back), mention.day, span))
    lasting = (Return(one.marked, one.back_on, one.span) for one in spells(text, said_on))
    return _latest(named, said_on) or _latest(lasting, said_on)


def _latest(named: Iterable[Return], said_on: date) -> Return | None:
    return max((one for one in named if said_on < one.day <= said_on + _FURTHEST), default=None)
