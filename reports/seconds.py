"""Seconds as a report says them."""


def whole(seconds: float | None) -> int | None:
    """To the nearest second, halves upwards."""
    return None if seconds is None else int(seconds + 0.5)
