"""Names that must not be taken twice on one side of a wall."""

from typing import Any
from uuid import UUID

from django.db.models import Model


def free(model: type[Model], field: str, name: str, wall: UUID, **among: Any) -> str:
    """`name`, or where a row of the wall has it already, the first free “name (2)”, cut to fit the column."""
    column: Any = model._meta.get_field(field)
    longest: int = column.max_length
    wanted, number = name, 1
    while model._base_manager.filter(wall=wall, **{f"{field}__iexact": wanted}, **among).exists():
        number += 1
        suffix = f" ({number})"
        wanted = name[: longest - len(suffix)] + suffix
    return wanted
