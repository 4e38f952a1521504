"""No row links two workspaces, and nothing of one client hangs on another's: every link there is, attacked alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from psycopg.errors import ForeignKeyViolation

from accounts.models import Membership, Workspace
from clients.models import Client
from crm.constraints import WithinWall, WithinWorkspace
from tests.invariants.sides import Side, build, owned

Link = tuple[type[models.Model], Any]


def guarded() -> Iterator[Link]:
    """Every model and each of its constraints that keep a wall."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, WithinWorkspace | WithinWall):
                yield model, constraint


def links() -> Iterator[tuple[type[models.Model], Any]]:
    """Every model and each of its foreign keys to a row of a workspace."""
    for model in apps.get_models():
        for field in model._meta.fields:
            if field.is_relation and field.related_model in owned():
                yield model, field


def has_wall(model: Any) -> bool:
    return any(field.name == "wall" for field in model._meta.fields)


@pytest.fixture
def sides(workspace: Workspace, harbour: Client, meadow: Client, outsider: Membership) -> dict[str, Side]:
    return {
        "harbour": build(workspace, harbour),
        "meadow": build(workspace, meadow),
        "workspace": build(workspace),
        "elsewhere": build(outsider.workspace),
    }


@pytest.mark.parametrize(("model", "field"), list(links()), ids=str)
def test_every_link_to_a_row_of_a_workspace_has_its_wall(model: Any, field: Any) -> None:
    wanted = WithinWall if has_wall(model) and has_wall(field.related_model) else WithinWorkspace
    if field.related_model is Client:
        wanted = WithinWorkspace
    kept = [one for one in model._meta.constraints if isinstance(one, wanted) and one.field == field.name]
    assert kept, f"{field} needs a {wanted.__name__}"


@pytest.mark.django_db
def test_every_wall_stands_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) = 2 AND convalidated"
        )
        assert {name for (name,) in cursor.fetchall()} == {constraint.name for _, constraint in guarded()}


def test_nothing_can_be_linked_over_a_wall(sides: dict[str, Side]) -> None:
    mine = sides["harbour"]
    prepare_to_attack()
    attacked = 0
    for model, constraint in guarded():
        for name in ("elsewhere", "workspace", "meadow") if isinstance(constraint, WithinWall) else ("elsewhere",):
            parent: Any = model._meta.get_field(constraint.field).related_model
            only(constraint.name)
            assert refusal(model, mine.first(model), constraint.field, sides[name].last(parent)) == constraint.name
            attacked += 1
    assert attacked > 40


def test_no_row_can_be_moved_away_from_its_parents(sides: dict[str, Side], outsider: Membership) -> None:
    """The other way round: the row itself changes its workspace, and its parents stay behind."""
    mine = sides["harbour"]
    prepare_to_attack()
    names = {constraint.name for _, constraint in guarded()}
    for model in {model for model, _ in guarded()}:
        assert refusal(model, mine.first(model), "workspace", outsider.workspace_id) in names


def test_no_row_can_be_moved_to_another_client(sides: dict[str, Side], meadow: Client) -> None:
    mine = sides["harbour"]
    prepare_to_attack()
    names = {constraint.name for _, constraint in guarded()}
    tied = {model for model, constraint in guarded() if isinstance(constraint, WithinWall)}
    assert tied
    for model in tied:
        assert refusal(model, mine.first(model), "client", meadow.pk) in names


def prepare_to_attack() -> None:
    """Only the walls stand in the way: the triggers that keep history are off, as the owner of the tables may do, and
    the checks of a row's own columns, one of which may meet an attack first."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in owned():
            if getattr(model._meta, "triggers", None):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
            for check in model._meta.constraints:
                if isinstance(check, models.CheckConstraint):
                    cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {check.name}")


def only(name: str) -> None:
    """Let this one wall stand in the way; the others are checked at the end, which never comes."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"SET CONSTRAINTS {name} IMMEDIATE")


def refusal(model: Any, pk: Any, field_name: str, value: Any) -> str | None:
    """The name of the foreign key that refuses to let the row's field be set to `value`."""
    column, key = model._meta.get_field(field_name).column, model._meta.pk.column
    statement = f'UPDATE {model._meta.db_table} SET "{column}" = %s WHERE "{key}" = %s'
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [value, pk])
    cause = refused.value.__cause__
    assert isinstance(cause, ForeignKeyViolation)
    return cause.diag.constraint_name
