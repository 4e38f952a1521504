"""Letters to and from us, the archives they are kept in, and taking those in by the command."""

import io
import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

from inbox.models import Message

ME = "me@acme.example"
PRIYA = "priya@example.com"
SEPARATOR = b"From someone Mon Jan  2 10:00:00 2023\n"


def letter(
    id: str = "",
    *,
    sender: str = PRIYA,
    to: str = ME,
    day: int = 1,
    date: str | None = None,
    answers: str = "",
    refs: Sequence[str] = (),
    subject: str = "Hello",
    body: str = "Hello",
    more: str = "",
) -> bytes:
    """A mail, written on a day of May 2023 at noon; `date=""` leaves the date out. `more`: further header lines."""
    date = f"{day:02} May 2023 12:00:00 +0000" if date is None else date
    lines = [
        f"From: {sender}",
        f"To: {to}" if to else "",
        f"Subject: {subject}",
        f"Date: {date}" if date else "",
        f"Message-ID: <{id}@x>" if id else "",
        f"In-Reply-To: <{answers}@x>" if answers else "",
        f"References: {' '.join(f'<{each}@x>' for each in refs)}" if refs else "",
        more.strip("\n"),
    ]
    return "\n".join([*(line for line in lines if line), "", body, ""]).encode()


def archive(path: Path, *mails: bytes, separator: bytes = SEPARATOR) -> Path:
    path.write_bytes(b"".join(separator + mail + b"\n" for mail in mails))
    return path


@dataclass(frozen=True)
class Told:
    out: str
    err: str


def take_in(path: Path, *options: str, me: Sequence[str] = (ME,), err: io.StringIO | None = None) -> Told:
    """`manage.py import_mbox`, and what it said."""
    out, err = io.StringIO(), err or io.StringIO()
    ours = itertools.chain.from_iterable(("--me", each) for each in me)
    call_command("import_mbox", str(path), *ours, *options, stdout=out, stderr=err)
    return Told(out.getvalue(), err.getvalue())


def threads() -> list[tuple[str, tuple[str, ...]]]:
    """Each conversation's person, and the ids of its messages in the order the page shows them."""
    shown: dict[tuple[object, str], list[str]] = defaultdict(list)
    messages = Message.objects.select_related("conversation__contact").order_by("occurred_at", "position")
    for message in messages:
        key = (message.conversation_id, message.conversation.contact.email)
        shown[key].append((message.external_id or "").removesuffix("@x"))
    return sorted((email, tuple(ids)) for (_, email), ids in shown.items())
