"""Another person whom somebody names, with their address: "my colleague Dana Wu decides, dana@example.com"."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import phonenumbers

from contacts.addresses import EMAIL, PHONE, Address, address
from crm.errors import Invalid

_LONGEST = 20_000
# How far before an address the words stand that say whose it is, and how far after it those that say why.
_BEFORE, _AFTER = 180, 60
_CUE = re.compile(
    r"\b(colleagues?|co-?worker|boss|manager|head of|director|assistant|purchasing|procurement|decides?|decision|"
    r"in charge|responsible|handles?|looks after|takes care|talk to|speak (?:to|with)|write to|reach out to|contact|"
    r"get in touch with|forward|refer|right person|e-?mail her|e-?mail him|call her|call him|cc|"
    r"kolleg(?:e|en|in)|chef(?:in)?|vorgesetzte\w*|zuständig\w*|verantwortlich\w*|einkauf|entscheidet|wenden sie sich|"
    r"ansprechpartner(?:in)?|schreiben sie|kontaktieren|melden sie sich|"
    r"collègue|responsable|supérieur\w*|patronn?e?|chargée?|s['’]occupe|contacte[rz]|écri(?:vez|re)|adressez|décide|"
    r"jef[ea]|colega|encargad[oa]|compañer[oa]|escrib\w+|contact[ae]\w*|decide|"
    r"chefe|encarregad[oa]|responsável|escrev\w+|fale com|falar com|"
    r"collega|capo|responsabile|scriv\w+|contatt\w+|si occupa|"
    r"verantwoordelijke?|leidinggevende|inkoop|schrijf|neem contact|beslist|"
    r"rekan|atasan|bos|hubungi|penanggung jawab|bagian|kontak)\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(my (?:private|personal|other|new|own|work|e-?mail|mail|number|cell|mobile|phone)|me (?:at|on|under)|reach me|"
    r"call me|write me|to me|(?:meine?|unter meiner) (?:private|neue|nummer|e-?mail|mail|handy)\w*|"
    r"mi (?:correo|número|email)|mon (?:mail|e-?mail|numéro|adresse)|meu (?:e-?mail|número)|mia (?:mail|e-?mail)|"
    r"mijn (?:nummer|mail|e-?mail)|saya di)\b",
    re.IGNORECASE,
)
# Alone on its line: "Thanks, that sounds good" says no goodbye.
_SIGNED = re.compile(
    r"(?<=\n)[ \t]*(--\s*$|(?:(?:best|kind|warm|with)?\s*regards|best(?: wishes)?,|cheers|thanks,|thank you,|"
    r"sincerely|yours|mit freundlichen|viele grüße|liebe grüße|beste grüße|cordialement|bien à vous|saludos|un saludo|"
    r"atentamente|atenciosamente|abraços|cordiali saluti|met vriendelijke|groet|salam|hormat)[^\n.?!@]{0,30}$)",
    re.IGNORECASE | re.MULTILINE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}\b", re.IGNORECASE)
_TITLE = r"(?:Herrn?|Frau|Mr|Mrs|Ms|Dr|Sr|Sra|Señora?|Don|Doña|Mme|Mlle|Bapak|Pak|Ibu|Bu)\.?"
_WORD = r"[^\W\d_a-zà-öø-ÿ][\w'’-]*[a-zà-öø-ÿ][\w'’-]*"
_NAME = re.compile(rf"(?<![\w@.])(?:{_TITLE}\s+)?{_WORD}(?:\s+(?:(?:van|von|de|da|del|der|bin)\s+)*{_WORD}){{0,2}}")
_GREETED = re.compile(r"(hi|hello|dear|hey|hallo|liebe[r]?|hola|bonjour|olá|ola|ciao|halo|beste)\s", re.IGNORECASE)
# Capitals that begin a sentence, or stand for no person.
_NO_NAME = frozenset(
    """
    my our your the a an i we you he she they it please contact write call ask better best talk speak
    reach email mail phone tel mobile hi hello dear thanks thank sorry no yes not for this that but and
    or if as so in at on to from by ceo cto cfo coo hr it vp head sales marketing purchasing procurement
    finance legal team office manager director colleague boss monday tuesday wednesday thursday friday
    saturday sunday her his their him here there mein meine unser unsere bitte der die das kollege
    kollegin chef chefin einkauf zuständig schreiben kontaktieren sie wenden er ihr herr frau nein ja
    leider e-mail telefon ansprechpartner ansprechpartnerin dafür mon ma mes notre le la les veuillez
    contactez contacter écrivez merci bonjour non oui mi mis nuestro escribe escriba contacte contacta
    hola gracias por sí el ella minha meu nosso por favor fale escreva contate não sim il mio mia scriva
    scrivi contatti grazie mijn onze neem schrijf bedankt hubungi silakan tolong terima kasih saya rekan
    atasan bos bapak ibu pak bu tapi
    """.split()  # noqa: SIM905 (read as words, not as quotes)
)


@dataclass(frozen=True)
class Referral:
    """Whom they name, as far as the text says it, and where to write; `start` to `end`: the words that say so."""

    name: str
    address: Address
    start: int
    end: int


def referral(text: str, *, region: str, known: Collection[str]) -> Referral | None:
    """The first person with an address of their own. known: addresses that are the writer's or ours, normalised. What
    stands below a greeting at the end is the writer's own. region: of phone numbers written without a country."""
    text = text[:_LONGEST]
    signed = _SIGNED.search(text)
    said = text[: signed.start()] if signed else text
    for one, start, end in _addresses(said, region):
        floor = _floor(said, start)
        cue = _CUE.search(said, floor, start) or _CUE.search(said, end, end + _AFTER)
        if one.value in known or cue is None or _OWN.search(said, max(floor, start - 40), start):
            continue
        named = _named(said, floor, start, one)
        first = min(cue.start(), named.start() if named else start)
        return Referral(named[0].strip() if named else _from(one), one, first, max(end, cue.end()))
    return None


