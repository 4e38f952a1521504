"""What is new in a reply, and what it only repeats.

Everything here goes by lines and looks at a bounded number of them, so that a hostile body costs no more than a long
one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from mailparser_reply.constants import MAIL_LANGUAGES

MAX_LINES = 5_000
MAX_LINE = 200
MAX_LOOKS = 200

# The package knows the "On … wrote:" of 14 languages. Its patterns see a few lines at a time: over a whole body they
# take cubic time, and its Polish pattern for headers takes any line with "Data:" for one.
KNOWN_WROTE = re.compile(
    "|".join(language["wrote_header"] for language in MAIL_LANGUAGES.values() if "wrote_header" in language),
    re.IGNORECASE | re.MULTILINE,
)
# What it does not know: Spanish and Portuguese as Gmail writes them, Dutch and Norwegian with a date in front, Russian.
WROTE = re.compile(
    r"^(?:On|Am|Le|El|Em|Il|Op|Den|Dne|Dnia|W dniu|A|\d|\w{2,9}[.,]) ?(?=.*[\d@]).{4,500}?"
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|kirjoitti|napsala?|napisał|пишет)"
    r"\b[^:]{0,120}(?:<[^<>]{0,200}>)?\s?:$",
    re.IGNORECASE,
)
DATED = re.compile(r"^(?:[^\W\d]+,? )?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.{0,60}<[^<>\s]+@[^<>\s]+>.{0,20}:$")
DIVIDER = re.compile(
    r"^(?:-{2,}|_{2,}) ?(?:Original|Ursprüngliche|Message|Messaggio|Mensaje|Mensagem|Forwarded|Weitergeleitete|Reply|"
    r"Oorspronkelijk|Oprindelig|Begin forwarded)\b.{0,60}$|^Begin forwarded message:$",
    re.IGNORECASE,
)
RULE = re.compile(r"^_{20,}$")
FIELD = re.compile(r"^[>*\s]{0,6}([^\W\d_][\w -]{0,24}?)\s?:\*?(?:\s|$)")
FROM_FIELDS = {"from", "von", "de", "da", "van", "fra", "från", "od", "expéditeur", "发件人", "보낸 사람", "差出人"}
FIELDS_OF_A_HEADER = 3
HEADER_LINES = 4

SIGNATURE = re.compile(r"^-- ?$")
MOBILE = re.compile(
    "^(?:"
    + "|".join(language["sent_from"] for language in MAIL_LANGUAGES.values() if language.get("sent_from"))
    + r"|Sent (?:from|via|with) |Von mein\w+ .{1,40} gesendet|Diese Nachricht wurde von mein|Holen Sie sich Outlook"
    r"|Enviado (?:desde|do meu|de mi|a partir)|Envoyé (?:de|à partir)|Télécharger Outlook|Obt[eé]n\w* (?:o )?Outlook"
    r"|Yahoo Mail: |Get \[?Outlook).{0,100}$",
    re.IGNORECASE,
)
CLOSING = re.compile(
    "^(?:"
    + "|".join(
        closing
        for language in MAIL_LANGUAGES.values()
        for closing in language.get("signatures", [])
        if not closing.startswith("/")
    )
    + r"|(?:best|kind|warm|many)(?:est)? (?:regards|wishes)|best|regards|cheers|thanks|many thanks|thank you|sincerely"
    r"|yours \w+|mfg|vg|lg|bien à vous|bien cordialement|saludos(?: cordiales)?|um abraço|abraços|att|atenciosamente"
    r"|obrigad[oa]|cumprimentos|mit freundlichem gruß|(?:viele|beste|liebe|freundliche) grüße(?: aus [\w ]{1,30})?"
    r")[,.! ]*$",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.?!…]$|^PS\b|^P\.S\.", re.IGNORECASE)
CARD_LINES = 10
CARD_LINE = 80
DISCLAIMER = re.compile(
    r"intended (?:only|solely|exclusively)? ?(?:for|recipient)|not the (?:intended|named) (?:recipient|addressee)"
    r"|(?:originated|sent) from outside|e-?mail (?:and any (?:attachments|files)|message).{0,80}confidential"
    r"|(?:diese|die) e-?mail.{0,80}(?:vertraulich|bestimmt)"
    r"|ce (?:message|courriel).{0,120}(?:confidentiel|destinataire)"
    r"|este (?:correo|mensaje|e-?mail|mensagem).{0,160}(?:confidencial|destinatari)|questa e-?mail.{0,120}riservat",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """`new + quoted` is the body, character for character; `quoted` may be empty, `new` only if the body is."""

    new: str
    quoted: str


def split(body: str) -> Split:
    """Where the history at the end of a reply begins, for a page to fold it. Answers between quotes stay visible."""
    lines = body.splitlines(keepends=True)
    looked_at = _looked_at(lines)
    at = _history(looked_at)
    at = at if at < len(looked_at) else len(lines)
    new = "".join(lines[:at])
    return Split(new, "".join(lines[at:])) if new.strip() else Split(body, "")


def new_text(body: str) -> str:
    """What the person wrote this time: no history, quotes, signature, mobile footer or disclaimer.

    The whole text where nothing would be left, for example in a mail that only quotes another.
    """
    lines = split(body).new.splitlines()
    written = _unsigned(_without_disclaimers(_without_quotes(lines)))
    return "\n".join(written).strip() or body.strip()


def _looked_at(lines: Sequence[str]) -> list[str]:
    return [line.replace("\xa0", " ").replace("\u200b", "").strip()[:MAX_LINE] for line in lines[:MAX_LINES]]


def _history(lines: list[str]) -> int:
    """The index of the line at which the trailing history begins; the number of lines where there is none."""
    end = len(lines)
    while end and (not lines[end - 1] or lines[end - 1].startswith(">")):
        end -= 1
    # Without a header above it, a trailing quote begins after the last line that is not quoted.
    trailing = end if any(line.startswith(">") for line in lines[end:]) else len(lines)
    return next((at for at, below in _headers(lines) if not _answered(lines[below:])), trailing)


def _headers(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Where a program says that a quote follows: first line and the line after the last, in order."""
    looks = 0
    for at, line in enumerate(lines):
        if DIVIDER.match(line):
            yield at, at + 1
        elif fields := _fields(lines, at):
            yield at, at + fields
        elif RULE.match(line) and (fields := _fields(lines, at + 1)):
            yield at, at + 1 + fields
        elif looks < MAX_LOOKS and _may_begin_header(lines, at):
            looks += 1
            if length := _wrote(lines, at):
                yield at, at + length


