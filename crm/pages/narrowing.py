"""A list as the URL of its page narrows it, by the very filters that the API has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest

from crm.filters import Filters

Rows = TypeVar("Rows", bound="QuerySet[Any]")


@dataclass(frozen=True)
class Narrowed(Generic[Rows]):
    """The rows that are left, and what was chosen: the filters' values by their names."""

    rows: Rows
    chosen: Mapping[str, str]


def narrowed(request: HttpRequest, rows: Rows, filters: type[Filters], names: Sequence[str]) -> Narrowed[Rows]:
    """`rows`, narrowed by those of `filters` that the page offers. Raises Invalid for a value that is none of these."""
    given = {name: request.GET.get(name, "").strip() for name in names}
    chosen = {name: value for name, value in given.items() if value}
    return Narrowed(filters(chosen, queryset=rows, request=request).applied(), chosen)
