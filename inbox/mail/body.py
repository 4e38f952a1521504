"""The body of a mail: which parts are its text, which are attachments."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message

from inbox.mail.charset import decode, is_known, storable
from inbox.mail.flowed import unflow
from inbox.mail.headers import from_base64, readable
from inbox.mail.html import to_text
from inbox.mail.parsed import Attachment

MAX_DEPTH = 60
META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
FILE_NAME = re.compile(r"""name\s*=\s*(?:"([^"]*)"|([^\s;]+))""", re.IGNORECASE)
# Control, zero-width and direction-changing characters: "invoice[U+202E]fdp.exe" must not read as "invoiceexe.pdf".
DECEIVING = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
TYPICAL_NAMES = {
    "message/rfc822": "message.eml",
    "text/calendar": "invite.ics",
    "message/delivery-status": "delivery-status.txt",
    "text/rfc822-headers": "headers.txt",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
    "image/png": "image.png",
    "image/jpeg": "image.jpg",
    "image/gif": "image.gif",
    "application/pdf": "document.pdf",
}
# What `email` is known to leak when it reads parameters or writes parts that are malformed.
LEAKS = (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Piece:
    """One stretch of the body, in each of the forms it was sent in."""

    plain: str | None = None
    html: str | None = None

    def as_text(self) -> str:
        if self.plain is not None and (self.plain.strip() or self.html is None):
            return self.plain
        return to_text(self.html or "")

    def as_html(self) -> str:
        if self.html is not None:
            return self.html
        return "<div>" + html.escape(self.plain or "").replace("\n", "<br>\n") + "</div>"


@dataclass
class Body:
    pieces: list[Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        stretches = (piece.as_text().strip("\n") for piece in self.pieces)
        return "\n\n".join(stretch for stretch in stretches if stretch.strip()).rstrip()

    @property
    def html(self) -> str:
        if all(piece.html is None for piece in self.pieces):
            return ""
        return "\n".join(piece.as_html() for piece in self.pieces)


def read(message: Message) -> Body:
    """The body of a message parsed with the compat32 policy. Never raises."""
    body = Body()
    body.pieces = _pieces(message, body, depth=0)
    return body


def _pieces(part: Message, body: Body, depth: int) -> list[Piece]:
    body.defects.extend(type(defect).__name__ for defect in part.defects)
    children = part.get_payload() if part.is_multipart() else None
    if depth > MAX_DEPTH:
        body.defects.append("NestedTooDeeply")
        return []
    if part.get_content_maintype() != "multipart":
        return _leaf(part, body)
    if not isinstance(children, list):  # its boundary is missing or never comes
        return [Piece(plain=_text(part, body))]
    nested = [_pieces(child, body, depth + 1) for child in children if isinstance(child, Message)]
    if part.get_content_subtype() == "alternative":
        return _best_of(nested)
    return [piece for pieces in nested for piece in pieces]


def _best_of(alternatives: Iterable[list[Piece]]) -> list[Piece]:
    """One piece of an alternative's children: later ones are the richer (RFC 2046, 5.1.4)."""
    bodies = [Body(pieces=pieces) for pieces in alternatives if pieces]
    plain = next((body.text for body in bodies if not body.html), None)
    rich = next((body.html for body in reversed(bodies) if body.html), None)
    return [Piece(plain, rich)] if bodies else []


def _leaf(part: Message, body: Body) -> list[Piece]:
    content_type = part.get_content_type()
    if content_type not in ("text/plain", "text/html") or _is_file(part):
        body.attachments.append(_attachment(part, len(body.attachments) + 1))
        return []
    text = _text(part, body)
    if content_type == "text/html":
        return [Piece(html=text)]
    return [Piece(plain=_unflowed(part, text))]


def _is_file(part: Message) -> bool:
    disposition = _parameter_free(part, "content-disposition")
    return disposition == "attachment" or (disposition != "inline" and bool(_file_name(part)))


def _text(part: Message, body: Body) -> str:
    raw = content(part)
    label = _parameter(part, "charset")
    if not label and part.get_content_type() == "text/html" and (meta := META_CHARSET.search(raw[:4096])):
        label = meta[1].decode("ascii")
    if label and not is_known(label):
        body.defects.append("UnknownCharset")
    return decode(raw, label).replace("\r\n", "\n").replace("\r", "\n")


def _unflowed(part: Message, text: str) -> str:
    if _parameter(part, "format").lower() != "flowed":
        return text
    return unflow(text, delete_space=_parameter(part, "delsp").lower() == "yes")


def content(part: Message) -> bytes:
    """The bytes of a part that has no parts of its own, decoded as far as they can be."""
    if part.is_multipart():
        return _as_sent(part)
    encoding = _parameter_free(part, "content-transfer-encoding").partition(" ")[0].strip("\"'.,")
    if encoding not in ("base64", "x-uuencode", "uuencode", "uue", "x-uue", "quoted-printable"):
        return _undecoded(part)
    if encoding == "base64":
        return from_base64(_undecoded(part))
    part.replace_header("Content-Transfer-Encoding", encoding)
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _undecoded(part: Message) -> bytes:
    del part["Content-Transfer-Encoding"]
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def _as_sent(part: Message) -> bytes:
    """What a message/* part carries: the forwarded mail itself, or the blocks of a delivery status."""
    children = part.get_payload()
    try:
        return b"\n".join(child.as_bytes() for child in children if isinstance(child, Message))
    except LEAKS:
        return b""


def _attachment(part: Message, number: int) -> Attachment:
    content_type = part.get_content_type()
    content_id = readable(str(part.get("content-id", ""))).strip("<> ")[:300]
    return Attachment(
        name=_file_name(part) or TYPICAL_NAMES.get(content_type) or f"attachment-{number}",
        content_type=storable(content_type)[:200],
        content=content(part),
        content_id=content_id,
        inline=_parameter_free(part, "content-disposition") == "inline",
    )


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename("")
    except LEAKS:
        written = FILE_NAME.search(str(part.get("content-disposition", "")) + ";" + str(part.get("content-type", "")))
        name = (written[1] or written[2]) if written else ""
    bare = re.split(r"[/\\]", DECEIVING.sub("", readable(name)))[-1].strip(" .")
    return bare if len(bare) <= 150 else bare[:120] + bare[-30:]


def _parameter(part: Message, name: str) -> str:
    try:
        found = part.get_param(name, "")
    except LEAKS:
        return ""
    return str(found[2] if isinstance(found, tuple) else found).strip()


def _parameter_free(part: Message, name: str) -> str:
    """A header's value before its parameters, in lower case."""
    return readable(str(part.get(name, ""))).split(";")[0].strip().lower()