def _fields(lines: list[str], at: int) -> int:
    """The number of lines of an Outlook-like block (From:, Sent:, To:, Subject:) that begins here, else 0."""
    first = FIELD.match(lines[at]) if at < len(lines) else None
    if not first or first[1].lower() not in FROM_FIELDS:
        return 0
    count = 1
    while count < 8 and at + count < len(lines) and FIELD.match(lines[at + count]):
        count += 1
    return count if count >= FIELDS_OF_A_HEADER else 0


def _may_begin_header(lines: list[str], at: int) -> bool:
    """Whether this line and up to three more could be "On … wrote:", cheaply."""
    return bool(lines[at]) and any(line.endswith((":", "：")) for line in lines[at : at + HEADER_LINES])


def _wrote(lines: list[str], at: int) -> int:
    """The number of lines of an "On … wrote:" that begins here, else 0."""
    for length in range(1, HEADER_LINES + 1):
        window = [line.lstrip("> ") for line in lines[at : at + length]]
        if not window[-1]:
            return 0
        if window[-1].endswith((":", "：")):
            joined = " ".join(window)
            return length if any(pattern.match(joined) for pattern in (WROTE, DATED, KNOWN_WROTE)) else 0
    return 0


def _answered(below: list[str]) -> bool:
    """Whether somebody wrote on below a quote: then it is no history to fold but what the answers refer to."""
    start = next((at for at, line in enumerate(below) if line), len(below))
    if not below[start:] or not below[start].startswith(">"):
        return False
    until_rule = list(takewhile(lambda line: not (RULE.match(line) or DIVIDER.match(line)), below[start:]))
    return any(line and not line.startswith(">") for line in _without_disclaimers(_unsigned(until_rule)))


def _unsigned(lines: list[str]) -> list[str]:
    return lines[: _signature(lines)]


def _without_quotes(lines: list[str]) -> list[str]:
    """`lines` without quoted ones and without the headers above them."""
    looked_at = _looked_at(lines)
    quoted = {number for at, below in _headers(looked_at) for number in range(at, below)}
    return [line for number, line in enumerate(lines) if number not in quoted and not line.lstrip().startswith(">")]


def _without_disclaimers(lines: list[str]) -> list[str]:
    """`lines` without the paragraphs that lawyers and gateways add."""
    paragraphs = [list(group) for _, group in groupby(lines, key=lambda line: bool(line.strip()))]
    return [line for paragraph in paragraphs if not _is_disclaimer(paragraph) for line in paragraph]


def _is_disclaimer(paragraph: list[str]) -> bool:
    return DISCLAIMER.search(" ".join(paragraph)[: 10 * MAX_LINE]) is not None


def _signature(lines: list[str]) -> int:
    """The index at which the sign-off begins; the number of lines where there is none."""
    looked_at = _looked_at(lines)
    for at, line in enumerate(looked_at):
        if SIGNATURE.match(line) or MOBILE.match(line):
            return at
        if CLOSING.match(line) and _is_card(looked_at[at + 1 :]):
            return at
    return len(lines)


def _is_card(lines: list[str]) -> bool:
    """Whether this is a name and an address rather than something said."""
    written = [line for line in lines if line]
    return len(written) <= CARD_LINES and not any(
        len(line) > CARD_LINE or SENTENCE_END.search(line) for line in written
    )
