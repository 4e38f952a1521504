"""What a report answers with: tables of typed columns, and the chart that is drawn of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from typing import TypeAlias


class Kind(StrEnum):
    """What stands in a column. MONEY: whole minor units of its row's currency. SHARE: 0.25 for a quarter. SECONDS: how
    long something took."""

    TEXT = auto()
    NUMBER = auto()
    MONEY = auto()
    SHARE = auto()
    SECONDS = auto()
    DAY = auto()


@dataclass(frozen=True)
class Column:
    key: str
    name: str
    kind: Kind = Kind.TEXT

    @property
    def is_figure(self) -> bool:
        return self.kind not in (Kind.TEXT, Kind.DAY)


# None: nothing is known. A text in a column of another kind is refused when the sheet is made.
Cell: TypeAlias = str | int | float | date | None


@dataclass(frozen=True)
class Row:
    """A cell for each column. currency: of its MONEY cells. link: where its first cell leads."""

    cells: tuple[Cell, ...]
    currency: str = ""
    link: str = ""


class Shape(StrEnum):
    """BARS lie, a line of words above each: for names. COLUMNS and LINES stand on an axis: for what goes on in time."""

    BARS = auto()
    COLUMNS = auto()
    LINES = auto()


@dataclass(frozen=True)
class Chart:
    """Of the sheet's own cells: `series` are its columns of one kind, `along` the column that names their places.
    stacked: bars upon each other instead of beside each other. Of MONEY there is one drawing for each currency."""

    shape: Shape
    along: str
    series: tuple[str, ...]
    stacked: bool = False


@dataclass(frozen=True)
class Sheet:
    """note: how its figures are to be read, in a sentence or two. empty: why there is nothing, and what to do."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    empty: str
    note: str = ""
    chart: Chart | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a row that does not fit its columns, or a chart of columns that are not there."""
        for row in self.rows if isinstance(self.rows, list) else ():
            self._check(row)
        if self.chart is not None and len({self.column(key).kind for key in self.chart.series}) != 1:
            raise ValueError(f"The chart of “{self.title}” needs columns of one kind.")

    def column(self, key: str) -> Column:
        return self.columns[self.place(key)]

    def place(self, key: str) -> int:
        for place, column in enumerate(self.columns):
            if column.key == key:
                return place
        raise ValueError(f"“{self.title}” has no column “{key}”.")

    @property
    def has_money(self) -> bool:
        return any(column.kind is Kind.MONEY for column in self.columns)

    def _check(self, row: Row) -> None:
        if len(row.cells) != len(self.columns):
            raise ValueError(f"A row of “{self.title}” has {len(row.cells)} cells for {len(self.columns)} columns.")
        for column, cell in zip(self.columns, row.cells, strict=True):
            if column.is_figure and isinstance(cell, str):
                raise ValueError(f"“{cell}” is no {column.kind}, in the column “{column.name}” of “{self.title}”.")
            if column.kind is Kind.MONEY and cell is not None and not row.currency:
                raise ValueError(f"A row of “{self.title}” has money and no currency.")
