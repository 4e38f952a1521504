"""How changes of deals are taken back: one way for a move, a change, a deletion, of one deal or of many.

A verb notes how the deals stand before it acts, and offers to put that back. What is put back is what the verb itself
changed: where somebody else changed the same since, nothing is.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.actors import Actor
from activity.models import Undo
from activity.undoing import Touched, offer, undoes
from crm.errors import Conflict, NotFound, Stale
from crm.versions import write
from deals import actions, places
from deals.models import Deal, DealQuerySet, Stage

KIND = "deals"
# Written by `actions.change`; those below follow from a move and are put back after it.
FIELDS = ("title", "value", "currency", "notes", "owner_id", "expected_close_on", "contact_id", "conversation_id")
FROM_MOVE = ("lost_reason", "closed_at", "stage_since")

Standing: TypeAlias = dict[str, Any]


def standing(actor: Actor, pks: Iterable[UUID]) -> list[Standing]:
    """How these deals stand, as JSON can hold it, from the top of their columns down: one query. `above`, `below`: the
    cards beside each, among those that the actor sees."""
    rows = _beside(Deal.objects.ever_visible_to(actor).filter(pk__in=list(pks)), actor)
    return [_standing(deal) for deal in rows.select_related("stage").order_by("stage__position", "place")]


def offered(actor: Actor, sentence: str, before: Sequence[Standing]) -> Undo | None:
    """An Undo that puts back what changed of `before`, in the transaction of the change. None where nothing did."""
    changed = changes(actor, before)
    return offer(actor, sentence, kind=KIND, data={"deals": changed}) if changed else None


def changes(actor: Actor, before: Sequence[Standing]) -> list[dict[str, Any]]:
    """Of `before`, what stands otherwise now: what `put_back` takes."""
    now = {one["id"]: one for one in standing(actor, [one["id"] for one in before])}
    return [_difference(one, now[one["id"]]) for one in before if one != now[one["id"]]]


def offered_creation(actor: Actor, sentence: str, deal: Deal) -> Undo | None:
    return offer(actor, sentence, kind=KIND, data={"created": str(deal.pk), "version": deal.version})


@undoes(KIND)
def put_back(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    if "created" in data:
        return [_uncreated(actor, data)]
    changed = data["deals"]
    _lock_columns(actor, changed)
    deals = _locked(actor, [change["id"] for change in changed])
    now = {one["id"]: one for one in standing(actor, deals)}
    for change in changed:
        _check(now.get(change["id"]), change)
    waiting = {change["id"] for change in changed}
    for change in changed:
        waiting.discard(change["id"])
        _put_back(actor, deals[UUID(change["id"])], change, waiting)
    return [Touched("deal", pk) for pk in deals]


def _beside(rows: DealQuerySet, actor: Actor) -> DealQuerySet:
    others = Deal.objects.visible_to(actor).filter(stage=OuterRef("stage"))
    beside: DealQuerySet = rows.annotate(
        above=Subquery(others.filter(place__lt=OuterRef("place")).order_by("-place").values("pk")[:1]),
        below=Subquery(others.filter(place__gt=OuterRef("place")).order_by("place").values("pk")[:1]),
    )
    return beside


def _standing(deal: Any) -> Standing:
    kept = {name: _plain(getattr(deal, name)) for name in (*FIELDS, *FROM_MOVE)}
    return kept | {
        "id": str(deal.pk), "version": deal.version, "deleted": deal.deleted_at is not None, "stage": deal.stage.key,
        "place": deal.place, "above": _plain(deal.above), "below": _plain(deal.below),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)


def _difference(before: Standing, after: Standing) -> dict[str, Any]:
    """What was and what is, of that which changed. Where it stood is kept whole."""
    names = [name for name in (*FIELDS, *FROM_MOVE, "deleted", "stage") if before[name] != after[name]]
    return {
        "id": before["id"],
        "before": {name: before[name] for name in (*names, "stage", "place", "above", "below")},
        "after": {name: after[name] for name in (*names, "place", "above", "below")},
    }


def _uncreated(actor: Actor, data: dict[str, Any]) -> Touched:
    deal = Deal.objects.visible_to(actor).filter(pk=data["created"]).first()
    if deal is None:
        raise NotFound("This deal is not there any more.")
    try:
        actions.delete(actor=actor, deal=deal, version=data["version"])
    except Stale:
        raise Conflict(f"“{deal.title}” was changed since it was created. Delete it from its panel.") from None
    return Touched("deal", deal.pk)


def _lock_columns(actor: Actor, changes: Iterable[dict[str, Any]]) -> None:
    """Columns before their deals, from left to right: as every move does."""
    keys = {change["before"]["stage"] for change in changes}
    for stage in Stage.objects.visible_to(actor).filter(key__in=keys).order_by("position"):
        places.lock(stage)


def _locked(actor: Actor, pks: Iterable[str]) -> dict[UUID, Deal]:
    rows = Deal.objects.ever_visible_to(actor).filter(pk__in=list(pks)).order_by("pk")
    return {deal.pk: deal for deal in rows.select_for_update()}


def _check(now: Standing | None, change: dict[str, Any]) -> None:
    """Raise Conflict where it stands otherwise than the change left it. A card that was moved within its column stands
    where it was left as long as it has one of the neighbours it had then."""
    if now is None:
        raise NotFound("One of these deals is not there any more. Nothing was taken back.")
    left = change["after"]
    fields = left.keys() - {"place", "above", "below"}
    if now["deleted"] and not left.get("deleted"):
        raise Conflict(f"“{now['title']}” was deleted since. Nothing was taken back.", code="changed_since")
    replaced = not fields and not any(now[side] == left[side] for side in ("above", "below"))
    if replaced or any(now[name] != left[name] for name in fields):
        raise Conflict(f"“{now['title']}” was changed since. Nothing was taken back.", code="changed_since")


def _put_back(actor: Actor, deal: Deal, change: dict[str, Any], waiting: set[str]) -> None:
    """waiting: those that are put back after it, and until then stand where nobody goes by them."""
    before, after = change["before"], change["after"]
    if after.get("deleted"):
        actions.restore(actor=actor, deal=deal)
        return
    fields = {name: _read(name, before[name]) for name in FIELDS if name in after}
    if fields:
        actions.change(actor=actor, deal=deal, **fields)
    if "stage" in after or before["place"] != after["place"]:
        moved = actions.move(actor=actor, deal=deal, stage=before["stage"], **_where(actor, before, waiting))
        write(moved, **{name: _read(name, before[name]) for name in FROM_MOVE if name in after})


def _where(actor: Actor, before: dict[str, Any], waiting: set[str]) -> dict[str, Any]:
    """Below the card it stood below, else above the one it stood above, where these are still there; else the top."""
    column = Deal.objects.visible_to(actor).filter(stage__key=before["stage"])
    for side, neighbour in (("after", before["above"]), ("before", before["below"])):
        if neighbour and neighbour not in waiting and column.filter(pk=neighbour).exists():
            return {side: UUID(neighbour)}
    return {}


def _read(name: str, value: Any) -> Any:
    column: Any = Deal._meta.get_field(name)
    return column.to_python(value)
