"""The pages of the inbox, the board and the contacts."""

from typing import Any
from uuid import UUID

from clients.models import Client
from contacts.models import Contact, Identity, Likeness, Merge, Segment, Suppression, Upload
from deals.models import Deal, Stage
from inbox.composing.models import CannedReply
from inbox.intents.learning.models import LearnedModel
from inbox.models import Attachment, Conversation, FollowUp, Message
from tests.walls.ways import (
    ADMIN,
    CHANGES_FOR_ALL,
    CHOSEN,
    HAD_BY_TEAM,
    MINE,
    SEEN,
    SEES_ALL,
    SHARED_ROW,
    TEAM,
    WRITES,
    Way,
    form,
    of_all,
    page,
    pick,
    verb,
)  # fmt: skip

DUE = "2031-05-06T09:00:00Z"
WINDOW = str(UUID(int=7))
SENT = pick(Message, direction="outbound")
ADDRESS = pick(Identity, contact=Contact)
STRANGER = pick(Contact, name__startswith="Stranger")
REPLY: dict[str, Any] = {"needs": (HAD_BY_TEAM,), "then": (WRITES, CHANGES_FOR_ALL)}
FOR: dict[str, Any] = {"for": Client}
MERGE = pick(Merge, winner=Contact)
LAYOUT = pick(Message, conversation=Conversation)
ASKED: dict[str, Any] = {"needs": (WRITES, SEEN)}

INBOX: dict[str, Way] = {
    "inbox": page(split="all"),
    "inbox/new": form(posts=(CHOSEN,), contact=Contact, channel="email", body="Hello", subject="Hi", token=WINDOW),
    "inbox/<uuid:pk>": page(Conversation),
    "inbox/<uuid:pk>/head": page(Conversation),
    "inbox/<uuid:pk>/person": page(Conversation),
    "inbox/<uuid:pk>/timeline": page(Conversation),
    "inbox/<uuid:pk>/since": page(Conversation, position="0"),
    "inbox/<uuid:pk>/others": page(Conversation),
    "inbox/<uuid:pk>/canned": page(Conversation),
    "inbox/<uuid:pk>/reply": verb(Conversation, body="Hello", token=WINDOW),
    "inbox/<uuid:pk>/draft": verb(Conversation, kind="reply", body="Hm", seen="1", token=WINDOW),
    "inbox/<uuid:pk>/notes": verb(Conversation, body="Hm", token=WINDOW),
    "inbox/<uuid:pk>/here": verb(Conversation, window=WINDOW),
    "inbox/<uuid:pk>/left": verb(Conversation, window=WINDOW),
    "inbox/<uuid:pk>/close": verb(Conversation),
    "inbox/<uuid:pk>/reopen": verb(Conversation),
    "inbox/<uuid:pk>/snooze": verb(Conversation, until=DUE),
    "inbox/<uuid:pk>/assign": verb(Conversation, to=""),
    "inbox/<uuid:pk>/intent": verb(Conversation, intent="booking"),
    "inbox/<uuid:pk>/read": verb(Conversation),
    "inbox/<uuid:pk>/unread": verb(Conversation),
    "inbox/<uuid:pk>/settle": verb(Conversation),
    "inbox/<uuid:pk>/labels": verb(Conversation, **ASKED, name="Hot"),
    "inbox/<uuid:pk>/next/snooze": verb(Conversation, **ASKED, status=(409,), message=Message),
    "inbox/<uuid:pk>/next/follow-up": verb(Conversation, **ASKED, status=(409,), message=Message),
    "inbox/<uuid:pk>/next/person": verb(Conversation, **ASKED, status=(409,), message=Message),
    "inbox/<uuid:pk>/next/not-now": verb(Conversation, **ASKED, status=(409,), message=Message, key="time"),
    "inbox/<uuid:pk>/next/follow-up-and-move": verb(Conversation, **ASKED, status=(409,), message=Message),
    "inbox/fresh": page(row=[Conversation], new=[Conversation]),
    "inbox/bulk": verb(id=[Conversation], do="close"),
    "inbox/bulk/count": page(needs=(WRITES,)),
    "inbox/follow-ups/new": verb(needs=(WRITES, CHOSEN), contact=Contact, due_at=DUE),
    "inbox/follow-ups/of/<uuid:contact_pk>": page(Contact),
    "inbox/follow-ups/<uuid:pk>/done": verb(FollowUp),
    "inbox/follow-ups/<uuid:pk>/change": verb(FollowUp, note="Other"),
    "messages/<uuid:pk>/retry": verb(SENT, status=(409,)),
    "messages/<uuid:pk>/state": page(SENT),
    "messages/<uuid:pk>/html": page(LAYOUT, status=(404,)),
    "attachments/<uuid:pk>": page(Attachment),
    "settings/replies": page(),
    "settings/replies/new": verb(needs=(WRITES, CHOSEN), name="New", body="Hello", **FOR),
    "settings/replies/<uuid:pk>/change": verb(CannedReply, **REPLY, name="New", body="Hello", **FOR),
    "settings/replies/<uuid:pk>/delete": verb(CannedReply, **REPLY),
    "settings/intents": of_all(page()),
    "settings/intents/change": of_all(verb(booking="70")),
    "settings/intents/models/new": of_all(verb(status=(409, 422))),
    "settings/intents/models/<uuid:pk>": page(LearnedModel, needs=(ADMIN, SEES_ALL, SEEN)),
    **{
        f"settings/intents/models/<uuid:pk>/{what}": verb(
            LearnedModel, needs=(ADMIN, SEES_ALL, SEEN), then=(), status=(303, 409)
        )
        for what in ("on", "off", "again", "discard")
    },
    "settings/intents/llm": of_all(verb(status=(422,))),
    "settings/intents/llm/try": of_all(verb(status=(303, 409))),
}

