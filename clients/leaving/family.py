"""Moving rows to another side of the wall, with all that hangs on them.

The walls themselves say which rows those are: whatever refers to a row within its wall goes with it, in one
transaction, at the end of which every wall stands again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import F, Model, Q
from django.utils import timezone

from accounts.models import Membership
from activity.models import Event
from clients.leaving.contract import Work
from clients.models import ClientAccess
from crm.constraints import WithinSides, WithinWall
from crm.immutable import MOVE_CLIENT, switched

Table = type[Model]
Rows = dict[Table, list[UUID]]


class Tie(NamedTuple):
    """Rows of `child` hang on rows of `parent` by `field`, within one wall."""

    child: Table
    field: str
    parent: Table


@cache
def ties() -> tuple[Tie, ...]:
    return tuple(
        Tie(model, constraint.field, model._meta.get_field(constraint.field).related_model)  # type: ignore[arg-type]
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, WithinWall) and not isinstance(constraint, WithinSides)
    )


@contextmanager
def across() -> Iterator[None]:
    """A stretch of a transaction in which rows may be taken over the wall; at its end every wall stands again."""
    with switched(MOVE_CLIENT), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def move(work: Work, rows: Rows) -> None:
    """Move these rows to the target (within `across`), and what the log tells of them."""
    for model, found in rows.items():
        model._base_manager.filter(pk__in=found).update(**_changes(work, model))
    events(work, Q(subject_id__in=[pk for found in rows.values() for pk in found]))
    _release(work, rows)


def events(work: Work, chosen: Q) -> int:
    """What the log tells of rows that were moved is for whoever sees them now."""
    with switched(MOVE_CLIENT):
        return Event.objects.filter(chosen, client=work.client_id).update(client=work.target_id)


def family(client_id: UUID, root: Table, ids: Iterable[UUID]) -> Rows:
    """These rows and all that hangs on them, level by level, by their tables."""
    found: dict[Table, set[UUID]] = defaultdict(set)
    level: Mapping[Table, set[UUID]] = {root: set(ids)}
    while level:
        for model, new in level.items():
            found[model] |= new
        level = _below(client_id, level, found)
    return {model: sorted(rows) for model, rows in found.items()}


def _below(
    client_id: UUID, level: Mapping[Table, set[UUID]], found: Mapping[Table, set[UUID]]
) -> dict[Table, set[UUID]]:
    below: dict[Table, set[UUID]] = defaultdict(set)
    for tie in ties():
        if parents := level.get(tie.parent):
            rows = tie.child._base_manager.filter(client=client_id, **{f"{tie.field}__in": parents})
            below[tie.child] |= set(rows.values_list("pk", flat=True)) - found.get(tie.child, set())
    return {model: new for model, new in below.items() if new}


def _changes(work: Work, model: Table) -> dict[str, Any]:
    changes: dict[str, Any] = {"client": work.target_id}
    if any(field.name == "version" for field in model._meta.fields):
        changes |= {"version": F("version") + 1, "updated_at": timezone.now()}
    return changes


def _release(work: Work, rows: Rows) -> None:
    """Nobody owns what they cannot see any more."""
    blind = blind_to(work)
    for model, found in rows.items():
        for name in _holders(model):
            model._base_manager.filter(pk__in=found, **{f"{name}__in": blind}).update(**{name: None})


def blind_to(work: Work) -> list[UUID]:
    """The members who do not see the target."""
    seeing = ClientAccess.objects.filter(client=work.target_id).values("membership")
    rows = Membership.objects.filter(workspace=work.leaving.workspace_id, all_clients=False).exclude(pk__in=seeing)
    return list(rows.values_list("pk", flat=True))


def _holders(model: Table) -> Iterator[str]:
    """Its columns that say who looks after a row."""
    names = {field.name for field in model._meta.fields}
    yield from names & {"owner", "assignee"}
