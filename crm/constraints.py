"""Composite foreign keys, the database's own proof that no row links two workspaces or two clients.

Django's `ForeignKey` ties one column. These constraints tie the parent's id together with the workspace, or with the
*wall* (the client, or the workspace where there is no client), so that a child can only hang on a parent of its own
side. They are deferrable, so that a row and its whole family can be moved in one transaction.
"""

from typing import Any, ClassVar

from django.db.backends.ddl_references import Statement
from django.db.models import BaseConstraint


class _Within(BaseConstraint):
    shared: ClassVar[str]

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        return self.create_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        """Nothing at once, which is an empty statement: the parent and its unique constraint may come later in the same
        migration."""
        quote = schema_editor.quote_name
        field: Any = model._meta.get_field(self.field)
        schema_editor.deferred_sql.append(
            Statement(
                "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(child)s, %(shared)s) "
                "REFERENCES %(parent)s (%(key)s, %(shared)s) DEFERRABLE INITIALLY IMMEDIATE",
                table=quote(model._meta.db_table),
                name=quote(self.name),
                child=quote(field.column),
                shared=quote(self.shared),
                **{name: quote(value) for name, value in self._parent(field).items()},
            )
        )
        return ""

    def _parent(self, field: Any) -> dict[str, str]:
        """The table that is referred to, and its column beside the shared one."""
        model = field.remote_field.model
        return {"parent": model._meta.db_table, "key": model._meta.pk.column}

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Left to the database: an action never offers a row of another side in the first place."""

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Within):
            return type(self) is type(other) and (self.name, self.field) == (other.name, other.field)
        return NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), self.name, self.field))


class WithinWorkspace(_Within):
    """`field` may only point at a row of the same workspace. The parent has a unique (id, workspace)."""

    shared = "workspace_id"


class WithinWall(_Within):
    """`field` may only point at a row of the same client (or, with no client, of the same workspace). The parent has a
    unique (id, wall)."""

    shared = "wall"


class WithinSides(WithinWall):
    """The same for a parent that many rows hang on, and that cannot be moved together with all of them: `table` (a
    `subject_id` and a `wall`, unique together) says on which sides the parent stands. That is one, and two only while a
    client's rows are on their way to another (`clients.leaving`)."""

    def __init__(self, *, field: str, name: str, table: str) -> None:
        super().__init__(field=field, name=name)
        self.table = table

    def _parent(self, field: Any) -> dict[str, str]:
        return {"parent": self.table, "key": "subject_id"}

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "table": self.table}
