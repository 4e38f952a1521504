"""What becomes of a client's conversations when it goes. They follow their people; where the people are erased, what
was said is blanked, and that it was said stays provable."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Exists, F, Model, OuterRef, Q

from accounts.models import IdempotentRequest
from activity.log import record_all
from activity.models import RunRow, Undo
from activity.types import EventType
from clients.leaving.contract import AT_ONCE, File, Moved, Owned, Part, Work, register
from clients.leaving.family import ties
from clients.leaving.models import Leaving
from clients.leaving.names import free
from clients.leaving.writing import as_lines
from clients.models import Client
from contacts.models import Contact
from inbox.composing.models import CannedReply, Note
from inbox.erasure import erase
from inbox.intents.llm.models import LlmWork
from inbox.models import (
    Attachment,
    Conversation,
    ConversationLabel,
    FollowUp,
    IntentTag,
    IntentWork,
    Message,
    MessageDelivery,
)

PEOPLE = 20
FILES = 4
_TRACES = "traces"
_ID = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


class Conversations(Part):
    place = 30

    def owned(self, client: Client) -> list[Owned]:
        return [
            Owned("conversations", Conversation.objects.filter(client=client).count()),
            Owned("messages", Message.objects.filter(client=client).count()),
            Owned("follow-ups", FollowUp.objects.filter(client=client).count()),
            Owned("canned replies", CannedReply.objects.filter(client=client).count()),
        ]

    def moving(self, work: Work, rows: Moved) -> None:
        """An outside id without a connection counts within a client: where the target has it, theirs is the one that is
        found by it."""
        theirs = Conversation.objects.filter(
            wall=work.leaving.wall, connection=None, external_id=OuterRef("external_id")
        )
        mine = Conversation.objects.filter(Exists(theirs), pk__in=rows.get(Conversation, []), connection=None)
        mine.update(external_id=None)
        said = Message.objects.filter(wall=work.leaving.wall, connection=None, external_id=OuterRef("external_id"))
        here = Message.objects.filter(Exists(said), pk__in=rows.get(Message, []), connection=None)
        here.filter(moved_from=None).update(moved_from=work.client_id)

    def moved(self, work: Work, rows: Moved) -> None:
        there = Conversation.objects.filter(pk__in=rows.get(Conversation, []))
        changed = {"changed_fields": ["client_id"]}
        record_all(
            work.actor,
            [(EventType.CONVERSATION_UPDATED, one, {"contact_id": one.contact_id, **changed}) for one in there],
        )
        work.done(sum(len(rows.get(model, [])) for model in (Conversation, Message, FollowUp)))

    def move(self, work: Work) -> int:
        rows = list(CannedReply.objects.filter(client=work.client_id).order_by("pk")[:AT_ONCE])
        for row in rows:
            wall = work.leaving.wall
            name = free(CannedReply, "name", row.name, wall)
            taken = row.shortcut and CannedReply.objects.filter(wall=wall, shortcut__iexact=row.shortcut).exists()
            CannedReply.objects.filter(pk=row.pk).update(
                client=work.target_id, name=name, shortcut="" if taken else row.shortcut, version=F("version") + 1
            )
            if name != row.name:
                work.tell(f"The canned reply “{row.name}” is now called “{name}”: there was one of its name.", row.pk)
            else:
                work.done(1)
        return len(rows)

    def files(self, leaving: Leaving) -> Iterable[File]:
        client = leaving.client_id
        yield File("conversations.jsonl", Conversation.objects.filter(client=client), as_lines)
        labels = ConversationLabel.objects.filter(conversation__client=client)
        yield File("conversation_labels.jsonl", labels, as_lines)
        yield File("messages.jsonl", Message.objects.filter(client=client).defer("search"), as_lines)
        yield File("deliveries.jsonl", MessageDelivery.objects.filter(message__client=client), as_lines)
        yield File("intents.jsonl", IntentTag.objects.filter(message__client=client), as_lines)
        yield File("notes.jsonl", Note.objects.filter(client=client).defer("search"), as_lines)
        yield File("follow_ups.jsonl", FollowUp.objects.filter(client=client), as_lines)
        yield File("canned_replies.jsonl", CannedReply.objects.filter(client=client), as_lines)
        files = Attachment.objects.filter(message__client=client)
        yield File("attachments.jsonl", files.defer("content"), as_lines)
        yield File("attachments", files, _contents, at_once=FILES)

    def erase(self, work: Work) -> int:
        return _erase_people(work) or _forget_traces(work) or _forget_words(work)


def _erase_people(work: Work) -> int:
    people = Contact.objects.filter(client=work.client_id, erased_at=None, merged_into=None).order_by("pk")
    found = list(people.defer("search")[:PEOPLE])
    for one in found:
        erase(actor=work.actor, contact=one)
    if found and not work.leaving.kept.get(_TRACES):
        work.leaving.kept[_TRACES] = True
        work.leaving.save(update_fields=["kept"])
    return work.done(len(found))


def _forget_traces(work: Work) -> int:
    """What runs of the past said of the people who were erased, what could still be taken back, what requests were
    answered with: all of it names them by their ids. Once, when the last of them is erased: nothing of it has an
    index by what it names."""
    if not work.leaving.kept.pop(_TRACES, False):
        return 0
    work.leaving.save(update_fields=["kept"])
    workspace = work.leaving.workspace_id
    said = RunRow.objects.filter(workspace=workspace).exclude(words="", before={})
    for model in _tables():
        said.filter(subject_id__in=model._base_manager.filter(client=work.client_id).values("pk")).update(
            words="", before={}
        )
    with connection.cursor() as cursor:
        for told, column in ((Undo, "data"), (IdempotentRequest, "body")):
            cursor.execute(_naming(told, column), {"workspace": workspace, "client": work.client_id, "id": _ID})
    return 1


def _tables() -> list[type[Model]]:
    """Of people, and of all that hangs on them."""
    return sorted({Contact, *(tie.child for tie in ties())}, key=lambda model: model._meta.db_table)


def _naming(told: type[Model], column: str) -> str:
    """SQL that drops what has the id of a row of the client in its text."""
    table = told._meta.db_table
    theirs = " UNION ALL ".join(
        f"SELECT id FROM {model._meta.db_table} WHERE client_id = %(client)s"  # noqa: S608
        for model in _tables()
    )
    return f"""
        DELETE FROM {table} WHERE id IN (
            SELECT told.id FROM {table} told, regexp_matches(told.{column}::text, %(id)s, 'gi') found
            JOIN ({theirs}) theirs ON theirs.id = found[1]::uuid
            WHERE told.workspace_id = %(workspace)s
        )
    """  # noqa: S608


def _forget_words(work: Work) -> int:
    """What the team keeps for the client, and what went wrong in words."""
    gone, _ = CannedReply.objects.filter(client=work.client_id).delete()
    for model in (IntentWork, LlmWork):
        model.objects.filter(~Q(last_error=""), message__client=work.client_id).update(last_error="")
    return gone


def _contents(name: str, files: Sequence[Attachment]) -> Iterable[tuple[str, bytes]]:
    for file in files:
        yield f"{name}/{file.pk}{_ending(file.name)}", bytes(file.content)


def _ending(name: str) -> str:
    """The file's kind, so that it opens; its name stands in the list of attachments."""
    ending = name.rpartition(".")[2]
    return f".{ending}" if ending != name and ending.isascii() and ending.isalnum() and len(ending) <= 8 else ""


register(Conversations())
