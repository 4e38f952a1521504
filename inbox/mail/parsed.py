"""What a mail is once it is read. Every text here encodes to UTF-8 and holds no NUL."""

from dataclasses import dataclass
from datetime import datetime


class BrokenMail(Exception):
    """This cannot be taken as a mail; `reason` is one sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """`email` is in lower case, as addresses are compared; `name` may be empty."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is a bare file name, never a path. `content_id` is without <>, empty where there is none."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What is known of a mail from its headers alone. The first three are as in `ParsedMail`; `dates`: when it was
    written and when it arrived, as far as it says so."""

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    dates: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class ParsedMail:
    message_id: str
    """Without <>. Made from a hash of the mail where it has none: then `message_id_is_ours` is true."""
    message_id_is_ours: bool
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    """Oldest first."""
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    """In UTC."""
    subject: str
    text: str
    """The best plain text: the plain parts, else what the HTML says. Lines end with \\n."""
    html: str
    """As sent: sanitise it before it is shown."""
    headers: tuple[tuple[str, str], ...]
    """In order, decoded, bounded in number and length."""
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]
    """What was wrong with the mail and was put right or left out, as stable names."""

    def header(self, name: str) -> str:
        """The first header of this name, in any case; empty where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")
