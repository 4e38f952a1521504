"""What every row of every room is made of. Abstract models alone: the kernel has no tables."""

from django.db import models

from crm.ids import uuid7


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
