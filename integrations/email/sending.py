"""Sending an answer: written as a mail, handed over, kept among what was sent, and told what became of it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction

from activity.work import PAUSES
from contacts.suppression import must_be_reachable
from crm.errors import Conflict
from crm.outside import Unreachable
from inbox import sending
from inbox.mail.headers import message_ids
from inbox.models import Message, MessageDelivery
from integrations.base import Connected, Failed
from integrations.email.accounts import Account, Refused
from integrations.email.letters import Letter, Quote, answer_to
from integrations.email.mailbox import opened
from integrations.email.posting import post
from integrations.models import Push

MAIL = "mail"
# Ids that Parley made up for mails that have none: nobody else knows them.
MADE_UP = ".invalid"
State = MessageDelivery.State


def is_queued(message_id: UUID) -> bool:
    """Whether it waits to be sent: what was only recorded, or sent elsewhere, does not."""
    message = Message.objects.filter(pk=message_id, direction=Message.Direction.OUTBOUND, erased_at=None).first()
    last = sending.latest(message) if message else None
    return last is not None and last.state == State.QUEUED


def send(connected: Connected, account: Account, push: Push) -> Callable[[], str]:
    """Raises Failed where it will never be taken, or was tried often enough; Unreachable where it is tried again: then
    the message says so. A worker that was killed after the server had taken the mail sends it again under the same
    Message-ID, unless its copy lies among what was sent."""
    message = Message.objects.select_related("conversation__contact", "conversation__identity").get(pk=push.subject_id)
    if not is_queued(message.pk):
        return lambda: "It was sent or given up before."
    letter = written(account, message)
    if push.attempts > 1 and _is_kept(account, letter):
        return partial(_sent, connected, message, "It was sent before.")
    try:
        post(account.smtp, letter.mail())
    except Refused as refusal:
        raise Failed(str(refusal)) from refusal
    except Unreachable as wait:
        _say_again(connected, message, push, wait)
        raise
    return partial(_sent, connected, message, _keep(account, letter))


def gave_up(connected: Connected, push: Push) -> None:
    """The message failed, with the server's words; a person may retry."""
    message = Message.objects.filter(pk=push.subject_id).first()
    if message is not None and is_queued(message.pk):
        sending.report(actor=connected.actor, message=message, state=State.FAILED, words=push.last_error)


def written(account: Account, message: Message) -> Letter:
    """The mail that `message` goes out as. Raises Failed where it can go to nobody."""
    conversation, identity = message.conversation, message.conversation.identity
    if identity is None or "@" not in identity.value:
        raise Failed(f"{conversation.contact} has no e-mail address in this conversation.")
    if not identity.value.isascii() and not identity.value.partition("@")[0].isascii():
        raise Failed(f"Mail to {identity.value} needs a server that takes addresses in other scripts (SMTPUTF8).")
    try:
        must_be_reachable(conversation.contact, identity, conversation.wall)
    except Conflict as refusal:
        raise Failed(refusal.message) from refusal
    before = _before(message)
    answered = next((each for each in before if each.direction == Message.Direction.INBOUND), next(iter(before), None))
    subject = message.subject or conversation.subject
    return Letter(
        sender=(account.display_name, account.address),
        to=(conversation.contact.name, identity.value),
        subject=answer_to(subject) if message.position > 1 else subject,
        body=message.body,
        message_id=message.external_id or f"{message.pk.hex}.parley@{account.address.partition('@')[2]}",
        written_at=message.occurred_at,
        in_reply_to=(answered.external_id or "") if answered is not None else "",
        references=_references(before, answered) if answered is not None else (),
        signature=account.signature,
        quote=_quote(conversation.contact.name or identity.value, answered) if account.quotes else None,
    )


def _before(message: Message) -> list[Message]:
    """What was said in the thread before `message`, the newest first: what other programs know by its id."""
    rows = Message.objects.filter(
        conversation=message.conversation_id, position__lt=message.position, external_id__isnull=False
    ).exclude(external_id__endswith=MADE_UP)  # fmt: skip
    return list(rows.defer("html", "search").order_by("-occurred_at", "-position")[:100])


def _references(before: list[Message], answered: Message) -> list[str]:
    """RFC 5322, 3.6.4: what the answered mail refers to, and itself; and what was said here meanwhile."""
    kept = {str(name).lower(): str(value) for name, value in answered.headers}
    ids = [each for name in ("references", "in-reply-to") for each in message_ids(kept.get(name, ""))]
    here = [each.external_id or "" for each in reversed(before)]
    ordered = dict.fromkeys(each for each in (*ids, *here) if each != answered.external_id)
    return [*ordered, answered.external_id or ""]


def _quote(author: str, answered: Message | None) -> Quote | None:
    if answered is None or answered.direction != Message.Direction.INBOUND:
        return None
    return Quote(author, answered.occurred_at, answered.body)


def _sent(connected: Connected, message: Message, words: str) -> str:
    sending.report(actor=connected.actor, message=message, state=State.SENT, words="")
    return words


def _say_again(connected: Connected, message: Message, push: Push, wait: Unreachable) -> None:
    """Told on the message, so that whoever wrote it knows. After the last try it has failed."""
    if push.attempts >= len(PAUSES):
        raise Failed(f"{wait} It was tried {push.attempts} times.") from wait
    again = f"{wait} It is tried again in {_length(PAUSES[push.attempts - 1])}."
    with transaction.atomic():
        if is_queued(message.pk):
            sending.report(actor=connected.actor, message=message, state=State.QUEUED, words=again)


def _length(seconds: int) -> str:
    for size, name in ((3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds} seconds"


def _is_kept(account: Account, letter: Letter) -> bool:
    if not account.saves_sent:
        return False
    try:
        with opened(account.imap) as box:
            folder = box.sent_folder()
            return folder is not None and box.holds(folder, letter.message_id)
    except (Refused, Unreachable):  # an answer does not wait for a mailbox that cannot be looked into
        return False


def _keep(account: Account, letter: Letter) -> str:
    """A copy among what was sent, unless the server put one there itself; what became of it, in words. The mail is
    sent, whatever happens here."""
    to = letter.to[1]
    if not account.saves_sent:
        return f"Sent to {to}."
    try:
        with opened(account.imap) as box:
            folder = box.sent_folder()
            if folder is None:
                return f"Sent to {to}. The mailbox has no folder for what was sent, so no copy is there."
            if not box.holds(folder, letter.message_id):
                box.keep(folder, letter.source(), letter.written_at)
    except (Refused, Unreachable) as error:
        return f"Sent to {to}. No copy could be kept in the mailbox: {error}"
    return f"Sent to {to}."
