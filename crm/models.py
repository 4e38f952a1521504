"""What every row of every room is made of. Abstract models alone: the kernel has no tables."""

from typing import Any

from django.db import models

from crm.ids import uuid7
from crm.sealing import Sealed, seal, unseal


class Row(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row that people edit. `version` grows with each change; a writer names the one it read (see `crm.versions`)."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class SealedField(models.TextField[dict[str, Any], dict[str, Any]]):
    """A column of secrets by name, encrypted at rest. A list that does not need them defers it."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else seal(value)

    def to_python(self, value: Any) -> Any:
        return Sealed(value) if isinstance(value, dict) else value
