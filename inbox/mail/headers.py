"""Header values: encoded words, addresses, ids, dates. Nothing here raises on bad input."""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from inbox.mail.charset import decode, storable
from inbox.mail.parsed import Address

# The text may hold a bare "?" (many programs forget to encode it), but not "?=".
WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?(?:[^?]|\?(?!=)){0,2000}\?="
ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]*)?\?([bBqQ])\?((?:[^?]|\?(?!=)){0,2000})\?=")
BETWEEN_WORDS = re.compile(rf"({WORD})\s+(?={WORD})")
SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")

ADDRESS_TOKEN = re.compile(
    rf"""(?P<word>{WORD})|(?P<quoted>"(?:[^"\\]|\\.)*")|<(?P<angle>[^<>]*)>|\((?P<comment>[^()]*)\)|(?P<end>[,;])""",
    re.DOTALL,
)
EMAIL = re.compile(r"""(?:"[^"\s]{1,64}"|[^\s@<>",;:()\[\]\\]{1,128})@[^\s@<>",;:()\\]{1,253}""")
GROUP_NAME = re.compile(r"^[^@<>\"]*:")
MESSAGE_ID = re.compile(r"<([^<>]+)>")
MAX_IDS = 100

ZONES = {"CET": 1, "MET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "BST": 1, "IST": 5.5, "JST": 9}
ZONE_NAME = re.compile(r"\s\(?([A-Z]{3,4})\)?\s*$")


def as_bytes(value: str) -> bytes:
    """A raw header value, as the parser of `email` gives it, back as it stood in the mail."""
    return value.encode("utf-8", "surrogateescape")


def readable(value: str) -> str:
    """A raw header value as one line of text, encoded words decoded."""
    joined = BETWEEN_WORDS.sub(r"\1", decode(as_bytes(value)))
    return SPACES.sub(" ", storable(_decode_words(joined))).strip()


def _decode_words(text: str) -> str:
    """Neighbours of one charset are joined as bytes first: programs split in the middle of a character."""
    out: list[str] = []
    pending, charset, end = b"", "", 0
    for match in ENCODED_WORD.finditer(text):
        between = text[end : match.start()]
        if pending and (between or match[1].lower() != charset):
            out.append(decode(pending, charset))
            pending = b""
        out.append(between)
        pending, charset, end = pending + _word_bytes(match[2], match[3]), match[1].lower(), match.end()
    return "".join([*out, decode(pending, charset), text[end:]])


def _word_bytes(kind: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    return from_base64(raw) if kind in "bB" else binascii.a2b_qp(raw, header=True)


def from_base64(raw: bytes) -> bytes:
    """What can be decoded: garbage is left out, padding is put right, pieces joined with "=" between are read on."""
    pieces = (re.sub(rb"[^A-Za-z0-9+/]", b"", piece) for piece in re.split(rb"=+", raw))
    whole = (piece[: len(piece) - (len(piece) % 4 == 1)] for piece in pieces)
    return b"".join(base64.b64decode(piece + b"=" * (-len(piece) % 4)) for piece in whole)


def addresses(value: str) -> tuple[Address, ...]:
    """All addresses of a raw From, To, Cc or Reply-To header; what has no address in it is left out."""
    found = (_address(mailbox) for mailbox in _mailboxes(decode(as_bytes(value))))
    return tuple(address for address in found if address)


def _mailboxes(value: str) -> Iterator[list[tuple[str, str]]]:
    """Each mailbox as its tokens: (kind, text), kinds text, word, quoted, angle, comment."""
    tokens: list[tuple[str, str]] = []
    end = 0
    for match in ADDRESS_TOKEN.finditer(value):
        tokens.append(("text", value[end : match.start()]))
        end = match.end()
        kind = match.lastgroup or ""
        if kind == "end":
            yield tokens
            tokens = []
        else:
            tokens.append((kind, match[kind]))
    yield [*tokens, ("text", value[end:])]


def _address(tokens: list[tuple[str, str]]) -> Address | None:
    angles = [text for kind, text in tokens if kind == "angle"]
    plain = "".join(text for kind, text in tokens if kind in ("text", "word", "quoted"))
    plain = GROUP_NAME.sub("", plain, count=1)
    for candidate in (*reversed(angles), plain):
        if match := EMAIL.search(SPACES.sub("" if candidate in angles else " ", candidate)):
            name = _name(plain.replace(match[0], " "), tokens)
            email = storable(match[0]).lower().rstrip(".")
            return Address("" if name.lower() == email else name, email)
    return None


def _name(plain: str, tokens: list[tuple[str, str]]) -> str:
    comment = " ".join(text for kind, text in tokens if kind == "comment")
    chosen = plain if plain.strip(" \t\r\n\"'") else comment
    unquoted = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda match: re.sub(r"\\(.)", r"\1", match[1]), chosen)
    return readable(unquoted).strip("\"' <>,;")[:300]


def message_ids(value: str) -> tuple[str, ...]:
    """The ids of a raw References, In-Reply-To or Message-ID header, in order, without doubles, at most 100."""
    text = decode(as_bytes(value))
    found = MESSAGE_ID.findall(text) or [word for word in text.split() if "@" in word]
    # A folded id has blanks in it that were not there when it was made.
    ids = dict.fromkeys(storable(re.sub(r"\s+", "", each)) for each in found)
    kept = [each for each in ids if 0 < len(each) <= 500]
    # The root and the newest ancestors are what threads hang on.
    return tuple(kept if len(kept) <= MAX_IDS else [kept[0], *kept[1 - MAX_IDS :]])


def date(value: str) -> datetime | None:
    """A raw Date header in UTC; a time without a zone, or with one that cannot be, is taken as UTC."""
    text = readable(value)[:200]
    try:
        return _rfc_date(text) or _iso_date(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # parsedate_tz leaks these on odd input
        return None


def _rfc_date(text: str) -> datetime | None:
    parts = parsedate_tz(text)
    if parts is None or parts[0] < 1970:
        return None
    year, month, day, hour, minute, second = parts[:6]
    zone = _zone(text, parts[9])
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)


def _zone(text: str, offset: int | None) -> timezone:
    named = ZONE_NAME.search(text)
    if not offset and named and named[1] in ZONES:
        return timezone(timedelta(hours=ZONES[named[1]]))
    possible = offset is not None and abs(offset) <= 15 * 3600
    return timezone(timedelta(seconds=offset or 0)) if possible else UTC


def _iso_date(text: str) -> datetime | None:
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC) if read.year >= 1970 else None
