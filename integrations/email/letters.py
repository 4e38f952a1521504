"""An answer as the mail that goes out: whom it goes to, what it answers, how it reads in other people's programs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, formataddr
from html import escape

from django.core.mail import EmailMultiAlternatives

# The root and the newest of a thread are what programs hang it on. A header this long still passes everywhere.
MOST_REFERENCES = 30
LONGEST_REFERENCES = 1_900
MOST_QUOTED = 20_000
LONGEST_SUBJECT = 250
# What programs put before a subject that they answer, in the languages that mail comes in.
ANSWERED = re.compile(
    r"^\s*(?:(?:re|aw|antw|sv|vs|odp|ynt|rif|res|r|回复|答复)(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)
LINK = re.compile(r"https?://[^\s<>\"']{1,1000}[^\s<>\"'.,;:!?)\]]")
# What can stand between <> in a header: the API takes any text for the id of a message.
MESSAGE_ID = re.compile(r"[^\s<>\x00-\x1f\x7f]{1,900}")
BROKEN_LINE = re.compile(r"[\r\n\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Quote:
    """What is answered, to stand below: whose words, from when."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Letter:
    """message_id, in_reply_to and references are without <>; references oldest first, the answered mail last."""

    sender: tuple[str, str]
    to: tuple[str, str]
    subject: str
    body: str
    message_id: str
    written_at: datetime
    in_reply_to: str = ""
    references: Sequence[str] = ()
    signature: str = ""
    quote: Quote | None = None

    def mail(self) -> EmailMultiAlternatives:
        headers = {"Message-ID": f"<{self.message_id}>", "Date": format_datetime(self.written_at)}
        if MESSAGE_ID.fullmatch(self.in_reply_to):
            headers["In-Reply-To"] = f"<{self.in_reply_to}>"
            headers["References"] = " ".join(f"<{each}>" for each in bounded(self.references))
        mail = EmailMultiAlternatives(
            subject=_one_line(self.subject)[:LONGEST_SUBJECT],
            body=self.text(),
            from_email=_mailbox(self.sender),
            to=[_mailbox(self.to)],
            headers=headers,
        )
        mail.attach_alternative(self.html(), "text/html")
        return mail

    def source(self) -> bytes:
        """As it goes over the wire."""
        return bytes(self.mail().message().as_bytes()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def text(self) -> str:
        parts = [self.body.strip("\n")]
        if self.signature:
            parts.append(f"-- \n{self.signature}")
        if self.quote:
            quoted = "\n".join(f"> {line}".rstrip() for line in self.quote.text[:MOST_QUOTED].splitlines())
            parts.append(f"{_wrote(self.quote)}\n{quoted}")
        return "\n\n".join(parts) + "\n"

    def html(self) -> str:
        """The same words, with links that can be pressed; no picture, no style beyond the quote's line."""
        parts = [f"<div>{_lines(self.body.strip())}</div>"]
        if self.signature:
            parts.append(f"<div><br>-- <br>{_lines(self.signature)}</div>")
        if self.quote:
            quoted = _lines(self.quote.text[:MOST_QUOTED])
            parts.append(f'<div><br>{escape(_wrote(self.quote))}<blockquote type="cite">{quoted}</blockquote></div>')
        return "\n".join(parts)


def answer_to(subject: str) -> str:
    """The subject of an answer to a mail with this one: "Re:" once, whatever stood there."""
    return f"Re: {ANSWERED.sub('', subject).strip()}".strip()


def bounded(references: Sequence[str]) -> list[str]:
    """The root, then the newest, in their order; each once (RFC 5322 says nothing of a limit, programs have one)."""
    ids = list(dict.fromkeys(each for each in references if MESSAGE_ID.fullmatch(each)))
    kept: list[str] = []
    length = len(ids[0]) if ids else 0
    for each in reversed(ids[1:]):
        length += len(each) + 3
        if len(kept) + 1 >= MOST_REFERENCES or length > LONGEST_REFERENCES:
            break
        kept.append(each)
    return [*ids[:1], *reversed(kept)]


def _mailbox(written: tuple[str, str]) -> str:
    name, address = written
    return formataddr((_one_line(name), address))


def _one_line(text: str) -> str:
    return " ".join(BROKEN_LINE.sub(" ", text).split())


def _wrote(quote: Quote) -> str:
    return f"On {quote.at:%-d %B %Y at %H:%M} UTC, {_one_line(quote.author)} wrote:"


def _lines(text: str) -> str:
    """Text as HTML: blanks that indent and lines stay as they are."""
    html, end = [], 0
    for link in LINK.finditer(text):
        html += [escape(text[end : link.start()]), f'<a href="{escape(link[0])}">{escape(link[0])}</a>']
        end = link.end()
    whole = "".join([*html, escape(text[end:])])
    return whole.replace("\n", "<br>\n").replace("  ", " &nbsp;")