BOARD: dict[str, Way] = {
    "board": page(),
    "board/columns": page(),
    "board/columns/<slug:key>": page("new"),
    "board/columns/<slug:key>/fold": verb("new", then=(), folded="yes"),
    "board/cards": page(deal=[Deal]),
    "board/mentions/<uuid:contact_pk>": page(Contact),
    "board/move": verb(needs=(SEEN,), deal=Deal, stage="contacted"),
    "board/several/move": page(needs=(WRITES, SEEN), deal=[Deal]),
    "board/several/owner": form(needs=(SEEN,), deal=[Deal], owner=""),
    "board/several/follow-up": form(needs=(SEEN,), deal=[Deal], due_at=DUE),
    "board/several/delete": form(needs=(SEEN,), deal=[Deal]),
    "board/deals/new": form(posts=(CHOSEN,), contact=Contact, title="New", stage="new"),
    "board/deals/<uuid:pk>": page(Deal),
    "board/deals/<uuid:pk>/move": page(Deal, needs=(WRITES, SEEN)),
    "board/deals/<uuid:pk>/change": verb(Deal, title="Other"),
    "board/deals/<uuid:pk>/delete": verb(Deal),
    "settings/stages": of_all(page()),
    "settings/stages/new": of_all(verb(name="More", kind="open", probability="10")),
    "settings/stages/order": of_all(verb(needs=(SHARED_ROW,), stage=Stage, position="1")),
    "settings/stages/<uuid:pk>": of_all(verb(Stage, needs=(SHARED_ROW,), name="Other", kind="open", probability="10")),
    "settings/stages/<uuid:pk>/delete": of_all(verb(Stage, needs=(SHARED_ROW,), into="contacted")),
}

CONTACTS: dict[str, Way] = {
    "contacts": page(),
    "contacts/choices": page(search="of"),
    "contacts/new": form(posts=(CHOSEN,), first_name="New", client_id=Client),
    "contacts/bulk": verb(id=[Contact], owner=""),
    "contacts/bulk/count": page(needs=(WRITES,)),
    "contacts/segments": page(),
    "contacts/segments/new": verb(status=(422,), name="New"),
    "contacts/segments/<uuid:pk>/change": verb(Segment, name="Other"),
    "contacts/segments/<uuid:pk>/delete": verb(Segment),
    "contacts/export": page(),
    "contacts/duplicates": page(),
    "contacts/duplicates/<uuid:pk>/dismiss": verb(Likeness),
    "contacts/imports/new": form(status=(422,)),
    "contacts/imports/<uuid:pk>": page(Upload, needs=(WRITES, MINE), status=(200, 303)),
    "contacts/imports/<uuid:pk>/preview": verb(Upload, needs=(WRITES, MINE)),
    "contacts/imports/<uuid:pk>/start": verb(Upload, needs=(MINE,), status=(*range(200, 400), 409, 422)),
    "contacts/imports/<uuid:pk>/failed": page(Upload, needs=(MINE,)),
    "contacts/<uuid:pk>": page(Contact),
    "contacts/<uuid:pk>/timeline": page(Contact),
    "contacts/<uuid:pk>/change": verb(Contact, name="Other"),
    "contacts/<uuid:pk>/fields": verb(Contact, name="size", value="3"),
    "contacts/<uuid:pk>/labels": verb(Contact, name="Hot"),
    "contacts/<uuid:pk>/lift": verb(Contact, then=(WRITES, ADMIN)),
    "contacts/<uuid:pk>/delete": verb(Contact),
    "contacts/<uuid:pk>/addresses": verb(Contact, kind="email", address="new@example.com"),
    "contacts/<uuid:pk>/addresses/<uuid:identity_pk>/remove": verb(Contact, ADDRESS, status=(409,)),
    "contacts/<uuid:pk>/addresses/<uuid:identity_pk>/primary": verb(Contact, ADDRESS),
    "contacts/<uuid:pk>/merge": form(Contact, other=STRANGER),
    "contacts/<uuid:pk>/merges": page(Contact),
    "contacts/<uuid:pk>/merges/<uuid:merge_pk>/apart": form(Contact, MERGE),
}

SUPPRESSION: dict[str, Way] = {
    "settings/suppression": page(needs=(TEAM,)),
    "settings/suppression/add": verb(needs=(TEAM, CHOSEN), addresses="gone2@example.com", **FOR),
    "settings/suppression/export": page(needs=(TEAM,)),
    "settings/suppression/<uuid:pk>/lift": verb(Suppression, then=(WRITES, ADMIN)),
}

ROOMS: dict[str, Way] = {**INBOX, **BOARD, **CONTACTS, **SUPPRESSION}
