"""The times of day that a text writes out: "half past two", "um halb drei", "a las dos y media", "saadhe teen baje"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inbox.intents.day_parts import NOON, half_beside, settled
from inbox.intents.days import DAY_WORD
from inbox.intents.spoken_forms import BESIDE, ENGLISH, LANGUAGES, LED, LOOSE, STRICT, Form, Language
from inbox.intents.spoken_guards import counts, goes_on, is_hindered, stands

_DIGITS = r"(?<![\d.,:])\d{1,2}(?![\d.,:]\d)"
_DAY_BEFORE = re.compile(rf"\b{DAY_WORD}[\s,]*$", re.IGNORECASE)
_DAY_AFTER = re.compile(rf",?\s+(?:(?:on|am|del|de|na|el|op)\s+)?{DAY_WORD}", re.IGNORECASE)
_MARK = re.compile(r"\s?(?:a\.?m\b\.?|(?P<pm>p\.?m\b\.?))", re.IGNORECASE)
# Leads up to a time and to nothing else.
_CERTAIN = {"at", "um", "a las", "a la", "à", "às", "alle", "all'", "all’", "om", "jam", "pukul", "@"}
# Right after a day they count or join: "the Friday one", "tomorrow once this is sorted".
_NO_HOUR_BY_ITSELF = {"one", "once", "una"}
_NEAR = 40


@dataclass(frozen=True)
class Spoken:
    """minutes: since midnight, None where it could as well be in the other half of the day. alone: a time to meet
    without a day beside it too. vague: "at two", nothing more."""

    minutes: int | None
    start: int
    end: int
    alone: bool
    vague: bool


@dataclass(frozen=True)
class _Reader:
    """All forms of a language in one pattern; `forms` by the name of their group."""

    language: Language
    forms: dict[str, Form]
    pattern: re.Pattern[str]


def _reader(language: Language) -> _Reader:
    hours = _any_of("|".join(language.hours).split("|"))
    minutes = _any_of(list(language.minutes))
    forms = {f"f{number}": form for number, form in enumerate(language.forms)}
    kinds = {"w": rf"(?:{hours})", "h": rf"(?:{hours}|{_DIGITS})", "m": rf"(?:{minutes})"}
    written = "|".join(f"(?P<{name}>{_pattern(form, name, language.at, kinds)})" for name, form in forms.items())
    leading = rf"(?P<led>(?:{language.at})(?:\s+|(?<=['’@])))?"
    return _Reader(language, forms, re.compile(rf"(?<![\w./:+'’-]){leading}(?:{written})\b(?![-–]\w)", re.IGNORECASE))


def _any_of(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _pattern(form: Form, name: str, at: str, kinds: dict[str, str]) -> str:
    """The groups of its hour and minutes are named after the form: a language is one pattern."""
    spaced = form.pattern.replace(" ?", r"\s*").replace(" ", r"\s+")
    groups = {"at": f"(?:{at})", "to": kinds["w"], **{kind: _group(kind, name, words) for kind, words in kinds.items()}}
    return re.sub(r"\{(at|to|w|h|m)\}", lambda slot: groups[slot[1]], spaced)


def _group(kind: str, name: str, words: str) -> str:
    return rf"\b(?P<{'m' if kind == 'm' else 'h'}_{name}>{words})"


_READERS = tuple(_reader(language) for language in LANGUAGES)


def spoken(text: str) -> Iterator[Spoken]:
    """The times that `text` writes out, language by language; of a range, its beginning. None that ends
    something, comes again and again or is over."""
    for reader in _READERS:
        for match in reader.pattern.finditer(text):
            found = _spoken(reader, match, text)
            if found is not None:
                yield found


def _spoken(reader: _Reader, match: re.Match[str], text: str) -> Spoken | None:
    form = reader.forms[str(match.lastgroup)]
    mark = _MARK.match(text, match.end()) if reader.language is ENGLISH else None
    half = half_beside(text, match.start(), mark.end() if mark else match.end())
    led = _led(reader.language, match)
    if not _is_bound(form, match, text, is_led=bool(led), end=half.end) or counts(text, match.end()):
        return None
    if is_hindered(text, match.start(), half.end):
        return None
    minutes = _since_midnight(reader.language, form, match)
    if minutes >= 2 * NOON:  # "quarter to 99"
        return None
    alone = form.binding is not LOOSE or (led in _CERTAIN and not stands(text, match.start()))
    return Spoken(_settled(minutes, mark, half.name), match.start(), half.end, alone, vague=form.binding is LOOSE)


def _settled(minutes: int, mark: re.Match[str] | None, half: str | None) -> int | None:
    if minutes >= NOON:
        return minutes
    if mark:
        return minutes + NOON if mark["pm"] else minutes
    return settled(minutes, half)


def _led(language: Language, match: re.Match[str]) -> str | None:
    """What leads up to it, of the form itself or before it."""
    leading = re.match(rf"(?:{language.at})(?=\s|(?<=['’@]))", match[0], re.IGNORECASE)
    return leading[0].lower() if leading else None


def _is_bound(form: Form, match: re.Match[str], text: str, *, is_led: bool, end: int) -> bool:
    """As `Binding` says. end: where the time ends, with a part of the day after it."""
    is_marked = end > match.end()
    is_led_or_marked = is_led or is_marked
    follows_a_day = bool(_DAY_BEFORE.search(text[max(0, match.start() - _NEAR) : match.start()]))
    leads_a_day = bool(_DAY_AFTER.match(text, end))
    if form.binding is LED:
        return is_led_or_marked or follows_a_day
    if form.binding is BESIDE:
        return is_led_or_marked or follows_a_day or leads_a_day
    if form.binding is STRICT:
        return is_led_or_marked and not _is_a_name(match)
    if form.binding is LOOSE:
        is_precise = is_marked or "{m}" in form.pattern
        is_hour = match[0].lower() not in _NO_HOUR_BY_ITSELF
        is_beside = is_led or (follows_a_day and is_hour) or (is_precise and leads_a_day)
        return is_beside and (is_marked or goes_on(text, end)) and not _is_a_name(match)
    return True


def _is_a_name(match: re.Match[str]) -> bool:
    """ "I work at Three", "Canal du Midi": a capital inside of a sentence."""
    word = match[f"h_{match.lastgroup}"] if f"h_{match.lastgroup}" in match.re.groupindex else match[0].split()[-1]
    return word[:1].isupper() and match[0] != word and match[0][:1].islower()


def _since_midnight(language: Language, form: Form, match: re.Match[str]) -> int:
    """Of the twelve-hour dial (under 720), unless the hour is one of the afternoon alone ("quatorze heures")."""
    named = match.groupdict()
    hour = _hour(language, named.get(f"h_{match.lastgroup}") or "12")
    minutes = hour * 60 + form.minutes + form.more * _minute(language, named.get(f"m_{match.lastgroup}"))
    return minutes if hour > 12 else minutes % NOON


def _hour(language: Language, word: str) -> int:
    if word.isdecimal():
        return int(word)
    return next(hour for hour, written in enumerate(language.hours, 1) if re.fullmatch(written, word, re.IGNORECASE))


def _minute(language: Language, word: str | None) -> int:
    found = (n for written, n in language.minutes.items() if word and re.fullmatch(written, word, re.IGNORECASE))
    return next(found, 0)
