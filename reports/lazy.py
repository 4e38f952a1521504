"""Rows of a sheet that are read when they are shown: a page shows some of them, a file all."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from django.db.models import QuerySet

from reports.sheets import Row

AT_A_TIME = 2000


class Lazy(Sequence[Row]):
    """What `made` makes of `rows`, which must be in an order without ties where the database reads them. length: how
    many there are."""

    def __init__(
        self, rows: "QuerySet[Any, Any] | Sequence[Any]", made: Callable[[Sequence[Any]], list[Row]], *, length: int
    ) -> None:  # fmt: skip
        self.rows, self.made, self.length = rows, made, length

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, int):
            return self.made([self.rows[place]])[0]
        return self.made(list(self.rows[place]))

    def __iter__(self) -> Iterator[Row]:
        page: list[Any] = []
        rows = self.rows.iterator(chunk_size=AT_A_TIME) if isinstance(self.rows, QuerySet) else self.rows
        for row in rows:
            page.append(row)
            if len(page) == AT_A_TIME:
                yield from self.made(page)
                page = []
        yield from self.made(page)
