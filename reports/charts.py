"""Charts drawn from the cells of a sheet, as figures for an SVG: what lies across is in per cent of its width, so that
a chart fits any screen while its words stay readable; what stands is in pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reports.scales import Scale, scale
from reports.sheets import Chart, Kind, Row, Shape, Sheet
from reports.words import short, words

# Further lines of bars are in the table alone; patterns that can be told apart are no more than these.
MOST_BARS = 25
MOST_SERIES = 6
LABEL, BAR, GAP, BETWEEN = 22, 14, 3, 12  # of bars, in pixels
PLOT, HEAD, FOOT = 200, 18, 26  # of what stands on an axis
BARS_WIDTH = 74  # per cent: the rest is for the figure at the end of a bar
GROUP = 0.72  # of the width that a place has, how much its bars take


@dataclass(frozen=True)
class Series:
    """number: from 1, of its pattern or its kind of line."""

    number: int
    name: str


@dataclass(frozen=True)
class Mark:
    """A bar, a column, or a point of a line. x, width: per cent; y, height: pixels. end: where its words begin."""

    series: int
    words: str
    x: float
    y: float
    width: float = 0
    height: float = 0
    end: float = 0
    says: bool = True


@dataclass(frozen=True)
class Tick:
    """A place along the axis or a line across. often: shown where there is room only."""

    words: str
    x: float = 0
    y: float = 0
    often: bool = False


@dataclass(frozen=True)
class Line:
    """points: as a polyline of a box that is 100 wide."""

    series: int
    points: str


@dataclass
class Drawing:
    """id: unique on its page. baseline: where nothing is: per cent across for bars, pixels down for the others."""

    id: str
    shape: Shape
    title: str
    description: str
    height: int
    series: Sequence[Series]
    baseline: float = 0
    marks: list[Mark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    places: list[Tick] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    left_out: int = 0


def drawings(sheet: Sheet) -> list[Drawing]:
    """The sheet's chart; of money one for each currency, the fullest first. None where there is nothing to draw."""
    chart = sheet.chart
    if chart is None or not sheet.rows:
        return []
    if sheet.column(chart.series[0]).kind is not Kind.MONEY:
        return [_drawn(sheet, chart, sheet.rows, "")]
    by_currency: dict[str, list[Row]] = {}
    for row in sheet.rows:
        by_currency.setdefault(row.currency, []).append(row)
    fullest = sorted((currency for currency in by_currency if currency), key=lambda one: (-len(by_currency[one]), one))
    return [_drawn(sheet, chart, by_currency[currency], currency) for currency in fullest]


@dataclass(frozen=True)
class _Data:
    """What is drawn: the words of each place, and a value for each series there (None: not known)."""

    kind: Kind
    currency: str
    places: list[str]
    values: list[list[float | None]]
    stacked: bool

    def long(self, value: float) -> str:
        return words(self.kind, value if self.kind is Kind.SHARE else int(value), self.currency)

    @property
    def scale(self) -> Scale:
        known = [[value for value in row if value is not None] for row in self.values]
        flat = [sum(row) for row in known] if self.stacked else [value for row in known for value in row]
        return scale(flat, self.kind, self.currency)


def _drawn(sheet: Sheet, chart: Chart, rows: Sequence[Row], currency: str) -> Drawing:
    names = chart.series[:MOST_SERIES]
    columns = [sheet.place(name) for name in names]
    along = sheet.column(chart.along)
    kept = rows[:MOST_BARS] if chart.shape is Shape.BARS else rows
    data = _Data(
        kind=sheet.column(names[0]).kind,
        currency=currency,
        places=[words(along.kind, row.cells[sheet.place(chart.along)]) for row in kept],
        values=[[_number(row.cells[place]) for place in columns] for row in kept],
        stacked=chart.stacked,
    )
    drawing = Drawing(
        id=f"chart-{sheet.key}{'-' + currency.lower() if currency else ''}",
        shape=chart.shape,
        title=f"{sheet.title}{', ' + currency if currency else ''}",
        description=_description(data, [sheet.column(name).name for name in names], along.name),
        height=0,
        series=[Series(number, sheet.column(name).name) for number, name in enumerate(names, 1)],
        left_out=len(rows) - len(kept),
    )
    {Shape.BARS: _bars, Shape.COLUMNS: _columns, Shape.LINES: _lines}[chart.shape](drawing, data)
    return drawing


def _number(cell: object) -> float | None:
    return cell if isinstance(cell, int | float) else None


