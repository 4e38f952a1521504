"""Outside accounts."""

from typing import Any, ClassVar

from django.db import models

from clients.models import ClientRow, WalledQuerySet
from crm.models import Versioned


class Connection(Versioned, ClientRow):
    """An account of an outside system, of one client or of the workspace."""

    system = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [*ClientRow.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.name} ({self.system})"
