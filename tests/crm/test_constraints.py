"""The composite foreign keys as Django's migrations see them. What they hold off is attacked in tests/invariants."""

import pytest
from django.core.management import call_command
from django.db import connection, migrations
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import CASCADE, BigAutoField, ForeignKey, IntegerField, Model, UniqueConstraint

from crm.constraints import WithinWall, WithinWorkspace
from inbox.models import Message


def test_a_constraint_is_what_its_kind_field_and_name_are() -> None:
    one = WithinWorkspace(field="stage", name="a")
    assert one == WithinWorkspace(field="stage", name="a")
    assert len({one, WithinWorkspace(field="stage", name="a")}) == 1
    others = (
        WithinWorkspace(field="owner", name="a"),
        WithinWorkspace(field="stage", name="b"),
        WithinWall(field="stage", name="a"),
    )
    for other in others:
        assert one != other
    assert one != "stage"


def test_a_migration_writes_it_so_that_it_reads_back() -> None:
    written, imports = MigrationWriter.serialize(WithinWall(field="contact", name="a"))
    assert written == "crm.constraints.WithinWall(field='contact', name='a')"
    assert imports == {"import crm.constraints"}


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0, skip_checks=True)


def names(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [table])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_it_is_added_and_taken_away_by_a_migration() -> None:
    constraint = next(one for one in Message._meta.constraints if isinstance(one, WithinWall))
    assert constraint.name in names("inbox_message")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Message, constraint)
    assert constraint.name not in names("inbox_message")
    with connection.schema_editor() as editor:
        editor.add_constraint(Message, constraint)
    assert constraint.name in names("inbox_message")


@pytest.mark.django_db(transaction=True)
def test_it_refers_to_its_parent_by_whatever_column_is_its_key() -> None:
    shared = ("workspace_id", IntegerField())
    parent = ModelState(
        "crm", "Parent", [("number", BigAutoField(primary_key=True)), shared],
        options={"constraints": [UniqueConstraint(fields=["number", "workspace_id"], name="parent_once")]},
    )  # fmt: skip
    child = ModelState(
        "crm", "Child", [("id", BigAutoField(primary_key=True)), ("parent", ForeignKey("crm.Parent", CASCADE)), shared],
        options={"constraints": [WithinWorkspace(field="parent", name="child_in_workspace")]},
    )  # fmt: skip
    state, made = ProjectState(), ProjectState()
    for one in (parent, child):
        made.add_model(one)
    models: list[type[Model]] = [made.apps.get_model("crm", name) for name in ("Parent", "Child")]
    with connection.schema_editor() as editor:
        for one in (parent, child):
            operation = migrations.CreateModel(one.name, list(one.fields.items()), options=one.options)
            after = state.clone()
            operation.state_forwards("crm", after)
            operation.database_forwards("crm", editor, state, after)
            state = after
    assert "child_in_workspace" in names("crm_child")
    with connection.schema_editor() as editor:
        for model in reversed(models):
            editor.delete_model(model)