def _description(data: _Data, names: Sequence[str], along: str) -> str:
    """What one would see in it: of each series the largest value, and where."""
    said = [f"{' and '.join(names)} by {along.lower()}, {len(data.places)} in all."]
    for number, name in enumerate(names):
        known = [(row[number], place) for row, place in zip(data.values, data.places, strict=True)]
        found = max(((value, place) for value, place in known if value is not None), default=None)
        if found is not None:
            said.append(f"Highest {name.lower()}: {data.long(found[0])}, {found[1]}.")
    return " ".join([*said, "The table has every figure."])


def _bars(drawing: Drawing, data: _Data) -> None:
    across = data.scale
    drawing.baseline = round(across.part(0) * BARS_WIDTH, 2)
    top = 0
    for place, row in zip(data.places, data.values, strict=True):
        drawing.places.append(Tick(place, y=top + LABEL - 7))
        y = top + LABEL
        if data.stacked:
            drawing.marks += _stacked_bars(data, row, across, y)
            y += BAR + GAP
        else:
            for number, value in enumerate(row, 1):
                drawing.marks.append(_bar(data, value, across, number, y))
                y += BAR + GAP
        top = y + BETWEEN
    drawing.height = top


def _bar(data: _Data, value: float | None, across: Scale, number: int, y: float) -> Mark:
    start, stop = sorted((across.part(0) * BARS_WIDTH, across.part(value or 0) * BARS_WIDTH))
    text = words(data.kind, None) if value is None else data.long(value)
    return Mark(number, text, round(start, 2), y, round(stop - start, 2), BAR, round(stop, 2))


def _stacked_bars(data: _Data, row: Sequence[float | None], across: Scale, y: float) -> Iterator[Mark]:
    below, total = 0.0, sum(value or 0 for value in row)
    for number, value in enumerate(row, 1):
        start, stop = (across.part(edge) * BARS_WIDTH for edge in (below, below + (value or 0)))
        last = number == len(row)
        end = across.part(total) * BARS_WIDTH
        text = data.long(total) if last else data.long(value or 0)
        yield Mark(number, text, round(start, 2), y, round(stop - start, 2), BAR, round(end, 2), says=last)
        below += value or 0


def _columns(drawing: Drawing, data: _Data) -> None:
    upright = _axes(drawing, data)
    slot = 100 / len(data.places)
    for place, row in enumerate(data.values):
        left, below = slot * (place + (1 - GROUP) / 2), 0.0
        each = slot * GROUP / (1 if data.stacked else len(row))
        for number, value in enumerate(row, 1):
            bottom, top = sorted((_down(upright, below), _down(upright, below + (value or 0))), reverse=True)
            x = left if data.stacked else left + each * (number - 1)
            text = f"{data.places[place]}, {drawing.series[number - 1].name}: {data.long(value or 0)}"
            drawing.marks.append(
                Mark(number, text, round(x, 3), round(top, 1), round(each, 3), round(bottom - top, 1), says=False)
            )
            below += (value or 0) if data.stacked else 0


def _lines(drawing: Drawing, data: _Data) -> None:
    upright = _axes(drawing, data)
    slot = 100 / len(data.places)
    for number, one in enumerate(drawing.series):
        reach: list[str] = []
        for place, row in enumerate(data.values):
            value = row[number]
            if value is None:
                drawing.lines += [Line(one.number, " ".join(reach))] if len(reach) > 1 else []
                reach = []
                continue
            x, y = round(slot * (place + 0.5), 3), round(_down(upright, value), 1)
            reach.append(f"{x},{y}")
            text = f"{data.places[place]}, {one.name}: {data.long(value)}"
            drawing.marks.append(Mark(one.number, text, x, y, says=False))
        drawing.lines += [Line(one.number, " ".join(reach))] if len(reach) > 1 else []


def _axes(drawing: Drawing, data: _Data) -> Scale:
    """The lines across with their figures, and what stands below: of many places each fifth or twelfth of them."""
    upright, slot = data.scale, 100 / len(data.places)
    drawing.height, drawing.baseline = HEAD + PLOT + FOOT, _down(upright, 0)
    drawing.ticks = [Tick(short(data.kind, at, data.currency), y=_down(upright, at)) for at in upright.ticks]
    few, many = (max(1, -(-len(data.places) // most)) for most in (5, 12))
    drawing.places = [
        Tick(place, x=round(slot * (number + 0.5), 3), y=HEAD + PLOT + FOOT - 6, often=number % few != 0)
        for number, place in enumerate(data.places)
        if number % few == 0 or (few % many == 0 and number % many == 0)
    ]
    return upright


def _down(upright: Scale, value: float) -> float:
    return round(HEAD + PLOT * (1 - upright.part(value)), 1)
