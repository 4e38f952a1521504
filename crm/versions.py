"""Writing a row that others may be writing too: only the fields that changed, and only over the version that was
read."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone

from crm.errors import NotFound, Stale
from crm.models import Versioned


def write(row: Versioned, **changes: Any) -> list[str]:
    """Write those of `changes` that differ from `row`, and return their names, sorted.

    Raises Stale where the row in the database is no longer the version that `row` holds, NotFound where it is gone.
    With nothing to change, nothing is written and the version stays.
    """
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not changed:
        return []
    for name, value in changed.items():
        setattr(row, name, value)
    now = timezone.now()
    rows = type(row)._base_manager.filter(pk=row.pk, version=row.version)
    if not rows.update(**changed, version=F("version") + 1, updated_at=now):
        raise Stale(row._meta.verbose_name_raw, present(row))
    row.version += 1
    row.updated_at = now
    return sorted(changed)


def touch(row: Versioned) -> None:
    """Count a change of what is shown with `row` but stands in other tables, its labels for one."""
    now = timezone.now()
    type(row)._base_manager.filter(pk=row.pk).update(version=F("version") + 1, updated_at=now)
    row.version += 1
    row.updated_at = now


def touch_all(rows: Sequence[Versioned]) -> None:
    """The same of many rows of one table."""
    if not rows:
        return
    now = timezone.now()
    keys = [row.pk for row in rows]
    type(rows[0])._base_manager.filter(pk__in=keys).update(version=F("version") + 1, updated_at=now)
    for row in rows:
        row.version += 1
        row.updated_at = now


def expect(row: Versioned, version: int | None) -> None:
    """Raise Stale unless `row` is at `version`. None asks nothing."""
    if version is not None and row.version != version:
        raise Stale(row._meta.verbose_name_raw, row.version)


def present(row: Versioned) -> int:
    """The version in the database. Raises NotFound where the row is gone."""
    version: int | None = type(row)._base_manager.filter(pk=row.pk).values_list("version", flat=True).first()
    if version is None:
        raise NotFound(f"This {row._meta.verbose_name_raw} is not there any more.")
    return version
