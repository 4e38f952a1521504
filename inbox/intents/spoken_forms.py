"""How each language says a time of day in words, as a table.

In a form, {at} is what leads up to a time ("at", "um"), {h} an hour in words or digits, {w} one in words alone, {m}
minutes in words, {to} the hour at which a range ends. `minutes` is added to the hour, {m} with the sign of `more`;
without an hour the form counts from twelve. What it is bound to keeps "three hours" from being a time:

- ITSELF: nothing else says it ("half past two", "halb drei").
- LED: what leads up to it, a day right before it, or a part of the day after it.
- BESIDE: as LED, or a day right after it.
- STRICT: what leads up to it, or a part of the day after it ("à trois heures", but not "demain trois heures de route").
- LOOSE: what leads up to it or a day right before it, and words after it that go on from a time: "at three" may count
  anything. With minutes or a part of the day, a day right after it does as well ("three thirty tomorrow").
"""

from dataclasses import dataclass
from enum import Enum, auto


class Binding(Enum):
    ITSELF = auto()
    LED = auto()
    BESIDE = auto()
    STRICT = auto()
    LOOSE = auto()


ITSELF, LED, BESIDE, STRICT, LOOSE = Binding


@dataclass(frozen=True)
class Form:
    pattern: str
    minutes: int
    binding: Binding
    more: int = 1


@dataclass(frozen=True)
class Language:
    """hours: from one on. at: may stand before every form."""

    hours: tuple[str, ...]
    minutes: dict[str, int]
    at: str
    forms: tuple[Form, ...]


def _words(words: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in words.split())


