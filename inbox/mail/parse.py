"""Raw bytes of a mail, from an archive or a mailbox, into a `ParsedMail`."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import Message

from inbox.mail import body, headers, source
from inbox.mail.body import Body
from inbox.mail.charset import decode
from inbox.mail.parsed import Address, Attachment, BrokenMail, Heading, ParsedMail

__all__ = ["Address", "Attachment", "BrokenMail", "Heading", "ParsedMail", "heading", "parse"]

MAX_HEADERS = 300
MAX_HEADER_LENGTH = 2_000
MAX_DEFECTS = 20
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")
SENDER_HEADERS = ("From", "Sender", "Reply-To", "Return-Path", "X-Envelope-From")


def parse(raw: bytes) -> ParsedMail:
    """Raises `BrokenMail` only for what cannot be taken: nothing in it, not a mail, nobody who sent it."""
    message, mail_body = _read(_without_blank_start(raw))
    defects = list(mail_body.defects)
    message_id, is_ours = _message_id(message, raw)
    return ParsedMail(
        message_id=message_id,
        message_id_is_ours=is_ours,
        in_reply_to=_ids(message, "In-Reply-To"),
        references=_ids(message, "References"),
        sender=_sender(message, defects),
        reply_to=_addresses(message, "Reply-To"),
        to=_addresses(message, "To"),
        cc=_addresses(message, "Cc"),
        date=_date(message, defects),
        subject=headers.readable(_raw(message, "Subject"))[:MAX_HEADER_LENGTH],
        text=mail_body.text,
        html=mail_body.html,
        headers=_headers(message, defects),
        attachments=tuple(mail_body.attachments),
        defects=tuple(dict.fromkeys(defects))[:MAX_DEFECTS],
    )


def heading(raw: bytes) -> Heading:
    """What `parse` says of the same mail, at the price of its headers. Raises `BrokenMail` for what is not a mail."""
    started = _without_blank_start(raw)
    end = END_OF_HEADERS.search(started)
    message = _checked(source.headers_only(started[: end.end()] if end else started))
    dates = (headers.date(_raw(message, "Date")), _received(message))
    return Heading(
        message_id=_message_id(message, raw)[0],
        in_reply_to=_ids(message, "In-Reply-To"),
        references=_ids(message, "References"),
        dates=tuple(date for date in dates if date),
    )


def _without_blank_start(raw: bytes) -> bytes:
    started = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not started.strip(b"\x00 \t\r\n"):
        raise BrokenMail("There is nothing in this mail.")
    return started


def _read(raw: bytes) -> tuple[Message, Body]:
    try:
        message = source.message(raw)
        return _checked(message), body.read(message)
    except body.LEAKS:  # what can be shown then is the body as it stands there
        message = source.headers_only(raw)
        rest = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[1:]
        return _checked(message), Body([body.Piece(decode(b"".join(rest)))], defects=["UnreadableStructure"])


def _checked(message: Message) -> Message:
    if not message.keys():
        raise BrokenMail("This is not a mail: it does not begin with headers.")
    return message


def _raw(message: Message, name: str) -> str:
    """The first header of this name as it came."""
    wanted = name.lower()
    return next((str(value) for key, value in message.raw_items() if key.lower() == wanted), "")


def _message_id(message: Message, raw: bytes) -> tuple[str, bool]:
    given = headers.message_ids(_raw(message, "Message-ID"))
    if given:
        return given[0], False
    # The same mail read from a mailbox (CRLF) and from an archive (LF) has to get the same id.
    digest = hashlib.sha256(b"\n".join(raw.strip().splitlines())).hexdigest()[:40]
    return f"{digest}@without-message-id.invalid", True


def _ids(message: Message, name: str) -> tuple[str, ...]:
    return headers.message_ids(_raw(message, name))


def _addresses(message: Message, name: str) -> tuple[Address, ...]:
    values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return headers.addresses(", ".join(values)[: source.MAX_HEADER])


def _sender(message: Message, defects: list[str]) -> Address:
    for name in SENDER_HEADERS:
        found = _addresses(message, name)
        if found:
            defects.extend(["SenderNotInFrom"] if name != "From" else [])
            return found[0]
    raise BrokenMail("This mail does not say who sent it.")


def _date(message: Message, defects: list[str]) -> datetime | None:
    given = headers.date(_raw(message, "Date"))
    if given:
        return given
    defects.append("BrokenDate" if _raw(message, "Date") else "NoDate")
    return _received(message)


def _received(message: Message) -> datetime | None:
    """The newest Received says when it arrived, which is the next best thing (RFC 5321, 4.4)."""
    return headers.date(_raw(message, "Received").rpartition(";")[2])


def _headers(message: Message, defects: list[str]) -> tuple[tuple[str, str], ...]:
    items: Sequence[tuple[str, object]] = list(message.raw_items())
    if len(items) > MAX_HEADERS:
        defects.append("TooManyHeaders")
    return tuple(
        (headers.readable(name)[:100], headers.readable(str(value)[: 2 * MAX_HEADER_LENGTH])[:MAX_HEADER_LENGTH])
        for name, value in items[:MAX_HEADERS]
    )
