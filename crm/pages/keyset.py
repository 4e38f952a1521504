"""Lists that go on from where they ended: as fast at the end of a million rows as at the start."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.signing import b64_decode, b64_encode
from django.db.models import Model, Q, QuerySet

from crm.pages.typed import instant

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Stretch(Generic[M]):
    """Some rows of a list, and the mark to go on from: empty where the list ends."""

    rows: Sequence[M]
    more: str


def stretch(
    rows: "QuerySet[M]", *, by: str, mark: str, length: int, oldest_first: bool = False
) -> Stretch[M]:  # fmt: skip
    """`length` rows, newest `by` first unless told otherwise, going on after `mark`. A mark that is none of ours starts
    at the top."""
    sign = "" if oldest_first else "-"
    left = beyond(rows, by=by, mark=mark, oldest_first=oldest_first)
    found = list(left.order_by(f"{sign}{by}", f"{sign}pk")[: length + 1])
    return Stretch(found[:length], _write(found[length - 1], by) if len(found) > length else "")


def beyond(rows: "QuerySet[M]", *, by: str, mark: str, oldest_first: bool = False) -> "QuerySet[M]":
    """What of `rows` comes after `mark`."""
    after = _read(mark)
    if after is None:
        return rows
    (moment, pk), way = after, "gt" if oldest_first else "lt"
    later = Q(**{f"{by}__{way}": moment}) | Q(**{by: moment, f"pk__{way}": pk})
    return rows.filter(later, **{f"{by}__{way}e": moment})


def moment_of(mark: str) -> datetime | None:
    """The moment that a list goes on after, where `mark` is one of ours."""
    after = _read(mark)
    return after[0] if after else None


def _write(row: Any, by: str) -> str:
    return b64_encode(json.dumps([getattr(row, by).isoformat(), str(row.pk)]).encode()).decode()


def marked(mark: str) -> tuple[Any, UUID] | None:
    """What a row was sorted by, as JSON has it, and its id; None for a mark that is none of ours."""
    try:
        value, pk = json.loads(b64_decode(mark.encode()))
        return value, UUID(pk)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _read(mark: str) -> tuple[datetime, UUID] | None:
    value, pk = marked(mark) or ("", None)
    moment = instant(value) if isinstance(value, str) else None
    return (moment, pk) if moment and pk else None
