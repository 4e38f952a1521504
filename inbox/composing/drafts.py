"""Drafts: what a member has written and not sent, kept on the server for whichever browser they open next."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from crm.errors import Invalid
from crm.text import storable
from inbox.composing.models import KeptDraft, Note, Press
from inbox.messages import lock
from inbox.models import Conversation

LONGEST = 100_000
Kind = KeptDraft.Kind


@transaction.atomic
def keep(*, actor: Actor, conversation: Conversation, kind: str, body: str, seen: int, token: UUID) -> bool:
    """Keep what is written now; the last writer wins, an empty text takes the draft away. Whether one stands.

    One whose `token` was sent meanwhile is not kept: it would come back as a draft of what is said already.
    """
    actor.must_write()
    member = _member(actor)
    if kind not in Kind.values:
        raise Invalid(fields={"kind": ["A draft is of a reply or of a note."]})
    if not body.strip():
        _of(member, conversation, kind).delete()
        return False
    if len(body) > LONGEST:
        raise Invalid(fields={"body": [f"At most {LONGEST:,} characters."]})
    # A send of the same draft, or an erasure, has either been seen here or deletes what is kept here.
    conversation = lock(conversation)
    if _went_out(member, conversation, token):
        return False
    KeptDraft.objects.update_or_create(
        member=member, conversation=conversation, kind=kind,
        defaults={
            "workspace": actor.workspace, "body": storable(body), "seen": seen, "token": token,
            "saved_at": timezone.now(),
        },
    )  # fmt: skip
    return True


def kept(actor: Actor, conversation: Conversation) -> dict[str, KeptDraft]:
    """The actor's drafts in `conversation`, by their kind."""
    if actor.membership is None:
        return {}
    rows = KeptDraft.objects.filter(member=actor.membership, conversation=conversation)
    return {row.kind: row for row in rows}


def sent(actor: Actor, conversation: Conversation, kind: str = Kind.REPLY) -> None:
    """The words are out: the draft is no more."""
    if actor.membership is not None:
        _of(actor.membership, conversation, kind).delete()


def _of(member: Membership, conversation: Conversation, kind: str) -> QuerySet[KeptDraft]:
    return KeptDraft.objects.filter(member=member, conversation=conversation, kind=kind)


def _went_out(member: Membership, conversation: Conversation, token: UUID) -> bool:
    said = Press.objects.filter(sender=member.pk, token=token)
    return said.exists() or Note.objects.filter(conversation=conversation, token=token).exists()


def _member(actor: Actor) -> Membership:
    if actor.membership is None:
        raise Invalid("Only a person keeps drafts.")
    return actor.membership
