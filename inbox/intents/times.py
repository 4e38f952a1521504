"""The time at which somebody proposes to talk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inbox.intents import clocks
from inbox.intents.clocks import Clock
from inbox.intents.days import DAY, Mention, mentions
from inbox.intents.spells import NEXT_WEEK

FURTHEST = timedelta(days=365)
START_OF_DAY = time(9)
# Nobody writes more before they name a time; it keeps every reading within milliseconds.
_LONGEST = 4_000
# How far a time may stand from its day: "Tuesday would be fine for me, at 3pm".
_BESIDE = 40
_RIGHT_BESIDE = 4
_NEAR = 30
_NOT = re.compile(
    r"\b((?:ca|wo|do)n['’]?t|cannot|not|n['’]t|except|unless|nicht|kein\w*|außer|pas|sauf|no puedo|no|salvo|não|exceto|"
    r"non|tranne|niet|behalve|tidak|bukan|kecuali|"
    r"yesterday|gestern|hier|ayer|ontem|ieri|gisteren|kemarin)\b[^.,;:!?\n]*$",
    re.IGNORECASE,
)  # fmt: skip
_WHY_NOT = re.compile(
    r"\b(why not|warum nicht|pourquoi pas|por qué no|por que não|perché no|waarom niet)\b", re.IGNORECASE
)
_PAST_BEFORE = re.compile(
    r"\b(last|past|since|previous|letzten?|vergangenen?|seit|vorige\w*|afgelopen|sejak|depuis|desde)\s+$",
    re.IGNORECASE,
)
_PAST_AFTER = re.compile(r"\s+(dernière?|pasad[ao]|passad[ao]|scors[oa]|lalu|kemarin|past)\b", re.IGNORECASE)
_NEXT_BEFORE = re.compile(r"\bnext\s+$", re.IGNORECASE)
_ON_BEFORE = re.compile(r"\b(on|by|am|el|il|op|no)\s+(the\s+)?$", re.IGNORECASE)
_OR_YESTERDAY = {"kal", "parso"}
_WAS = re.compile(
    r"[^.!?\n]{0,60}\b(?:th[aie]|hua|hui|hue|kiya|kari|gay[aie]|gaya|aay[aie]|aayi|mil[ai]|bol[ai]|bheja|dekha|uthaya)\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?:but|aber|sondern|pero|sino|mais|mas|tapi|tetapi|maar|ma)\b", re.IGNORECASE)
_DEPENDENT = {"ordinal", "number"}


@dataclass(frozen=True)
class Proposed:
    """When, in the zone of who proposes it. has_time: they named a time of day; else it is the first hour of work, or
    of the part of the day they named. span: where the words stand that say so."""

    start: datetime
    has_time: bool
    span: tuple[int, int]


def proposed_time(text: str, said_at: datetime, zone: ZoneInfo) -> Proposed | None:
    """The first time that `text` proposes after `said_at` and within a year: one with a time of day before one without.
    A day that is refused ("not on Tuesday") or over ("last Tuesday") is none."""
    text, local = text[:_LONGEST], said_at.astimezone(zone)
    found = list(_ahead(_proposed(text, local, zone), said_at))
    return next((one for one in found if one.has_time), next(iter(found), None))


def _ahead(proposed: Iterator[Proposed], said_at: datetime) -> Iterator[Proposed]:
    return (one for one in proposed if said_at < one.start <= said_at + FURTHEST)


def _proposed(text: str, local: datetime, zone: ZoneInfo) -> Iterator[Proposed]:
    named = [at for at in clocks.clocks(text) if not (at.in_words and _refused(text, at.start))]
    days = [
        one
        for one in mentions(text, local.date())
        if not any(one.start < at.end and at.start < one.end for at in named)
    ]
    for day in days:
        clock = _beside(text, day, days, named)
        if _is_none(text, day) or (clock and clock.either) or (clock is None and not _is_a_day(text, day)):
            continue
        yield _on(text, _meant(text, day, local.date()), day, clock, zone)
    if not days:
        alone = (clock for clock in named if clock.alone and not clock.either and not _refused(text, clock.start))
        yield from (_next(clock, local, zone) for clock in sorted(alone, key=lambda clock: clock.vague))


def _beside(text: str, day: Mention, days: list[Mention], named: list[Clock]) -> Clock | None:
    """The time nearest to the day, in its sentence and with no other day between; those after it first."""
    dotted = clocks.after(text, day.end)
    if dotted is not None:
        return dotted
    following = next((at for at in named if at.start >= day.end and _joined(text, day.end, at.start, days)), None)
    leading = next(
        (at for at in reversed(named) if at.end <= day.start and _joined(text, at.end, day.start, days)), None
    )
    if following and leading and _is_nearer(day, leading, following, days):
        return leading
    return following or leading


def _is_nearer(day: Mention, leading: Clock, following: Clock, days: list[Mention]) -> bool:
    """ "at ten tomorrow or half past three on Friday"; not "Tuesday at ten, tomorrow from three"."""
    gap = day.start - leading.end
    is_taken = any(0 <= leading.start - one.end <= _RIGHT_BESIDE for one in days)
    return gap <= _RIGHT_BESIDE and gap < following.start - day.end and not is_taken


def _joined(text: str, start: int, end: int, days: list[Mention]) -> bool:
    return (
        end - start <= _BESIDE
        and not re.search(r"[!?\n;]|\.\s+[A-ZÄÖÜ]", text[start:end])
        and not any(start <= one.start < end for one in days)
    )


def _is_none(text: str, day: Mention) -> bool:
    is_over = _PAST_BEFORE.search(text[max(0, day.start - _NEAR) : day.start]) or _PAST_AFTER.match(text, day.end)
    was = day.form in _OR_YESTERDAY and _WAS.match(text, day.end)
    return bool(is_over or was) or _refused(text, day.start)


def _refused(text: str, position: int) -> bool:
    before = _BUT.split(text[max(0, position - _NEAR) : position])[-1]
    return bool(_NOT.search(before)) and not _WHY_NOT.search(before)


def _is_a_day(text: str, day: Mention) -> bool:
    """Without a time: "on the 12th" is one; "the 12th" and "3/4" may be anything, and "today" says nothing."""
    if day.form in _DEPENDENT:
        return bool(_ON_BEFORE.search(text[max(0, day.start - _NEAR) : day.start]))
    return day.form != "today"


def _meant(text: str, day: Mention, said_on: date) -> date:
    """ "Next Thursday" and "Thursday next week" are of the week that begins on the next Monday."""
    around = text[max(0, day.start - 20) : day.end + 20]
    is_next = _NEXT_BEFORE.search(text[max(0, day.start - _NEAR) : day.start]) or NEXT_WEEK.search(around)
    if day.form == "weekday" and is_next:
        return said_on + (7 - said_on.weekday() + day.day.weekday()) * DAY
    return day.day


def _on(text: str, on: date, day: Mention, clock: Clock | None, zone: ZoneInfo) -> Proposed:
    part = clock or clocks.part_of_day(text, max(0, day.start - 15), day.end + 20)
    start = datetime.combine(on, part.at if part else START_OF_DAY, (clock and clock.zone) or zone)
    said_next = _NEXT_BEFORE.search(text[: day.start])
    first = said_next.start() if said_next else day.start
    spans = [(first, day.end), *([(part.start, part.end)] if part else [])]
    return Proposed(
        start.astimezone(zone), clock is not None, (min(one for one, _ in spans), max(one for _, one in spans))
    )


def _next(clock: Clock, local: datetime, zone: ZoneInfo) -> Proposed:
    """With no day beside it, the next time it is so late."""
    there = clock.zone or zone
    start = datetime.combine(local.astimezone(there).date(), clock.at, there)
    start = start if start > local else datetime.combine(start.date() + DAY, clock.at, there)
    return Proposed(start.astimezone(zone), has_time=True, span=(clock.start, clock.end))
