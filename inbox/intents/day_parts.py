"""The parts of the day that a text names, and which half of the day an hour of a twelve-hour clock means."""

import re
from dataclasses import dataclass
from datetime import time

from inbox.intents.days import DAY_WORD

NOON = 12 * 60
# Who says "at 3" to somebody they meet for work means the afternoon; "at seven" may be either, and is neither.
_WORK_BEGINS = 8 * 60
_WORK_ENDS = 19 * 60

PARTS = {
    time(9): r"(?:in the )?morning|(?:am )?vormittags?|früh|matin|(?:por la )?mañana|(?:de |da |pela )?manhã|mattina|"
    r"ochtend|pagi|subah",
    time(12): r"lunch ?time|noon|mittags?|midi|mediodía|meio-dia|mezzogiorno|middag",
    time(14): r"(?:in the )?afternoon|nachmittags?|après[- ]midi|(?:por la )?tarde|(?:à )?tarde|pomeriggio|namiddag|"
    r"siang|dopahar|dopeher",
    time(17): r"(?:in the )?evening|abends?|soir|sera|avond|sore|shaam",
}
_HALVES = {
    "morning": r"morning|vormittags?|morgens|am morgen|(?<!zu )früh|matin|"
    r"(?:de|por) la mañana|(?:de|da|pela) manhã|mattin[ao]|ochtends?|pagi|subah",
    "afternoon": r"afternoon|nachmittags?|mittags?|après[- ]midi|(?:de|por) la tarde|esta tarde|(?:da|à|de) tarde|"
    r"pomeriggio|(?:na|van)?middags?|siang|sore|dopahar|dopeher",
    "evening": r"evening|tonight|night|nachts|abends?|soir|noche|noite|sera|stasera|(?:van)?avonds?|malam|"
    r"shaam|sham|raat",
}
_HALF = "|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _HALVES.items())
# "tomorrow evening at", but not "Good evening, tomorrow at"; at the beginning only what is no greeting.
_BEFORE = re.compile(rf"(?:{_HALF})(?:\s+(?:ko|ke|mein|me))?[\s,]*$", re.IGNORECASE)
_NO_GREETING = re.compile(r"shaa?m|raat|tonight|stasera|vanavond", re.IGNORECASE)
_GREETED = re.compile(r"(?:^|[\n.!?]|\b(?:good|guten|schönen|buenas|boa|selamat|goede))\s*$", re.IGNORECASE)
# "at eight on Friday evening", "at nine at night"
_AFTER = re.compile(
    rf"[\s,]*(?:(?:on|in|am|at(?=[ -]+night)|this|next|the|de|del|por|el|la|le|na|à|op|{DAY_WORD})[ -]+){{0,3}}"
    rf"(?:{_HALF})",
    re.IGNORECASE,
)
_DAY = re.compile(rf"\b{DAY_WORD}\b", re.IGNORECASE)
_NEAR = 40


@dataclass(frozen=True)
class Half:
    """ "morning", "afternoon" or "evening"; `end`: where the time ends with it ("at three in the afternoon")."""

    name: str | None
    end: int


def half_beside(text: str, start: int, end: int) -> Half:
    """The part of the day right before a time from `start` to `end`, or soon after it."""
    after = _AFTER.match(text, end, end + _NEAR)
    if after:
        return Half(after.lastgroup, end if _DAY.search(after[0]) else after.end())
    before = _BEFORE.search(text, max(0, start - _NEAR), start)
    return Half(before.lastgroup if before and _is_said_of_it(text, before) else None, end)


def _is_said_of_it(text: str, part: re.Match[str]) -> bool:
    is_greeting = _GREETED.search(text[max(0, part.start() - _NEAR) : part.start()])
    return not is_greeting or bool(_NO_GREETING.match(part[0]))


def settled(minutes: int, half: str | None) -> int | None:
    """Minutes since midnight of so many minutes on a twelve-hour dial (0 is twelve o'clock). None where it could as
    well be the other half of the day."""
    later = minutes + NOON
    if half == "evening":
        return later if minutes >= 4 * 60 else None
    if half == "afternoon":
        return later if minutes < 10 * 60 else minutes  # "jam 11 siang" is before noon, "las ocho de la tarde" is not
    if half == "morning":
        return minutes if minutes >= 6 * 60 else None
    return next((one for one in (minutes, later) if _WORK_BEGINS <= one < _WORK_ENDS), None)
