"""Rows that a request refers to by id."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from crm.errors import Invalid

M = TypeVar("M", bound=models.Model)


def referred(rows: "models.QuerySet[M]", id: UUID | str | None, *, field: str) -> M | None:
    """The row of `rows` (already narrowed to what the actor may see) with this id; None for None.

    Raises Invalid under `field` where there is none, in the same words whether it does not exist or is hidden.
    """
    if id is None:
        return None
    row: Any = rows.filter(pk=id).first()
    if row is None:
        noun = rows.model._meta.verbose_name
        raise Invalid(fields={field: [f"There is no {noun} with this id."]})
    return row  # type: ignore[no-any-return]
