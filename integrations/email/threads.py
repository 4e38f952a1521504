"""Which mails of a mailbox are one thread, also where the mail that joins them comes last.

Each id that a mail is called by or names is linked with the thread it belongs to; a mail that names ids of two threads
makes them one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from crm.ids import uuid7
from inbox.imports.standing import Standing
from inbox.mail.parse import ParsedMail
from inbox.mail.threads import Threads, ancestors
from inbox.models import Message
from inbox.opening import adopt
from integrations.base import Connected
from integrations.email.known import key
from integrations.models import Link

THREAD = "thread"
# Of an endless thread, so many of its newest ids are looked among for its conversations.
LONGEST = 2_000


def standing(connected: Connected, mails: Sequence[ParsedMail]) -> Standing:
    """The threads of `mails`, and one message of each conversation that they run in already. What joins is kept. A
    constant number of queries, and one for each thread that becomes part of another."""
    threads = Threads()
    for mail in mails:
        threads.join((mail.message_id, *ancestors(mail)))
    ids = list(dict.fromkeys(each for mail in mails for each in (mail.message_id, *ancestors(mail))))
    kept = _linked(connected, ids)
    _join_by(threads, kept)
    numbers = _numbers(connected, threads, ids, kept)
    found = Standing(threads)
    for message_id, conversation_id in _messages(connected, threads, ids, numbers):
        found.remember(message_id, conversation_id)
    return found


def _linked(connected: Connected, ids: Iterable[str]) -> dict[str, UUID]:
    """The thread of each of `ids` that was heard of before."""
    by_key = {key(each): each for each in ids}
    rows = _links(connected).filter(external_id__in=by_key).values_list("external_id", "subject_id")
    return {by_key[external_id]: thread for external_id, thread in rows}


def _join_by(threads: Threads, numbers: Mapping[str, UUID]) -> None:
    first: dict[UUID, str] = {}
    for each, thread in numbers.items():
        threads.join((first.setdefault(thread, each), each))


def _numbers(connected: Connected, threads: Threads, ids: Iterable[str], kept: dict[str, UUID]) -> dict[UUID, str]:
    """Each thread's number, with one of its ids. New ids are linked, and threads that became one get one number."""
    groups: dict[str, list[str]] = {}
    for each in ids:
        groups.setdefault(threads.of(each), []).append(each)
    numbers: dict[UUID, str] = {}
    for group in groups.values():
        known = {kept[each] for each in group if each in kept}
        thread = min(known, default=None) or uuid7()
        if others := known - {thread}:
            _links(connected).filter(subject_id__in=others).update(subject_id=thread)
        numbers[thread] = group[0]
    fresh = [_link(connected, each, thread) for thread, one in numbers.items() for each in groups[threads.of(one)]]
    Link.objects.bulk_create(fresh, ignore_conflicts=True)
    return numbers


def _messages(
    connected: Connected, threads: Threads, ids: Iterable[str], numbers: Mapping[UUID, str]
) -> Iterator[tuple[str, UUID]]:
    """(message id, conversation) of what is here of these threads. A conversation that an import made is from now on
    this connection's: an answer in it is sent."""
    links = _links(connected).filter(subject_id__in=numbers).order_by("-id")
    linked = dict(links.values_list("external_id", "subject_id")[:LONGEST])
    for external_id, thread in linked.items():
        threads.join((numbers[thread], external_id))
    looked_for = {*ids, *linked}
    adopt(actor=connected.actor, wall=connected.wall, connection_id=connected.connection.pk, ids=looked_for)
    messages = Message.objects.filter(
        wall=connected.wall, external_id__in=looked_for, conversation__connection=connected.connection
    )
    # Of several with one person, the first: always the same.
    rows = messages.order_by("conversation_id", "position").values_list("external_id", "conversation_id")
    for message_id, conversation_id in rows:
        if message_id is not None:
            yield message_id, conversation_id


def _links(connected: Connected) -> QuerySet[Link]:
    rows: QuerySet[Link] = Link.objects.filter(connection=connected.connection, kind=THREAD)
    return rows


def _link(connected: Connected, message_id: str, thread: UUID) -> Link:
    return Link(
        workspace_id=connected.workspace.pk, connection=connected.connection, kind=THREAD,
        external_id=key(message_id), subject_id=thread,
    )  # fmt: skip