ENGLISH = Language(
    _words("one two three four five six seven eight nine ten eleven twelve"),
    {
        "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "twenty[- ]five": 25, "thirty": 30, "forty": 40,
        "forty[- ]five": 45, "fifty": 50,
    },
    r"at|around|from|after|between|@",
    (
        Form(r"half[- ]past {h}", 30, ITSELF),
        Form(r"at half {h}", 30, ITSELF),
        Form(r"half {w}(?=,?\s+(?:tomorrow|today|(?:on\s+)?\w+day)\b)", 30, ITSELF),
        Form(r"(?:a )?quarter (?:past|after) {h}", 15, ITSELF),
        Form(r"(?:a )?quarter (?:to|till) {h}", -15, ITSELF),
        Form(r"{m} minutes (?:past|after) {h}", 0, ITSELF),
        Form(r"{m} minutes to {h}", 0, ITSELF, more=-1),
        Form(r"{m} past {h}", 0, BESIDE),
        Form(r"(?<=at\s){m} to {h}", 0, BESIDE, more=-1),
        Form(r"{w} o['’ ]?clock", 0, ITSELF),
        Form(r"{w}[ -]{m}(?=\s?[ap]\.?m\b)", 0, ITSELF),
        Form(r"(?!one am){w}(?=\s?[ap]\.?m\b)", 0, ITSELF),
        Form(r"(?:(?<=from\s)|(?<=between\s)){w} (?:and|to) {to}", 0, LOOSE),
        Form(r"{w}[ -]{m}", 0, LOOSE),
        Form(r"{h}(?= in the (?:morning|afternoon|evening))", 0, LOOSE),
        Form(r"(?:noon|midday)", 0, STRICT),
        Form(r"{w}", 0, LOOSE),
    ),
)  # fmt: skip
GERMAN = Language(
    _words(
        "eins? zwei|zwo drei vier fünf|fuenf sechs sieben acht neun zehn elf zwölf|zwoelf dreizehn vierzehn fünfzehn "
        "sechzehn siebzehn achtzehn neunzehn zwanzig"
    ),
    {
        "fünf": 5, "zehn": 10, "fünfzehn": 15, "zwanzig": 20, "fünfundzwanzig": 25, "dreißig": 30, "vierzig": 40,
        "fünfundvierzig": 45,
    },
    r"um|gegen|ab|so um|so gegen|nach|zwischen|von",
    (
        Form(r"{m}(?: minuten)? vor halb {h}", -30, ITSELF, more=-1),
        Form(r"{m}(?: minuten)? nach halb {h}", -30, ITSELF),
        Form(r"halb {h}", -30, ITSELF),
        Form(r"drei ?viertel {h}", -15, BESIDE),
        Form(r"viertel nach {h}", 15, ITSELF),
        Form(r"viertel vor {h}", -15, ITSELF),
        Form(r"viertel {h}", -45, BESIDE),
        Form(r"{m}(?: minuten)? nach {h}", 0, BESIDE),
        Form(r"{m}(?: minuten)? vor {h}", 0, BESIDE, more=-1),
        Form(r"(?:(?<=von\s)|(?<=zwischen\s)){w} (?:und|bis) {to}(?: uhr)?", 0, LOOSE),
        Form(r"{w} uhr {m}", 0, ITSELF),
        Form(r"{w} uhr", 0, ITSELF),
        Form(r"{w}", 0, LOOSE),
    ),
)  # fmt: skip
FRENCH = Language(
    _words(
        "une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
        "dix-neuf vingt"
    ),
    {"cinq": 5, "dix": 10, "quinze": 15, "vingt": 20, "vingt-cinq": 25, "trente": 30, "quarante": 40,
     "quarante-cinq": 45},
    r"à|vers|dès|après|à partir de|entre",
    (
        Form(r"midi et demie?", 30, ITSELF),
        Form(r"midi et quart", 15, ITSELF),
        Form(r"midi moins le quart", -15, ITSELF),
        Form(r"(?<!après\s)midi", 0, STRICT),
        Form(r"{h} ?h(?:eures?)? et demie?", 30, LED),
        Form(r"{h} ?h(?:eures?)? et quart", 15, BESIDE),
        Form(r"{h} ?h(?:eures?)? moins (?:le )?quart", -15, BESIDE),
        Form(r"{h} heures? moins {m}", 0, LED, more=-1),
        Form(r"(?<=entre\s){w} (?:heures? )?et {to} heures", 0, STRICT),
        Form(r"{w} heures? {m}", 0, LED),
        Form(r"{w} heures?", 0, STRICT),
    ),
)  # fmt: skip
SPANISH = Language(
    _words(
        "una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince diecis[eé]is diecisiete "
        "dieciocho diecinueve veinte"
    ),
    {"cinco": 5, "diez": 10, "quince": 15, "veinte": 20, "veinticinco": 25, "treinta": 30, "cuarenta": 40,
     "cuarenta y cinco": 45},
    r"a las?|sobre las?|hacia las?|a eso de las?|desde las?|después de las?|entre las?|tipo",
    (
        Form(r"las? {w} y media(?! docena)", 30, ITSELF),
        Form(r"{h} y media(?! docena)", 30, BESIDE),
        Form(r"{h} y cuarto", 15, LED),
        Form(r"{h} menos cuarto", -15, BESIDE),
        Form(r"{h} menos {m}", 0, BESIDE, more=-1),
        Form(r"{w} y las? {to}", 0, LOOSE),
        Form(r"{w} (?:y )?{m}", 0, LED),
        Form(r"(?:un |a )?cuarto para las? {h}", -15, ITSELF),
        Form(r"{m} para las? {h}", 0, BESIDE, more=-1),
        Form(r"{w} en punto", 0, ITSELF),
        Form(r"{w} horas", 0, STRICT),
        Form(r"al? mediod[ií]a", 0, ITSELF),
        Form(r"{w}", 0, LOOSE),
    ),
)  # fmt: skip
PORTUGUESE = Language(
    _words(
        "uma duas tr[êe]s quatro cinco seis sete oito nove dez onze doze treze catorze|quatorze quinze dez[ae]sseis "
        "dez[ae]ssete dezoito dez[ae]nove vinte"
    ),
    {"cinco": 5, "dez": 10, "quinze": 15, "vinte": 20, "vinte e cinco": 25, "trinta": 30, "quarenta": 40,
     "quarenta e cinco": 45},
    r"às|as|à|ao|pelas|lá pelas|por volta das|a partir das|depois das|entre as",
    (
        Form(r"meio[- ]dia e meia", 30, ITSELF),
        Form(r"meio[- ]dia", 0, STRICT),
        Form(r"{h} e meia", 30, BESIDE),
        Form(r"{h} e (?:um )?quarto", 15, LED),
        Form(r"{h} e {m}", 0, LED),
        Form(r"(?:um )?quarto para (?:as|à|a) {h}", -15, ITSELF),
        Form(r"{m} para (?:as|à|a) {h}", 0, BESIDE, more=-1),
        Form(r"{w} em ponto", 0, ITSELF),
        Form(r"{w} horas?", 0, STRICT),
        Form(r"{w} e as {to}", 0, LOOSE),
        Form(r"(?:às|à|pelas) {w}", 0, LOOSE),
    ),
)  # fmt: skip
ITALIAN = Language(
    _words(
        "una due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
        "diciassette diciotto diciannove venti"
    ),
    {"cinque": 5, "dieci": 10, "quindici": 15, "venti": 20, "venticinque": 25, "trenta": 30, "quaranta": 40},
    r"alle|all['’]|verso le|verso l['’]|intorno alle|dalle|dopo le|a",
    (
        Form(r"mezzogiorno e mezz[oa]", 30, ITSELF),
        Form(r"mezzogiorno", 0, STRICT),
        Form(r"{h} e mezz[ao]", 30, BESIDE),
        Form(r"{h} e un quarto", 15, LED),
        Form(r"{h} meno un quarto", -15, BESIDE),
        Form(r"{w} e {m}", 0, LED),
        Form(r"{w} in punto", 0, ITSELF),
        Form(r"(?:alle |all['’]){w}", 0, LOOSE),
    ),
)
DUTCH = Language(
    _words(
        "een|één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
        "achttien negentien twintig"
    ),
    {"vijf": 5, "tien": 10, "vijftien": 15, "twintig": 20, "dertig": 30},
    r"om|rond|vanaf|tegen|na|tussen",
    (
        Form(r"{m}(?: minuten)? voor half {h}", -30, ITSELF, more=-1),
        Form(r"{m}(?: minuten)? over half {h}", -30, ITSELF),
        Form(r"om half {h}", -30, ITSELF),
        Form(r"half {w}", -30, ITSELF),
        Form(r"kwart over {h}", 15, ITSELF),
        Form(r"kwart voor {h}", -15, ITSELF),
        Form(r"{m}(?: minuten)? over {h}", 0, BESIDE),
        Form(r"{m}(?: minuten)? voor {h}", 0, BESIDE, more=-1),
        Form(r"{w} uur {m}", 0, BESIDE),
        Form(r"{w} uur", 0, STRICT),
        Form(r"(?<=tussen\s){w} en {to}(?: uur)?", 0, LOOSE),
        Form(r"om {w}", 0, LOOSE),
    ),
)
INDONESIAN = Language(
    _words(
        "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas dua_belas tiga_belas empat_belas "
        "lima_belas enam_belas tujuh_belas"
    ),
    {"lima": 5, "sepuluh": 10, "seperempat": 15, "lima belas": 15, "dua puluh": 20, "tiga puluh": 30},
    r"jam|pukul|sekitar jam|sekitar pukul|mulai jam",
    (
        Form(r"setengah {h}", -30, BESIDE),
        Form(r"{at} {h} (?:lewat|lebih) {m}", 0, ITSELF),
        Form(r"{at} {h} kurang {m}", 0, ITSELF, more=-1),
        Form(r"{at} {w} {m}", 0, ITSELF),
        Form(r"{at} {w}(?! setengah)", 0, ITSELF),
    ),
)
_O_CLOCK = r"(?:baje|bajey|bje|bajhe)"
HINDI = Language(
    _words(
        "ek do teen|tin chaa?r paa?n?ch chh?e|chhah saa?t aath|aat nau das|dus gyaa?rah?|gyarha baa?rah?"
    ),
    {},
    r"@",
    (
        Form(rf"s[ah]*a?[dr]h?ey? {{h}} ?{_O_CLOCK}", 30, ITSELF),
        Form(rf"sa[wv]aa? {{h}} ?{_O_CLOCK}", 15, ITSELF),
        Form(rf"p(?:au|o|ou)ne {{h}} ?{_O_CLOCK}", -15, ITSELF),
        Form(rf"(?:a?dh?aa?[iy]i?) ?{_O_CLOCK}", 150, ITSELF),
        Form(rf"de[dr]h? ?{_O_CLOCK}", 90, ITSELF),
        Form(rf"{{h}} ?(?:-|–|to|se|ya) ?(?:{{to}}|\d{{1,2}}) ?{_O_CLOCK}", 0, ITSELF),
        Form(rf"{{h}} ?{_O_CLOCK}", 0, ITSELF),
    ),
)  # fmt: skip
LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, DUTCH, INDONESIAN, HINDI)
