"""The time that somebody proposes. Everything is said on Tuesday, 30 June 2026 at 10:00 in Berlin, unless told
otherwise."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.intents.times import Proposed, proposed_time

BERLIN = ZoneInfo("Europe/Berlin")
SAID = datetime(2026, 6, 30, 10, tzinfo=BERLIN)


def proposed(text: str) -> Proposed | None:
    return proposed_time(text, SAID, BERLIN)


@pytest.mark.parametrize(
    ("text", "start", "words"),
    [
        ("Sure, Tuesday at 3pm works for me.", "07-07 15:00", "Tuesday at 3pm"),
        ("How about 3pm on Thursday?", "07-02 15:00", "3pm on Thursday"),
        ("Let's talk Thursday, 10.30", "07-02 10:30", "Thursday, 10.30"),
        ("next Thursday 10.30 is good", "07-09 10:30", "next Thursday 10.30"),
        ("Wednesday next week at 4", "07-08 16:00", "Wednesday next week at 4"),
        ("Can we speak tomorrow between 2 and 4pm?", "07-01 14:00", "tomorrow between 2 and 4pm"),
        ("I can't do Thursday, but Friday at 11am is free.", "07-03 11:00", "Friday at 11am"),
        ("Either Thursday or Friday at 9:15", "07-03 09:15", "Friday at 9:15"),
        ("July 14th at noon?", "07-14 12:00", "July 14th at noon"),
        ("Call me at 4:30 pm", "06-30 16:30", "at 4:30 pm"),
        ("Today at 9? Or today at 17:00", "06-30 17:00", "today at 17:00"),
        ("Thursday 3pm GMT", "07-02 17:00", "Thursday 3pm GMT"),
        ("the day after tomorrow at 8 in the morning", "07-02 08:00", "the day after tomorrow at 8 in the morning"),
        ("Passt, morgen um 14 Uhr.", "07-01 14:00", "morgen um 14 Uhr"),
        ("Guten Morgen, am Donnerstag um 9 Uhr geht es.", "07-02 09:00", "Donnerstag um 9 Uhr"),
        ("am 12.7. um 15 Uhr", "07-12 15:00", "12.7. um 15 Uhr"),
        ("Übermorgen gegen 11 wäre gut", "07-02 11:00", "Übermorgen gegen 11"),
        ("Nächste Woche Mittwoch 16:30", "07-08 16:30", "Mittwoch 16:30"),
        ("jueves a las 10:30", "07-02 10:30", "jueves a las 10:30"),
        ("¿Mañana a las 5 de la tarde?", "07-01 17:00", "Mañana a las 5 de la tarde"),
        ("el lunes a las 9 de la mañana", "07-06 09:00", "lunes a las 9 de la mañana"),
        ("demain 9h", "07-01 09:00", "demain 9h"),
        ("D'accord pour vendredi à 14h30", "07-03 14:30", "vendredi à 14h30"),
        ("Pode ser quinta-feira às 15h?", "07-02 15:00", "quinta-feira às 15h"),
        ("amanhã às 10 da manhã", "07-01 10:00", "amanhã às 10 da manhã"),
        ("giovedì alle 15", "07-02 15:00", "giovedì alle 15"),
        ("donderdag om 14 uur", "07-02 14:00", "donderdag om 14 uur"),
        ("besok jam 2 siang", "07-01 14:00", "besok jam 2 siang"),
        ("Kamis pukul 10.00 bisa", "07-02 10:00", "Kamis pukul 10.00"),
        ("Could you do 10am 3 December?", "12-03 10:00", "10am 3 December"),
        ("10am 3/12 would suit us", "12-03 10:00", "10am 3/12"),
        ("um 3 am 12. Juli", "07-12 15:00", "um 3 am 12. Juli"),
        ("um 3 am 12.7. bitte", "07-12 15:00", "um 3 am 12.7."),
    ],
)  # fmt: skip
def test_a_time_is_read_in_the_zone_of_who_says_it(text: str, start: str, words: str) -> None:
    found = proposed(text)
    assert found is not None
    assert (f"{found.start:%m-%d %H:%M}", text[slice(*found.span)], found.has_time) == (start, words, True)
    assert found.start.tzinfo is BERLIN


@pytest.mark.parametrize(
    ("text", "start", "words"),
    [
        ("tomorrow afternoon would suit me", "07-01 14:00", "tomorrow afternoon"),
        ("Friday morning?", "07-03 09:00", "Friday morning"),
        ("Any time on 14 July", "07-14 09:00", "14 July"),
        ("Thursday works", "07-02 09:00", "Thursday"),
        ("Donnerstag Nachmittag", "07-02 14:00", "Donnerstag Nachmittag"),
        ("jeudi après-midi", "07-02 14:00", "jeudi après-midi"),
    ],
)
def test_a_day_without_a_time_begins_with_its_first_hour_of_work(text: str, start: str, words: str) -> None:
    found = proposed(text)
    assert found is not None
    assert (f"{found.start:%m-%d %H:%M}", text[slice(*found.span)], found.has_time) == (start, words, False)


@pytest.mark.parametrize(
    "text",
    [
        "Let us meet soon.",
        "We spoke last Tuesday at 3pm.",
        "We are open 24/7 and have 3.5 stars.",
        "I was there yesterday at 5.",
        "Not on Thursday, please.",
        "My number is 030 901820.",
        "It costs at 50 euros, or 30%.",
        "We met on 14 July 2024 at 3pm.",
        "Version 10.30 is out.",
        "We had the 2nd option in mind.",
        "",
    ],
)
def test_what_proposes_no_time_has_none(text: str) -> None:
    assert proposed(text) is None


def test_a_day_is_that_of_the_zone_it_was_said_in() -> None:
    said = datetime(2026, 6, 30, 20, tzinfo=UTC)  # the first of July in Auckland
    found = proposed_time("tomorrow at 9am", said, ZoneInfo("Pacific/Auckland"))
    assert found is not None
    assert found.start.isoformat() == "2026-07-02T09:00:00+12:00"


PIECES = (
    "next Tuesday morgen demain jueves 12.7. 12/7 3pm 15 Uhr um at a las 10:30 10.30 9h noon jam 2 siang 31 Feb July "
    "not , . ? 29 February 2028 amanhã 99 25:00 0h 12am today last besok 1st - and bis ٣ "
    "half past quarter to halb drei viertel 99 setengah jam tiga heures et demie a las y media saadhe kal baje e meia "
    "ten morning evening shaam tak until one thirty"
)
WORDS = st.sampled_from(PIECES.split(" "))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Auckland"])


@given(
    text=st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=80)),
    said=st.datetimes(SAID.replace(tzinfo=None), SAID.replace(tzinfo=None, year=2036)),
    zone=ZONES.map(ZoneInfo),
)
def test_it_lies_ahead_within_a_year_and_its_words_stand_in_the_text(text: str, said: datetime, zone: ZoneInfo) -> None:
    said_at = said.replace(tzinfo=UTC)
    found = proposed_time(text, said_at, zone)
    if found is not None:
        assert said_at < found.start <= said_at + timedelta(days=365)
        assert found.start.utcoffset() == found.start.astimezone(zone).utcoffset()
        begin, end = found.span
        assert 0 <= begin < end <= len(text)
