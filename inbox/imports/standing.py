"""What is here already when an archive comes: which of its mails, and which conversations its threads go on in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, Func, JSONField, Value

from inbox.channels import Channel
from inbox.mail.headers import message_ids
from inbox.mail.threads import Threads
from inbox.models import Message

# Strict: otherwise each pair of a header's name and value would be taken apart before it is looked at.
ANSWERED = 'strict $[*] ? (@[0] like_regex "^(in-reply-to|references)$" flag "i") [1]'
CHUNK = 2_000


@dataclass
class Standing:
    """`known`: ids of the archive's mails that are messages here. Of each conversation a thread runs in, one message is
    remembered: there may be several, one for each person."""

    threads: Threads
    known: set[str] = field(default_factory=set)
    _ends: dict[str, dict[UUID, str]] = field(default_factory=lambda: defaultdict(dict))

    def remember(self, message_id: str, conversation_id: UUID) -> None:
        self._ends[self.threads.of(message_id)].setdefault(conversation_id, message_id)

    def messages_of_thread(self, message_id: str) -> tuple[str, ...]:
        """One message of each conversation that this mail's thread runs in."""
        return tuple(self._ends.get(self.threads.of(message_id), {}).values())


def standing(wall: UUID, threads: Threads, ids: set[str]) -> Standing:
    """Compares the archive with every mail on this side of the `wall` (a client, or the workspace itself). `threads`
    are joined by what the mails that are here say of them: Sent may have been taken in before Inbox, the answers
    before what they answer."""
    found = Standing(threads)
    related: list[tuple[str, UUID]] = []
    for message_id, conversation_id, answered in _mails(wall):
        if message_id in ids:
            found.known.add(message_id)
        if any(each in threads for each in (message_id, *answered)):
            threads.join((message_id, *answered))
            related.append((message_id, conversation_id))
    for message_id, conversation_id in related:
        found.remember(message_id, conversation_id)
    return found


def _mails(wall: UUID) -> Iterator[tuple[str, UUID, tuple[str, ...]]]:
    answered = Func(
        F("headers"),
        Value(ANSWERED),
        template="jsonb_path_query_array(%(expressions)s::jsonpath, '{}', silent => true)",
        output_field=JSONField(),
    )
    mails = (
        Message.objects.filter(
            wall=wall, connection=None, conversation__channel=Channel.EMAIL, external_id__isnull=False
        )
        .annotate(answered=answered)
        .values_list("external_id", "conversation_id", "answered")
    )
    for message_id, conversation_id, values in mails.iterator(chunk_size=CHUNK):
        yield message_id, conversation_id, tuple(_ids(values))


def _ids(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from message_ids(value)
