"""How Parley starts, keeps running and stops on one machine."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class StartError(Exception):
    """Why it cannot start: one sentence that says what to do."""
