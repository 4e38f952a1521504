"""Notes: what the team tells itself about a conversation, and who was named in them."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, Role
from activity.log import record
from activity.types import EventType
from crm.errors import NotAllowed
from inbox.composing import drafts
from inbox.composing.models import KeptDraft, Mention, Note
from inbox.messages import lock
from inbox.models import Conversation
from inbox.sending import written

LONGEST = 20_000


class Part(NamedTuple):
    """A stretch of a note's text; `named`: it is the name of somebody who was mentioned."""

    text: str
    named: bool


@transaction.atomic
def write(*, actor: Actor, conversation: Conversation, body: str, token: UUID | None = None) -> tuple[Note, bool]:
    """A new note, and True; the same press again answers with the first, and False. Each member who is named in it as
    “@Anna Agent” and may see the conversation gets a mention.

    Raises Invalid for an empty or endless text, NotAllowed for whoever is not of the team.
    """
    actor.must_write()
    must_be_on_team(actor)
    text = written(body, longest=LONGEST)
    conversation = lock(conversation)  # an erasure of the person comes before this note, or blanks it
    known = Note.objects.filter(conversation=conversation, token=token).first() if token else None
    if known is not None:
        return known, False
    note = Note.objects.create(
        workspace_id=conversation.workspace_id, client_id=conversation.client_id, conversation=conversation, body=text,
        author=actor.membership, author_name=actor.name[:200], token=token or uuid4(), created_at=actor.now,
    )  # fmt: skip
    named = mentioned(text, mentionable(conversation))
    Mention.objects.bulk_create(Mention(workspace_id=note.workspace_id, note=note, member=one) for one in named)
    drafts.sent(actor, conversation, KeptDraft.Kind.NOTE)
    record(
        actor, EventType.NOTE_CREATED, note, conversation_id=conversation.pk, contact_id=conversation.contact_id,
        mentions=sorted(str(one.pk) for one in named),
    )  # fmt: skip
    return note, True


def must_be_on_team(actor: Actor) -> None:
    if not actor.on_team:
        raise NotAllowed("Notes are for the team alone.", code="team_only")


def mentionable(conversation: Conversation) -> list[Membership]:
    """The members who may see `conversation` and its notes, by name."""
    members = Membership.objects.filter(
        workspace=conversation.workspace_id, is_active=True, user__is_active=True
    ).exclude(role=Role.VIEWER)
    may = members.filter(Q(all_clients=True) | Q(client_access__client=conversation.client_id))
    return sorted(may.select_related("user").distinct(), key=lambda member: str(member.user).casefold())


def mentioned(text: str, members: Iterable[Membership]) -> list[Membership]:
    """Those of `members` who are named in `text` with an @ before their whole name."""
    members = list(members)
    said = {match[1].casefold() for match in _names([str(one.user) for one in members]).finditer(text)}
    return [one for one in members if str(one.user).casefold() in said]


def parts(text: str, names: Sequence[str]) -> list[Part]:
    """`text` cut so that each “@Name” of `names` stands alone."""
    found, end = [], 0
    for match in _names(names).finditer(text):
        found += [Part(text[end : match.start()], named=False), Part(match[0], named=True)]
        end = match.end()
    return [part for part in [*found, Part(text[end:], named=False)] if part.text]


def unseen_mentions(actor: Actor) -> QuerySet[Mention]:
    """The notes in which the actor was named and that they have not opened since, newest first; with the note and whom
    its conversation is with."""
    rows = Mention.objects.filter(member=actor.membership, seen_at=None, note__in=Note.objects.visible_to(actor))
    return rows.select_related("note__conversation__contact").order_by("-note__created_at", "-pk")


def see_mentions(*, actor: Actor, conversation: Conversation) -> int:
    """The actor looks at `conversation`: what named them in its notes is seen. How many those were."""
    rows = Mention.objects.filter(member=actor.membership, seen_at=None, note__conversation=conversation)
    return rows.update(seen_at=timezone.now())


def _names(names: Sequence[str]) -> re.Pattern[str]:
    """“@” and one of `names`, the longest that fits, and nothing that goes on with it."""
    longest_first = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    return re.compile(rf"(?<!\w)@({'|'.join(longest_first) or '(?!)'})(?!\w)", re.IGNORECASE)
