"""What every row of every room is made of. Abstract models alone: the kernel has no tables."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

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


class Work(Row):
    """A piece of background work as a row: when it is due, who leases it, how often it was tried. The concrete tables
    say what it is about. `activity.work` claims, runs and retries it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes: ClassVar = [
            # the sweep: what is due, oldest first
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="%(app_label)s_%(class)s_due")
        ]


class SealedField(models.TextField[dict[str, Any], dict[str, Any]]):
    """A column of secrets by name, encrypted at rest. A list that does not need them defers it."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else seal(value)

    def to_python(self, value: Any) -> Any:
        return Sealed(value) if isinstance(value, dict) else value
