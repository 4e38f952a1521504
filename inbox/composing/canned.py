"""Canned replies: words to begin with, made by the team for everybody or for one client."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from activity.undoing import Touched, undoes
from clients.models import Client
from crm.errors import Conflict, Invalid, NotAllowed
from crm.references import referred
from crm.text import storable
from crm.versions import expect, write
from inbox.composing import variables
from inbox.composing.models import CannedReply
from inbox.models import Conversation

MOST_OFFERED = 30
LONGEST = {"name": 120, "shortcut": 40, "body": 20_000}
_SHORTCUT = re.compile(r"[\w-]*")


@transaction.atomic
def create(
    *, actor: Actor, name: str, body: str, shortcut: str = "", client_id: UUID | str | None = None
) -> CannedReply:
    """A new one, of one client or of the whole team. Raises Invalid for what cannot be used, Conflict where its name or
    shortcut is taken there."""
    _must_be_on_team(actor)
    fields = _checked(actor, name=name, body=body, shortcut=shortcut, client_id=client_id)
    reply = CannedReply(workspace=actor.workspace, **fields)
    with _once():
        reply.save(force_insert=True)
    record(actor, EventType.CANNED_REPLY_CREATED, reply, name=reply.name)
    return reply


@transaction.atomic
def change(*, actor: Actor, reply: CannedReply, version: int | None = None, **fields: Any) -> None:
    """Change all of it. Raises Stale where it is no longer at `version`."""
    _must_be_on_team(actor)
    _must_be_theirs(actor, reply.client_id)
    expect(reply, version)
    checked = _checked(actor, **fields)
    with _once():
        changed = write(reply, **checked)
    if changed:
        record(actor, EventType.CANNED_REPLY_UPDATED, reply, name=reply.name, changed_fields=changed)


@transaction.atomic
def delete(*, actor: Actor, reply: CannedReply) -> dict[str, Any]:
    """Delete it, and return what `restore` needs to bring it back."""
    _must_be_on_team(actor)
    _must_be_theirs(actor, reply.client_id)
    fields = {"name": reply.name, "shortcut": reply.shortcut, "body": reply.body}
    pk, client = reply.pk, reply.client_id
    record(actor, EventType.CANNED_REPLY_DELETED, reply, name=reply.name)
    reply.delete()
    return {**fields, "id": str(pk), "client_id": str(client) if client else None}


@undoes("canned_reply.deleted")
def restore(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    fields = _checked(actor, **{name: data[name] for name in ("name", "shortcut", "body", "client_id")})
    reply = CannedReply(pk=UUID(data["id"]), workspace=actor.workspace, **fields)
    with _once():
        reply.save(force_insert=True)
    record(actor, EventType.CANNED_REPLY_CREATED, reply, name=reply.name)
    return [Touched("canned_reply", reply.pk)]


def for_conversation(actor: Actor, conversation: Conversation, search: str = "") -> list[CannedReply]:
    """Those that can be used in `conversation`, by name; what the search begins is first."""
    rows: QuerySet[CannedReply] = CannedReply.objects.visible_to(actor).filter(
        Q(client=None) | Q(client=conversation.client_id)
    )
    words = search.split()
    for word in words:
        rows = rows.filter(Q(name__icontains=word) | Q(shortcut__icontains=word) | Q(body__icontains=word))
    found = list(rows.select_related("client").order_by("name", "pk")[: 4 * MOST_OFFERED])
    start = search.strip().casefold()
    found.sort(key=lambda one: not (one.shortcut.casefold().startswith(start) or one.name.casefold().startswith(start)))
    return found[:MOST_OFFERED]


def may_change(actor: Actor, reply: CannedReply) -> bool:
    return actor.can_write and actor.on_team and (actor.clients is None or reply.client_id in actor.clients)


def _must_be_on_team(actor: Actor) -> None:
    actor.must_write()
    if not actor.on_team:
        raise NotAllowed("Canned replies are the team's.", code="team_only")


def _must_be_theirs(actor: Actor, client_id: UUID | None) -> None:
    if client_id is None:
        actor.must_see_all()


def _checked(actor: Actor, *, name: str, body: str, shortcut: str, client_id: UUID | str | None) -> dict[str, Any]:
    client = referred(Client.objects.visible_to(actor), client_id or None, field="client")
    _must_be_theirs(actor, client.pk if client else None)
    fields = {"name": storable(name).strip(), "shortcut": storable(shortcut).strip().lstrip("/")}
    fields["body"] = storable(body.replace("\r\n", "\n")).strip()
    wrong = {one: [f"At most {most:,} characters."] for one, most in LONGEST.items() if len(fields[one]) > most}
    wrong |= {
        one: [sentence] for one, sentence in (("name", "Give it a name."), ("body", "Write what it says."))
        if not fields[one]
    }  # fmt: skip
    if not _SHORTCUT.fullmatch(fields["shortcut"]):
        wrong["shortcut"] = ["A shortcut is one word of letters, digits, - and _."]
    if wrong:
        raise Invalid(fields=wrong)
    variables.check(fields["body"])
    return {**fields, "client_id": client.pk if client else None}


@contextmanager
def _once() -> Iterator[None]:
    """A taken name or shortcut becomes its sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        what = "shortcut" if "inbox_cannedreply_shortcut" in str(error) else "name"
        raise Conflict(f"There is a canned reply with this {what} already.", code="already_exists") from None
