"""The day an absence note says somebody is back."""

import re
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


def return_date(text: str, said_on: date) -> date | None:
    """The day the writer is back, as far as the text names one within a year after `said_on`.

    A day after "back" or "until" wins over one that merely stands there; of several, the latest. Where no day is named,
    how long it lasts counts from when it was said.
    """
    text = text[:_LONGEST]
    named: list[tuple[bool, date]] = []
    for mention in mentions(text, said_on):
        before = text[max(0, mention.start - _NEAR) : mention.start]
        back, until = _BACK.match(before), _UNTIL.match(before)
        is_last_day_away = until and (not back or until.start(1) > back.start(1))
        if is_last_day_away or (mention.sure and _UP_TO.search(before)):
            named.append((True, mention.day + DAY))
        elif mention.sure or back:
            named.append((bool(back), mention.day))
    ahead = _ahead(named, said_on) or _ahead([(one.marked, one.back_on) for one in spells(text, said_on)], said_on)
    return max(ahead)[1] if ahead else None


def _ahead(named: list[tuple[bool, date]], said_on: date) -> list[tuple[bool, date]]:
    return [(marked, day) for marked, day in named if said_on < day <= said_on + _FURTHEST]
