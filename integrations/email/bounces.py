"""Mails that mail servers write about ours: what became of which, for whom, in their words. Pure: nothing here reads
the database.

RFC 3464 (delivery status), RFC 8098 (read receipts) and RFC 6533 (their international forms) are read by their fields;
what qmail, Exim, old Exchange and others write freely, by the marks that they leave.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from inbox.mail import headers, source
from inbox.mail.charset import decode
from inbox.mail.parse import ParsedMail

MOST_REPORTS = 50
MOST_READ = 200_000
LONGEST_WORDS = 500

STATUSES = {"message/delivery-status", "message/global-delivery-status"}
DISPOSITIONS = {"message/disposition-notification", "message/global-disposition-notification"}
RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}

DAEMONS = {"mailer-daemon", "mail-daemon", "mailerdaemon", "postmaster", "mdaemon", "microsoftexchange"}
SUBJECT = re.compile(
    r"undeliver|delivery (status notification|has failed|failure|failed|incomplete|delayed|problem)|returned (mail|to)"
    r"|mail delivery|failure notice|not delivered|could not be delivered|delayed|unzustellbar|non remis|zugestellt"
    r"|no se (puede|pudo|ha podido) entreg|não entregue|mancata consegna|niet bezorgd|mail system error",
    re.IGNORECASE,
)
FAILURE = re.compile(
    r"undeliver|could(?: not|n't) be delivered|can(?:not|'t) be delivered|wasn't able to deliver|unable to deliver"
    r"|(?:has|have|had) (?:failed|permanent)|permanent (?:error|failure|fatal)|delivery (?:has )?failed"
    r"|was not delivered|did not reach|not reach the following|konnte nicht zugestellt|n'a pas pu"
    r"|no se (?:pudo|ha podido|puede) entregar",
    re.IGNORECASE,
)
DELAY = re.compile(
    r"delay|will (?:be retried|continue to try|keep trying)|still trying|not yet been delivered|warning", re.IGNORECASE
)
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]|$)")
MESSAGE_ID = re.compile(r"^[>\s]{0,4}Message-ID:\s*<([^<>\s]{3,500})>", re.IGNORECASE | re.MULTILINE)
# Where the server's own words end and the mail that it returns begins.
COPY = re.compile(
    r"^[>\s]{0,4}(?:-{2,}.{0,40}(?:copy|original|below)|Return-Path:|Received:|Message-ID:).*$",
    re.IGNORECASE | re.MULTILINE,
)
MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,253}\w")

# The address itself is wrong for ever (RFC 3463, 3.2 and 3.3): 5.1.7 and 5.1.8 are about the sender's.
GONE = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.310"}
# Codes that say no more than "no": then the words decide.
VAGUE = {"", "5.0.0", "5.1.0", "5.5.0", "550", "551", "553", "554"}
GONE_WORDS = re.compile(
    r"(?:no such|unknown|invalid|non-?existent|not a valid) (?:user|recipient|mailbox|address|account|person)"
    r"|(?:user|recipient|mailbox|address|account|domain)[^.\n]{0,60}"
    r"(?:unknown|not found|does ?n[o']t exist|doesn't exist|not exist|unavailable here|disabled|deactivated)"
    r"|no mailbox here|address no longer|host or domain name not found|doesn't have a [\w.]+ account",
    re.IGNORECASE,
)


class Fate(StrEnum):
    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True)
class Report:
    """About one recipient (empty where it names none) of one mail of ours. `message_id` is that mail's, without <>,
    empty where it is not returned. structured: told in fields, not guessed from prose."""

    fate: Fate
    recipient: str
    words: str
    message_id: str = ""
    status: str = ""
    structured: bool = True

    @property
    def is_gone(self) -> bool:
        """Whether nothing will ever arrive at that address."""
        if self.fate != Fate.FAILED:
            return False
        return self.status in GONE or (self.status in VAGUE and bool(GONE_WORDS.search(self.words)))


ACTIONS = {
    "failed": Fate.FAILED,
    "delayed": Fate.DELAYED,
    "delivered": Fate.DELIVERED,
    "relayed": Fate.DELIVERED,
    "expanded": Fate.DELIVERED,
}


def reports(mail: ParsedMail) -> tuple[Report, ...]:
    """What `mail` reports of mails of ours; nothing where a person wrote it."""
    found: Sequence[Report] = ()
    if re.match(r"multipart/report\b", mail.header("Content-Type"), re.IGNORECASE):
        found = [*_by_status(mail), *_by_disposition(mail)]
    if not found and _is_of_a_daemon(mail):
        found = list(_by_prose(mail))
    return tuple(replace(each, message_id=each.message_id or _returned(mail)) for each in found[:MOST_REPORTS])


def _by_status(mail: ParsedMail) -> Iterator[Report]:
    for fields in _blocks(mail, STATUSES):
        fate = ACTIONS.get(fields.get("action", "").split(" ")[0].lower())
        if fate is None:
            continue
        said = _after_type(fields.get("diagnostic-code", ""))
        status = _status(fields.get("status", ""), said)
        yield Report(fate, _recipient(fields), _words(fate, said, status, fields, mail), status=status)


def _by_disposition(mail: ParsedMail) -> Iterator[Report]:
    for fields in _blocks(mail, DISPOSITIONS):
        if "displayed" in fields.get("disposition", "").lower():
            ids = headers.message_ids(fields.get("original-message-id", ""))
            yield Report(Fate.READ, _recipient(fields), "", message_id=ids[0] if ids else "")


def _by_prose(mail: ParsedMail) -> Iterator[Report]:
    text = mail.text[:MOST_READ]
    copy = COPY.search(text)
    said = text[: copy.start()] if copy else text
    fate = Fate.FAILED if FAILURE.search(said) else Fate.DELAYED if DELAY.search(said + mail.subject) else None
    named = [each.email for each in headers.addresses(mail.header("X-Failed-Recipients"))]
    if fate is None and not named:
        return
    ours = {each.email for each in (*mail.to, mail.sender)}
    recipients = named or [each for each in dict.fromkeys(map(str.lower, MAILBOX.findall(said))) if each not in ours]
    for each in recipients or [""]:
        words = _about(each, said)
        yield Report(fate or Fate.FAILED, each, words, status=_status("", words), structured=False)


def _is_of_a_daemon(mail: ParsedMail) -> bool:
    """Whether nobody but a mail server signs so. "postmaster" alone may be a person."""
    if mail.header("X-Failed-Recipients"):
        return True
    is_daemon = mail.sender.email.startswith(tuple(DAEMONS))
    nobody_to_answer = mail.header("Return-Path").strip() == "<>"
    return bool((is_daemon or nobody_to_answer) and SUBJECT.search(mail.subject))


def _blocks(mail: ParsedMail, types: set[str]) -> Iterator[dict[str, str]]:
    for each in mail.attachments:
        if each.content_type in types:
            raw = each.content[:MOST_READ].replace(b"\r\n", b"\n")
            for block in re.split(rb"\n{2,}", raw.strip(b"\n")):
                items = source.headers_only(block).raw_items()
                yield {name.lower(): headers.readable(str(value)) for name, value in items}


def _recipient(fields: dict[str, str]) -> str:
    """As we wrote it, where the report says so: the final one may be what an alias leads to."""
    for name in ("original-recipient", "final-recipient"):
        if found := headers.addresses(_after_type(fields.get(name, ""))):
            return found[0].email
    return ""


def _after_type(value: str) -> str:
    kind, semicolon, rest = value.partition(";")
    return (rest if semicolon and re.fullmatch(r"[\w./-]{1,40}", kind.strip()) else value).strip()


def _status(given: str, words: str) -> str:
    """The enhanced code (RFC 3463); the plain one where there is no other."""
    for pattern, text in ((ENHANCED, given), (ENHANCED, words), (REPLY_CODE, words)):
        if found := pattern.search(text):
            return found[1]
    return ""


def _words(fate: Fate, said: str, status: str, fields: dict[str, str], mail: ParsedMail) -> str:
    words = said or _first_paragraph(mail.text) or status
    if fate == Fate.DELAYED:
        until = fields.get("will-retry-until", "")
        words = f"Delayed: {words}" + (f" The server tries until {until}." if until else "")
    return _short(words)


def _about(recipient: str, said: str) -> str:
    """The lines about `recipient`, from their address to the next blank line; else the first that holds a code."""
    lines = said.splitlines()
    at = next((n for n, line in enumerate(lines) if recipient and recipient in line.lower()), None)
    if at is None:
        at = next((n for n, line in enumerate(lines) if _status("", line)), None)
    if at is None:
        return _first_paragraph(said)
    below = [line.strip() for line in lines[at : at + 8]]
    end = next((n for n, line in enumerate(below) if n and not line), len(below))
    if end == 1:  # the address stands alone, and what is said of it after a blank line
        end = next((n for n, line in enumerate(below) if n > 2 and not line), len(below))
    return _short(" ".join(line for line in below[:end] if line))


def _first_paragraph(text: str) -> str:
    return _short(" ".join(text.strip().split("\n\n")[0].split()))


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1] + "…"


def _returned(mail: ParsedMail) -> str:
    """The id of the mail of ours that comes back with the report."""
    for each in mail.attachments:
        if each.content_type in RETURNED and (written := MESSAGE_ID.search(decode(each.content[:MOST_READ]))):
            return written[1]
    written = MESSAGE_ID.search(mail.text[:MOST_READ])
    return written[1] if written else ""
