"""What of a transcript is here already: taken in before, or said by ourselves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from inbox import outside
from inbox.models import Conversation, Message, OutsideId
from integrations.base import Connected
from integrations.links import link
from integrations.models import Link
from integrations.muro import mapping
from integrations.muro.mapping import Said

NOTE = "note"  # the kind of links between our notes and muro's ids of them


def absent(connected: Connected, conversation: str, said: Sequence[Said]) -> list[Said]:
    """Those messages of a conversation that are not here: neither taken in, nor sent from here, nor a note.

    Their ids are those that they are kept under: muro's own; behind the conversation's where it is a note, or where
    another conversation has a message of this id, in case ids count within a conversation only.
    """
    where, own = _kept(connected, {one.id for one in said}), f"{conversation}/"
    elsewhere = {known for known, other in where.items() if other != conversation}
    named = [
        replace(one, id=own + one.id) if (one.is_note or one.id in elsewhere) and not one.id.startswith(own) else one
        for one in said
    ]
    renamed = {one.id for one in named if one.id.startswith(own)}
    here = where.keys() | (_kept(connected, renamed).keys() | _noted(connected, renamed) if renamed else set())
    return [one for one in named if one.id not in here]


def _noted(connected: Connected, ids: set[str]) -> set[str]:
    rows = Link.objects.filter(connection=connected.connection, kind=NOTE, external_id__in=ids)
    return set(rows.values_list("external_id", flat=True))


def _kept(connected: Connected, ids: set[str]) -> dict[str, str]:
    """Of these ids of messages those that are here, each with muro's id of its conversation."""
    mine = {"connection": connected.connection, "external_id__in": ids}
    came = Message.objects.filter(wall=connected.wall, **mine).order_by()
    sent = OutsideId.objects.filter(**mine).values_list("external_id", "message__conversation__external_id")
    return dict(came.values_list("external_id", "conversation__external_id").union(sent, all=True))


def strange(connected: Connected, conversation: Conversation, missing: Sequence[Said]) -> list[Said]:
    """Those of `missing` that are not our own, heard again before muro told us its ids of them: these are known from
    now on. `conversation` is locked."""
    return [one for one in missing if not _is_ours(connected, conversation, one)]


def _is_ours(connected: Connected, conversation: Conversation, one: Said) -> bool:
    if not one.is_note:
        return one.direction == mapping.OUTBOUND and bool(outside.echoed(conversation, one.body, one.id))
    note = _own_note(connected, conversation, one)
    if note is not None:
        link(connected.connection, NOTE, one.id, note.pk)
    return note is not None


def _own_note(connected: Connected, conversation: Conversation, one: Said) -> Any:
    """The oldest note with these words that was written here and whose id at muro is not known yet."""
    linked = Link.objects.filter(connection=connected.connection, kind=NOTE).values("subject_id")
    ours = conversation.notes.filter(author__isnull=False, body=one.body.strip()).exclude(pk__in=linked)
    return ours.order_by("created_at", "id").first()
