"""Axes that begin and end at figures a person reads at a glance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crm import money
from reports.sheets import Kind

TICKS = 4
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# Steps of time: from a second to a month, then whole tens of days as of any number.
_TIMES = (
    1, 5, 15, 30, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR,
    _DAY, 2 * _DAY, 5 * _DAY, 10 * _DAY, 20 * _DAY, 30 * _DAY,
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    low: float
    high: float
    ticks: Sequence[float]

    def part(self, value: float) -> float:
        """How far along it `value` lies: 0 at its low end, 1 at its high one."""
        return (value - self.low) / (self.high - self.low)


def scale(values: Sequence[float], kind: Kind, currency: str = "") -> Scale:
    """One that holds all of `values` and nought, in steps that its kind counts in."""
    low, high = min([0, *values]), max([0, *values])
    if low == high:
        high = 10 ** money.exponent(currency) if kind is Kind.MONEY else 1
    step = _step((high - low) / TICKS, kind, currency)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Scale(first * step, last * step, [number * step for number in range(first, last + 1)])


def _step(least: float, kind: Kind, currency: str) -> float:
    if kind is Kind.SECONDS:
        return next((step for step in _TIMES if step >= least), None) or _round(least / _DAY) * _DAY
    if kind is Kind.MONEY:
        unit = int(10 ** money.exponent(currency))
        return max(_round(least / unit), 1 / unit) * unit
    return _round(least) if kind is Kind.SHARE else max(1, _round(least))


def _round(least: float) -> float:
    """The next of 1, 2, 2.5, 5, 10 and so on, tenfold as often as it takes."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= least * (1 - 1e-9))
