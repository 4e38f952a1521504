"""The middle of some figures, as PostgreSQL's `percentile_cont` finds it."""

from collections.abc import Sequence


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """What `share` of `ordered`, sorted upwards, stays at or below; between two of them in proportion. None of none."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
