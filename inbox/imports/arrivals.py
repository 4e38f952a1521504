"""A mail, of an archive or of a mailbox, as what Parley takes in: who the person is, which way it went, what comes with
it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    """Whose mail it is: our own addresses, with the member of the workspace that each belongs to; the client and the
    connection that everything goes to. colleagues: further addresses of the house, which others write from."""

    members: Mapping[str, UUID | None]
    client_id: UUID | None = None
    connection_id: UUID | None = None
    colleagues: Mapping[str, UUID | None] = field(default_factory=dict)
    source: str = "Mail archive"

    @classmethod
    def of(cls, workspace: Workspace, addresses: Iterable[str], client_id: UUID | None) -> "Ours":
        known = members_by_address(workspace, addresses)
        return cls({each: known.get(each) for each in addresses}, client_id)

    def wrote(self, mail: ParsedMail) -> bool:
        """Whether it is one of us who wrote it: from our address, or a colleague to somebody outside."""
        if mail.sender.email in self.members:
            return True
        return mail.sender.email in self.colleagues and any(
            each.email not in self.members and each.email not in self.colleagues for each in (*mail.to, *mail.cc)
        )

    def author(self, mail: ParsedMail) -> UUID | None:
        return self.members.get(mail.sender.email) or self.colleagues.get(mail.sender.email)


def members_by_address(workspace: Workspace, addresses: Iterable[str] | None = None) -> dict[str, UUID]:
    """The members of `workspace` by their address in lower case; all, or those with one of `addresses`."""
    members = Membership.objects.filter(workspace=workspace).annotate(address=Lower("user__email"))
    wanted = members if addresses is None else members.filter(address__in=addresses)
    return dict(wanted.values_list("address", "pk"))


def arrival(
    mail: ParsedMail, ours: Ours, *, written_at: datetime, thread: Sequence[str], sent: bool = False
) -> Arrival:
    """`thread`: ids of messages that belong to the same thread, however distantly. `sent`: it lay among what we sent,
    whatever address it was sent from. Raises `LeftOut`."""
    outbound = sent or ours.wrote(mail)
    person, reachable = _person(mail, ours, outbound=outbound)
    return Arrival(
        channel=Channel.EMAIL,
        addresses=[reachable],
        draft=_draft(mail, ours, written_at, outbound=outbound),
        name=person.name,
        ancestors=(*ancestors(mail), *thread),
        client_id=ours.client_id,
        connection_id=ours.connection_id,
        source=ours.source,
    )


def too_large(mail: ParsedMail) -> Iterator[str]:
    """A sentence for each attachment of which only the name is kept."""
    yield from (_why_not(each) for each in mail.attachments[:MAX_FILES] if len(each.content) > MAX_FILE)
    if (more := len(mail.attachments) - MAX_FILES) > 0:
        yield f"It has {more} more attachments than the {MAX_FILES} that are kept."


def _person(mail: ParsedMail, ours: Ours, *, outbound: bool) -> tuple[parsed.Address, Reachable]:
    if not outbound:
        return _reachable([mail.sender], "Its sender “{}” is no e-mail address that can be answered.")
    addressed = [*mail.to, *mail.cc, *headers.addresses(mail.header("Bcc"))]
    others = [each for each in addressed if each.email not in ours.members]
    others = [each for each in others if each.email not in ours.colleagues] or others
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


def _draft(mail: ParsedMail, ours: Ours, written_at: datetime, *, outbound: bool) -> Draft:
    return Draft(
        direction=Message.Direction.OUTBOUND if outbound else Message.Direction.INBOUND,
        body=mail.text,
        subject=mail.subject[:MAX_SUBJECT],
        html=mail.html,
        headers=mail.headers,
        external_id=mail.message_id,
        occurred_at=written_at,
        author_id=ours.author(mail) if outbound else None,
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