def _addresses(text: str, region: str) -> Iterator[tuple[Address, int, int]]:
    found = [(EMAIL, match[0], match.start(), match.end()) for match in _EMAIL.finditer(text)]
    found += [(PHONE, one.raw_string, one.start, one.end) for one in phonenumbers.PhoneNumberMatcher(text, region)]
    for kind, written, start, end in sorted(found, key=lambda one: one[2]):
        try:
            yield address(kind, written, region=region), start, end
        except Invalid:
            continue


def _floor(text: str, start: int) -> int:
    """From where words may be about the address: no further than its paragraph, nor before another address."""
    least = max(0, start - _BEFORE, text.rfind("\n\n", 0, start))
    others = [match.end() for match in _EMAIL.finditer(text, least, start)]
    return max([least, *others])


def _named(text: str, floor: int, start: int, one: Address) -> re.Match[str] | None:
    """The name nearest before the address, preferring one that the address itself bears."""
    names = [named for named in (_trimmed(text, each) for each in _NAME.finditer(text, floor, start)) if named]
    local = one.value.partition("@")[0] if one.kind == EMAIL else ""
    bears = [named for named in names if any(part.lower() in local for part in named[0].split() if len(part) > 2)]
    return next(reversed(bears or names), None)


def _trimmed(text: str, found: re.Match[str]) -> re.Match[str] | None:
    """The name without the words before it that are none; None where nothing is left."""
    if _GREETED.match(found[0]):
        return None
    begin = found.start()
    for word in re.finditer(r"\S+", found[0]):
        bare = word[0].strip(".,").lower()
        if bare not in _NO_NAME or re.fullmatch(_TITLE, word[0]):
            begin = found.start() + word.start()
            break
    else:
        return None
    match = _NAME.match(text, begin, found.end())
    return match if match and not re.fullmatch(_TITLE, match[0]) else None


def _from(one: Address) -> str:
    """dana.wu@example.com is Dana Wu; sales2@example.com nobody by name."""
    local = one.value.partition("@")[0] if one.kind == EMAIL else ""
    parts = re.split(r"[._-]", local)
    return " ".join(part.capitalize() for part in parts) if 1 < len(parts) <= 3 and all(map(str.isalpha, parts)) else ""
