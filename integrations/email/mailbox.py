"""The mailbox over IMAP, only ever read: folders are examined, bodies peeked at, so that nobody's mail is marked as
seen."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError, UnexpectedCommandStatusError

from crm.outside import Unreachable
from integrations.email.accounts import PATIENCE, Refused, Server
from integrations.email.reaching import reach, words_of

SENT = "\\Sent"
SENT_NAMES = {
    "sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "envoyés", "enviados"
}  # fmt: skip
HEADERS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO REFERENCES DATE RECEIVED)]"
WHOLE = "BODY.PEEK[]"
# UIDs asked for at once: a search of a whole mailbox answers in one line, which must not grow without bound.
SEARCHED = 50_000
NUMBERS = re.compile(rb"\b(UID|RFC822\.SIZE) (\d+)")
INTERNAL = re.compile(rb'INTERNALDATE "([^"]+)"')


@dataclass(frozen=True)
class Folder:
    name: str
    is_sent: bool


@dataclass(frozen=True)
class State:
    """`following`: the number that the next mail will get (UIDNEXT). Under another `validity` numbers mean nothing."""

    validity: int
    following: int


@dataclass(frozen=True)
class Envelope:
    """A mail as it lies in a folder, before its body is fetched. size in bytes; arrived_at in UTC."""

    uid: int
    size: int
    arrived_at: datetime
    headers: bytes


class Mailbox(BaseMailBox):
    def __init__(self, server: Server) -> None:
        self.server = server
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        server, trust = self.server, self.server.trust()
        if server.security == "tls":
            return _Tls(server.host, server.port, ssl_context=trust, timeout=PATIENCE)
        client = _Plain(server.host, server.port, timeout=PATIENCE)
        if server.security == "starttls":
            try:
                client.starttls(ssl_context=trust)
            except BaseException:
                client.shutdown()
                raise
        return client

    def enter(self) -> None:
        user, password = self.server.user, self.server.password
        if user.isascii() and password.isascii():
            self.login(user, password, initial_folder=None)
        else:
            self.login_utf8(user, password, initial_folder=None)

    def folders(self, wanted: Sequence[str]) -> list[Folder]:
        """Those named in `wanted`, else the inbox and where the server keeps what was sent. Raises Refused where one
        is not there."""
        held = {each.name: False for each in self.folder.list() if "\\Noselect" not in each.flags}
        if (sent := self.sent_folder()) in held:
            held[sent] = True
        inbox = next((name for name in held if name.upper() == "INBOX"), "INBOX")
        names = [inbox if name.upper() == "INBOX" else name for name in wanted]
        names = names or [inbox, *(name for name, is_sent in held.items() if is_sent)]
        for name in names:
            if name not in held and name != inbox:
                there = ", ".join(f"“{each}”" for each in sorted(held)[:30])
                raise Refused(f"The mailbox has no folder “{name}”. It has: {there}.")
        return [Folder(name, held.get(name, False)) for name in dict.fromkeys(names)]

    def sent_folder(self) -> str | None:
        """Where the server keeps what was sent: marked as such (RFC 6154), else called so."""
        held = self.folder.list()
        marked = [each.name for each in held if SENT in each.flags]
        named = [each.name for each in held if each.name.split(each.delim or "/")[-1].lower() in SENT_NAMES]
        return next(iter([*marked, *named]), None)

    def holds(self, folder: str, message_id: str) -> bool:
        self.examine(folder)
        return bool(self.uids(f'HEADER MESSAGE-ID "<{message_id}>"'))

    def keep(self, folder: str, mail: bytes, at: datetime) -> None:
        """Put a mail of ours into `folder`, as one that was read."""
        self.append(mail, folder, dt=at, flag_set=["\\Seen"])

    def state(self, folder: str) -> State:
        found = self.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        return State(found.get("UIDVALIDITY", 0), found.get("UIDNEXT", 1))

    def examine(self, folder: str) -> None:
        """Open it to be read, and nothing else: the server itself would refuse a change."""
        if self.folder.get() != folder:
            self.folder.set(folder, readonly=True)

    def numbered(self, folder: str, first: int, last: int, *, most: int, since: date | None = None) -> list[int]:
        """The lowest UIDs from `first` to `last`, at most `most` of them, ascending. since: arrived that day or later
        (by the server's clock)."""
        self.examine(folder)
        found: list[int] = []
        while first <= last and len(found) < most:
            upto = min(last, first + SEARCHED - 1)
            criteria = f"UID {first}:{upto}" + (f" SINCE {since:%d-%b-%Y}" if since else "")
            found += sorted(int(uid) for uid in self.uids(criteria) if first <= int(uid) <= upto)
            first = upto + 1
        return found[:most]

    def envelopes(self, folder: str, uids: Sequence[int]) -> list[Envelope]:
        """Of those that are still there, ascending."""
        self.examine(folder)
        answers = self._fetched(uids, f"(UID RFC822.SIZE INTERNALDATE {HEADERS})")
        return sorted((_envelope(meta, headers) for meta, headers in answers), key=lambda each: each.uid)

    def sources(self, folder: str, uids: Sequence[int], *, most: int | None = None) -> dict[int, bytes]:
        """The mails as they came, by number, each no longer than `most` bytes; those that are gone are not in it."""
        self.examine(folder)
        part = WHOLE if most is None else f"{WHOLE}<0.{most}>"
        answers = self._fetched(uids, f"(UID {part})")
        return {int(number[2]): body for meta, body in answers if (number := NUMBERS.search(meta))}

    def _fetched(self, uids: Sequence[int], parts: str) -> Iterator[tuple[bytes, bytes]]:
        """What the server says of each, and the one literal in it."""
        if not uids:
            return
        status, answers = self.client.uid("FETCH", _numbers(uids), parts)
        if status != "OK":
            raise UnexpectedCommandStatusError((status, answers), "OK")
        for at, answer in enumerate(answers):
            if isinstance(answer, tuple):
                rest = answers[at + 1] if at + 1 < len(answers) else b""
                yield answer[0] + (rest if isinstance(rest, bytes) else b""), answer[1]


@contextmanager
def opened(server: Server) -> Iterator[Mailbox]:
    """The mailbox, signed in to. Raises Refused for what would be refused again, Unreachable for what may pass; both
    say in a sentence what is wrong."""
    box: Mailbox | None = None
    try:
        box = Mailbox(server)
        box.enter()
        yield box
    except MailboxLoginError as error:
        raise _refusal(server, error) from None
    except MailboxFolderSelectError as error:
        raise Refused(f"A folder cannot be opened: {said(error)}") from None
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise Unreachable(_what_went_wrong(server, error)) from None
    finally:
        if box is not None:
            with suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
                box.logout()


def said(error: UnexpectedCommandStatusError) -> str:
    """The server's own words."""
    parts = error.command_result[1] or []
    text = " ".join(part.decode(errors="replace") for part in parts if isinstance(part, bytes))
    return " ".join(re.sub(r"^\[[\w-]+\]\s*", "", text).split())[:300]


def _refusal(server: Server, error: MailboxLoginError) -> Exception:
    if "UNAVAILABLE" in str(error):
        return Unreachable(f"The mailbox at {server.place} cannot be opened just now: {said(error)}")
    return Refused(f"The mailbox at {server.place} refuses “{server.user}” or the password: {said(error)}")


def _what_went_wrong(server: Server, error: Exception) -> str:
    if isinstance(error, OSError):
        return words_of(error, server)
    if isinstance(error, UnexpectedCommandStatusError):
        return f"The mailbox at {server.place} refused: {said(error)}"
    return f"The talk with {server.place} broke off: {error}"


def _numbers(uids: Sequence[int]) -> str:
    """As IMAP writes them: "1:4,7"."""
    spans: list[list[int]] = []
    for uid in sorted(uids):
        if spans and uid == spans[-1][1] + 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in spans)


def _envelope(meta: bytes, headers: bytes) -> Envelope:
    numbers = {name: int(value) for name, value in NUMBERS.findall(meta)}
    internal = INTERNAL.search(meta)
    return Envelope(numbers[b"UID"], numbers.get(b"RFC822.SIZE", 0), _moment(internal[1] if internal else b""), headers)


def _moment(written: bytes) -> datetime:
    """INTERNALDATE, such as "17-Jul-1996 02:44:25 -0700"."""
    with suppress(ValueError, IndexError, TypeError, OverflowError):
        return parsedate_to_datetime(written.decode("ascii", "replace").strip().replace("-", " ", 2)).astimezone(UTC)
    return datetime.now(UTC)


class _Plain(imaplib.IMAP4):
    def _create_socket(self, timeout: float | None) -> socket.socket:
        return reach(self.host, self.port, timeout or PATIENCE)


class _Tls(imaplib.IMAP4_SSL):
    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        plain = reach(self.host, self.port, timeout or PATIENCE)
        context: ssl.SSLContext = self.ssl_context
        return context.wrap_socket(plain, server_hostname=self.host)
