"""How long somebody is away, where a note names no day: "for two weeks", "until the end of August", "next week"."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import get_month_names

_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "id")
_DAY = timedelta(days=1)

# One to twelve as people write them; "a week" too.
_ONES = (
    r"an?|one|eine?[nr]?|une?|un[ao]?|uma?|een|satu|se(?=minggu|bulan|hari)",
    r"two|zwei|deux|dos|dois|duas|due|twee|dua|a couple of|couple of",
    r"three|drei|trois|tres|três|tre|drie|tiga",
    r"four|vier|quatre|cuatro|quatro|quattro|empat",
    r"five|fünf|cinq|cinco|cinque|vijf|lima",
    r"six|sechs|seis|sei|zes|enam",
    r"seven|sieben|sept|siete|sete|sette|zeven|tujuh",
    r"eight|acht|huit|ocho|oito|otto|delapan",
    r"nine|neun|neuf|nueve|nove|negen|sembilan",
    r"ten|zehn|dix|diez|dez|dieci|tien|sepuluh",
    r"eleven|elf|onze|once|undici|sebelas",
    r"twelve|zwölf|douze|doce|doze|dodici|twaalf",
)
_NUMBER = r"\d{1,3}|" + "|".join(_ONES)
_UNITS = {
    "day": r"days?|tage?n?|jours?|d[ií]as?|giorn[io]|dag(?:en)?|hari",
    "week": r"weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|minggu|pekan",
    "month": r"months?|monate?n?|mois|mes(?:es)?|mês|mesi|maand(?:en)?|bulan",
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_AWAY_FOR = (
    r"for|next|following|coming|another|about|für|nächsten|kommenden|pendant|pour|prochaine?s|por|durante|próxim[ao]s|per|"
    r"prossim[ei]|voor|komende|selama|untuk|depan"
)
_BACK_IN = r"in|dans|en|dentro de|daqui a|em|tra|fra|over|dalam"
_LASTS = re.compile(
    rf"\b(?:(?P<away>{_AWAY_FOR})|(?P<back>{_BACK_IN}))\s+(?:the\s+|die\s+|les\s+|los\s+|las\s+|os\s+|as\s+|i\s+|le\s+|de\s+)?"
    rf"(?:(?:next|nächsten|prochaine?s|próxim[ao]s|prossim[ei]|komende)\s+)?(?P<number>{_NUMBER})\s*(?:more\s+|weitere\s+)?"
    rf"(?:working\s+|business\s+|calendar\s+)?(?:{_UNIT})\b",
    re.IGNORECASE,
)
# "I have been here for two weeks", "within two days": a spell, but not of being away.
_NOT_AWAY = re.compile(
    r"(\bwithin|\bbeen\b.{0,40}|\bsince\b.{0,20}|\bevery|\bonce|\binnerhalb\w*|\bsous)\s*$", re.IGNORECASE
)
_BACK_BEFORE = re.compile(
    r".*\b(back|return\w*|again|available|reach\w*|wieder|zurück|retour|revien\w*|regres\w*|vuelv\w*|volt\w*|torn\w*|"
    r"rientr\w*|terug|kembali)\b[^.!?\n]{0,30}$",
    re.IGNORECASE | re.DOTALL,
)
_UNTIL_BEFORE = re.compile(
    r".*\b(until|till|til|through|bis|jusqu\w*|hasta|até|fino|tot|hingga|sampai)\b[^.!?\n]{0,25}$",
    re.IGNORECASE | re.DOTALL,
)
_FROM_BEFORE = re.compile(
    r"\b(ab|from|as of|vanaf|partir d[aeo]|partir de la|dari|mulai|dès|da|dalla)\s+(?:der\s+)?$", re.IGNORECASE
)
NEXT_WEEK = re.compile(
    r"\b(next week|nächste(?:n|r)? woche|kommende(?:n|r)? woche|(?:la )?semaine prochaine|(?:la )?próxima semana|"
    r"semana que (?:viene|vem)|settimana prossima|prossima settimana|volgende week|minggu depan)\b",
    re.IGNORECASE,
)
_THIS_WEEK = re.compile(
    r"\b((?:rest|end|remainder) of (?:the|this) week|(?:all )?this week|diese woche|ende der woche|cette semaine|"
    r"fin de (?:la )?semaine|esta semana|final da semana|questa settimana|deze week|minggu ini)\b",
    re.IGNORECASE,
)  # fmt: skip
_END = (
    r"end of|ende|fin(?: de| du)?|fines de|finales de|final de|fim de|fine(?: di)?|einde?(?: van)?|eind|akhir|"
    r"end|all of|whole of|throughout|während|tout"
)
_MIDDLE = r"mid-?|middle of|mitte|mi-|mediados de|meados de|metà|half|medio|pertengahan"
_START = r"beginning of|start of|early|anfang|début|principios de|início de|inizio|begin|awal"
_MONTH_ITSELF = r"(?:the |this |des |du |del |do )?(?:month|monats|mois|mes|mês|mese|maand|bulan)(?: ini)?"


def _month_names() -> dict[str, int]:
    """Whole names, and none that is a common word in small letters ("may", "march")."""
    names = ((number, name) for one in _LANGUAGES for number, name in get_month_names("wide", locale=one).items())
    return {name.lower(): number for number, name in names}


_MONTHS = _month_names()
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_IN_MONTH = re.compile(
    rf"(?:\b(?P<part>{_END}|{_MIDDLE}|{_START})\s*(?:the\s+)?(?:month of\s+)?)?"
    rf"(?<![\d.]\s)\b(?P<name>{_MONTH}|{_MONTH_ITSELF})\b"
    r"(?!\.?,?\s+\d{1,2}\b)(?:\s+(?P<year>20\d\d))?",
    re.IGNORECASE,
)
_AMBIGUOUS = {"may", "march", "mars", "mai", "mei"}
_LEADS = re.compile(
    r"\b(in|until|till|til|of|mid|early|bis|im|en|em|hasta|até|fino a|tot|tot in|hingga|sampai|jusqu'en|d['’]|de)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Spell:
    """When it is over: the first day back. `marked`: after a word such as "back" or "until"."""

    back_on: date
    marked: bool
    span: tuple[int, int]


def spells(text: str, said_on: date) -> Iterator[Spell]:
    """What the text says of how long somebody is away, wherever no day is named."""
    for find in (_lasting, _weeks, _months):
        yield from find(text, said_on)


def _lasting(text: str, said_on: date) -> Iterator[Spell]:
    for match in _LASTS.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        is_back = bool(_BACK_BEFORE.match(before))
        if _NOT_AWAY.search(before) or (match["back"] and not is_back):
            continue
        count = _number(match["number"])
        if 0 < count <= 180:
            yield Spell(_later(said_on, count, next(unit for unit in _UNITS if match[unit])), is_back, match.span())


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    return next(
        number
        for number, words in enumerate(_ONES, 1)
        if re.fullmatch(words.replace("(?=minggu|bulan|hari)", ""), word, re.IGNORECASE)
    )


def _later(day: date, count: int, unit: str) -> date:
    if unit == "month":
        years, month = divmod(day.month - 1 + count, 12)
        last = _first_of(day.year + years, month + 1) + timedelta(days=31)
        return min(_first_of(day.year + years, month + 1) + _DAY * (day.day - 1), last.replace(day=1) - _DAY)
    return day + timedelta(days=count * (7 if unit == "week" else 1))


def _weeks(text: str, said_on: date) -> Iterator[Spell]:
    monday = said_on + _DAY * (7 - said_on.weekday())
    for match in NEXT_WEEK.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        after = text[match.end() : match.end() + 40]
        marked = bool(
            _BACK_BEFORE.match(before)
            or _UNTIL_BEFORE.match(before)
            or (_FROM_BEFORE.search(before) and _BACK_BEFORE.match(f"{after.partition('.')[0]} "))
        )
        yield Spell(monday if marked else monday + 7 * _DAY, marked, match.span())
    for match in _THIS_WEEK.finditer(text):
        yield Spell(monday, marked=False, span=match.span())


def _months(text: str, said_on: date) -> Iterator[Spell]:
    for match in _IN_MONTH.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        marked = bool(_BACK_BEFORE.match(before) or _UNTIL_BEFORE.match(before))
        part, name = (match["part"] or "").lower(), match["name"].lower()
        if name not in _MONTHS and not part:
            continue  # "a month": how long, not when
        if name in _AMBIGUOUS and not (match["name"][0].isupper() and (part or _LEADS.search(before))):
            continue
        if part or marked:
            yield Spell(_part_of(_month_named(match, said_on), part), marked, match.span())


def _month_named(match: re.Match[str], said_on: date) -> date:
    """Its first day: of this month, or of the next one of this name."""
    number = _MONTHS.get(match["name"].lower(), said_on.month)
    year = int(match["year"]) if match["year"] else said_on.year + (number < said_on.month)
    return _first_of(year, number)


def _part_of(first: date, part: str) -> date:
    """The first day back, of a month of which this part is named."""
    days: list[tuple[str, Callable[[], date]]] = [
        (_MIDDLE, lambda: first + 14 * _DAY),
        (_START, lambda: first),
        (_END, lambda: (first + 31 * _DAY).replace(day=1)),
    ]
    return next((day() for words, day in days if part and re.fullmatch(words, part, re.IGNORECASE)), first)


def _first_of(year: int, month: int) -> date:
    return date(year, month, 1)
