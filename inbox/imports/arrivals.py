"""A mail of an archive as what Parley takes in: who the person is, which way it went, what comes with it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Lower

from accounts.models import Membership, Workspace
from contacts.addresses import EMAIL, address
from contacts.addresses import Address as Reachable
from crm.errors import Invalid
from inbox.channels import Channel
from inbox.mail import headers, parsed
from inbox.mail.parsed import Attachment, ParsedMail
from inbox.mail.threads import ancestors
from inbox.messages import Draft, File
from inbox.models import Message
from inbox.receiving import Arrival

MAX_SUBJECT = 998
MAX_FILE = 25 * 1024**2
MAX_FILES = 500


class LeftOut(Exception):
    """This mail is not for the inbox; its text is one sentence for people."""


@dataclass(frozen=True)
class Ours:
    """Whose archive it is: our own addresses, with the member of the workspace that each belongs to, and the client
    everything goes to."""

    members: Mapping[str, UUID | None]
    client_id: UUID | None = None

    @classmethod
    def of(cls, workspace: Workspace, addresses: Iterable[str], client_id: UUID | None) -> "Ours":
        members = Membership.objects.filter(workspace=workspace).annotate(address=Lower("user__email"))
        known = dict(members.filter(address__in=addresses).values_list("address", "pk"))
        return cls({each: known.get(each) for each in addresses}, client_id)


def arrival(mail: ParsedMail, ours: Ours, *, written_at: datetime, thread: Sequence[str]) -> Arrival:
    """`thread`: ids of messages that belong to the same thread, however distantly. Raises `LeftOut`."""
    person, reachable = _person(mail, ours)
    return Arrival(
        channel=Channel.EMAIL,
        addresses=[reachable],
        draft=_draft(mail, ours, written_at),
        name=person.name,
        ancestors=(*ancestors(mail), *thread),
        client_id=ours.client_id,
        source="Mail archive",
    )


def too_large(mail: ParsedMail) -> Iterator[str]:
    """A sentence for each attachment of which only the name is kept."""
    yield from (_why_not(each) for each in mail.attachments[:MAX_FILES] if len(each.content) > MAX_FILE)
    if (more := len(mail.attachments) - MAX_FILES) > 0:
        yield f"It has {more} more attachments than the {MAX_FILES} that are kept."


def _person(mail: ParsedMail, ours: Ours) -> tuple[parsed.Address, Reachable]:
    if mail.sender.email not in ours.members:
        return _reachable([mail.sender], "Its sender “{}” is no e-mail address that can be answered.")
    addressed = [*mail.to, *mail.cc, *headers.addresses(mail.header("Bcc"))]
    others = [each for each in addressed if each.email not in ours.members]
    if not others:
        raise LeftOut("You wrote it to yourself." if addressed else "It does not say whom you wrote it to.")
    return _reachable(others, "It went to “{}”, which is no e-mail address that can be written to.")


def _reachable(candidates: Sequence[parsed.Address], sentence: str) -> tuple[parsed.Address, Reachable]:
    """The first whose address can be one; `sentence` says what is wrong with the very first if none can."""
    for each in candidates:
        try:
            return each, address(EMAIL, each.email, region="")
        except Invalid:
            continue
    raise LeftOut(sentence.format(candidates[0].email))


def _draft(mail: ParsedMail, ours: Ours, written_at: datetime) -> Draft:
    outbound = mail.sender.email in ours.members
    return Draft(
        direction=Message.Direction.OUTBOUND if outbound else Message.Direction.INBOUND,
        body=mail.text,
        subject=mail.subject[:MAX_SUBJECT],
        html=mail.html,
        headers=mail.headers,
        external_id=mail.message_id,
        occurred_at=written_at,
        author_id=ours.members.get(mail.sender.email),
        author_name=mail.sender.name or (mail.sender.email if outbound else ""),
        files=[_file(each) for each in mail.attachments[:MAX_FILES]],
    )


def _file(attachment: Attachment) -> File:
    if len(attachment.content) > MAX_FILE:
        return File(f"{attachment.name} (not kept).txt", "text/plain", _why_not(attachment).encode())
    return File(attachment.name, attachment.content_type, attachment.content, attachment.content_id)


def _why_not(attachment: Attachment) -> str:
    size, most = len(attachment.content) / 1024**2, MAX_FILE // 1024**2
    return f"“{attachment.name}” is not kept: it has {size:.1f} MB, and {most} MB are the most that an import keeps."
