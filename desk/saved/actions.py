"""Keeping a view, naming it anew, sharing it, putting it in its place, and deleting it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from activity.models import Undo
from activity.undoing import Touched, offer, undoes
from crm.errors import Conflict, Invalid, NotAllowed
from crm.versions import write
from desk.models import SavedView, ViewPlace

MOST = 50
LONGEST_NAME = 60
LONGEST_QUERY = 2000


@transaction.atomic
def save(
    *, actor: Actor, room: str, name: str, query: str, client_id: UUID | None = None, shared: bool = False,
    pinned: bool = False,
) -> SavedView:  # fmt: skip
    """A new view of the person's own, or for the team. Raises Conflict where they have one of this name there."""
    if len(query) > LONGEST_QUERY:
        raise Invalid("This filter is too long to be kept. Search for fewer words, then save the view.")
    if shared:
        _must_share(actor, client_id)
    mine = SavedView.objects.filter(workspace=actor.workspace, member=actor.membership, room=room, deleted_at=None)
    if mine.count() >= MOST:
        raise Conflict(f"You have {MOST} views here. Delete one that you do not use.", code="too_many")
    view = SavedView(
        workspace=actor.workspace, member=actor.membership, client_id=client_id, room=room, name=_named(name),
        query=query, shared=shared,
    )  # fmt: skip
    try:
        with transaction.atomic():
            view.save(force_insert=True)
    except IntegrityError:
        raise _taken(view.name) from None
    if pinned:
        pin(actor=actor, view=view, pinned=True)
    return view


@transaction.atomic
def change(*, actor: Actor, view: SavedView, **fields: Any) -> SavedView:
    """Write name, shared or query (with client_id). Only who made it; of what is shared, an admin too."""
    _must_own(actor, view)
    if "name" in fields:
        fields["name"] = _named(fields["name"])
    if fields.get("shared", view.shared):
        _must_share(actor, fields.get("client_id", view.client_id))
    try:
        with transaction.atomic():
            write(view, **fields)
    except IntegrityError:
        raise _taken(fields["name"]) from None
    return view


@transaction.atomic
def delete(*, actor: Actor, view: SavedView) -> Undo | None:
    _must_own(actor, view)
    write(view, deleted_at=timezone.now())
    return offer(actor, f"View “{view.name}” deleted.", kind="desk.view_deleted", data={"view": str(view.pk)})


@undoes("desk.view_deleted")
def bring_back(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    view = SavedView.objects.filter(workspace=actor.workspace, pk=data["view"]).first()
    if view is None or view.deleted_at is None:
        raise Conflict("This view was brought back already.")
    if view.shared:
        _must_share(actor, view.client_id)
    try:
        with transaction.atomic():
            write(view, deleted_at=None)
    except IntegrityError:
        raise _taken(view.name) from None
    return [Touched("view", view.pk)]


def pin(*, actor: Actor, view: SavedView, pinned: bool) -> None:
    """Keep it in sight above the list, or no more: for this person alone."""
    last = ViewPlace.objects.filter(member=actor.membership).count()
    ViewPlace.objects.update_or_create(
        member=actor.membership, view=view, defaults={"pinned": pinned},
        create_defaults={"workspace": actor.workspace, "position": last, "pinned": pinned},
    )  # fmt: skip


@transaction.atomic
def arrange(*, actor: Actor, views: Sequence[SavedView]) -> None:
    """From now on this person finds the views of a room in this order."""
    places = [
        ViewPlace(workspace=actor.workspace, member=actor.membership, view=view, position=position)
        for position, view in enumerate(views)
    ]
    ViewPlace.objects.bulk_create(
        places, update_conflicts=True, unique_fields=["member", "view"], update_fields=["position"]
    )


def may_change(actor: Actor, view: SavedView) -> bool:
    return view.member_id == actor.id or (view.shared and actor.can_write and actor.is_admin)


def may_share(actor: Actor) -> bool:
    return actor.can_write


def _must_own(actor: Actor, view: SavedView) -> None:
    if not may_change(actor, view):
        raise NotAllowed("Somebody else shared this view. Save it under a name of your own to change it.")


def _must_share(actor: Actor, client_id: UUID | None) -> None:
    if not may_share(actor):
        raise NotAllowed("You may keep views for yourself, but not share them.", code="read_only")
    if not actor.sees(client_id):
        raise Invalid("You see only certain clients: choose one of them above the list, then share its view.")


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(fields={"name": [f"Give the view a name of at most {LONGEST_NAME} characters."]})
    return name


def _taken(name: str) -> Conflict:
    return Conflict(f"You have a view “{name}” here already. Choose another name.", code="already_exists")
