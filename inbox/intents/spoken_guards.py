"""What stands around a number in words that is no time to meet: "three percent", "until three", "daily at three"."""

import re

from inbox.intents.days import DAY_WORD

_NEAR = 80


def _any_of(*words: str) -> str:
    """One pattern of lists, one for each language, of words between spaces; "_" is a space inside of one."""
    return "|".join(word.replace("_", r"\s+") for line in words for word in line.split())


_UNITS = _any_of(
    "hundred thousand million percent per_cent euros? dollars? pounds? usd eur k years? months? weeks? days? hours? "
    "minutes? mins? quarters? people persons? users? seats? units? of",
    "prozent jahre?n? monate?n? wochen? tage?n? stunden? minuten millionen personen leuten? mal",
    "ans mois semaines? jours? minutes personnes par_(?:jour|semaine|mois) près plus_tard supplémentaires? d['’]ici",
    "años? meses semanas? d[ií]as horas_de minutos personas millones mil",
    "anos meses dias pessoas milhões",
    "anni mesi settimane giorni persone",
    "jaren maanden weken dagen mensen personen",
    "hari minggu bulan tahun orang kali juta ribu puluh kamar unit",
)
_FAR = re.compile(
    r"(?:(?<=heure)|(?<=heures))\s+d(?:e\s+|['’])(?!l['’]|après)\w|(?:(?<=hora)|(?<=horas))\s+de\s+(?!la\b)\w",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"\s*(?:%|€|\$|£|[-–]\w|['’]s\b|,\d)|[\s-]*(?:{_UNITS})\b", re.IGNORECASE)
_ENDING = _any_of(
    "until till? til before by since",
    "bis vor seit",
    "jusqu['’] jusqu['’]à avant depuis",
    "hasta antes_de desde_hace son es",
    "até antes_da?s?",
    "fino entro prima_delle? prima_dell['’]",
    "tot voor",
    "sampai hingga sebelum sejak",
)
_AGAIN_OR_OVER = _any_of(
    r"open(?!_to\b) opens close[sd]? every each(?!_other) daily usually called rang phoned tried spoke talked waited "
    "(?:i|we)_(?:met|was|were|had) (?:mon|tues|wednes|thurs|fri|satur|sun)days finish(?:es)? leaves? lands? ends? "
    "busy booked tied_up another i_have_an?_(?:meeting|call|dentist|doctor|class|lesson|flight|shift)",
    "öffne[nt] schließe[nt] schliesse[nt] geöffnet jeden täglich rief angerufen war waren hatten?",
    "ouvr(?:e|ons|ez) ferm(?:e|ons|ez) chaque tous_les appelé avais avait avions était",
    "abre[nm]? abrimos cierran? cerramos cada todos_(?:los|os) todas_(?:las|as) llamé llamaste hablamos era estuve",
    "tenía fecham? fechamos liguei falamos estive tinha",
    "apre apriamo chiude chiudiamo ogni",
    "sluit(?:en)? elke",
    "buka tutup setiap tadi har roz",
)
_HINDERED = re.compile(
    rf"\b(?:(?:{_ENDING})\s*(?:kurz |las? |as |às )?|(?:{_AGAIN_OR_OVER})\b[^.,;:!?\n]{{0,40}})$", re.IGNORECASE
)
_ENDS_AFTER = re.compile(r"\s+(?:tak|se pehle|pehle)\b", re.IGNORECASE)
_CONTINUATIONS = _any_of(
    r"(?:on|am|el|op|na|no)_(?:the_)?\w+",
    "this next works? would will is if then please pls sharp suits? sounds? should could might can my_time your_time "
    "for_(?:a|the|our|an) instead latest in_the or_(?:so|later|earlier)",
    "passt ginge geht wäre ist bitte dann nachmittags vormittags abends kann könnte würde klingt los",
    "me está estaría sería puedo podemos por si para nos perfecto vale de_la",
    "da seria fica posso pode se",
    "di del va possiamo è sarebbe per",
    "kan zou als lukt komt uit",
    "(?:or|and|oder|und|o|y|e|ou|of)_(?:at|um|a_las?|às|alle|om|half|halb|quarter|viertel)",
)
_GOES_ON = re.compile(
    r"\s*(?:$|[.;:!?)…\n]|,(?!\s*(?:\w+ )?(?:or|and|oder|und|o|y|e|ou)\b)|\s[-–—]\s)"
    rf"|\s+(?:{DAY_WORD}|{_CONTINUATIONS})\b",
    re.IGNORECASE,
)
_STANDING = _any_of(
    r"look\w* aim\w* rate\w* pric\w* capp?\w* stopp?\w* start\w* stands? stay\w* is are am ['’](?:re|m|s) limit\w* "
    r"value\w* quote\w* count\w* work based arriv\w*",
    r"gracias escrib\w+ mand\w+ envi\w+ dij\w+ invit\w+ pregunt\w+ obrigad[oa] grazie",
)
_STANDS = re.compile(rf"(?:\b|(?=['’]))(?:{_STANDING})\s+(?:\w+\s+)?$", re.IGNORECASE)


def counts(text: str, end: int) -> bool:
    """The number that ends there counts something: "at three percent"."""
    return bool(_COUNTED.match(text, end)) or is_far(text, end)


def is_far(text: str, end: int) -> bool:
    """The hours that end there say how far something is, or how long: "à deux heures de Paris"."""
    return bool(_FAR.match(text, end))


def is_hindered(text: str, start: int, end: int) -> bool:
    """It ends something ("until three"), comes again and again ("we open at three") or is over ("I rang at three")."""
    before = text[max(0, start - _NEAR) : start]
    return bool(_HINDERED.search(before) or _ENDS_AFTER.match(text, end))


def goes_on(text: str, end: int) -> bool:
    """After "at three" the sentence is over, or goes on as after a time."""
    return bool(_GOES_ON.match(text, end))


def stands(text: str, start: int) -> bool:
    """Something stands "at three" or goes "to the three", rather than beginning then."""
    return bool(_STANDS.search(text[max(0, start - _NEAR) : start]))
