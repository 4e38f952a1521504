"""The one tool that a model is given: its arguments are the answer."""

from collections.abc import Sequence
from typing import Any

from inbox.intents.llm import question
from inbox.intents.passes import PassFailed


def called(calls: Sequence[Any], given: str) -> object:
    """What the one tool was called with; None where it was not called."""
    if len(calls) > 1 or any(one["name"] != question.NAME for one in calls):
        raise PassFailed("It called other tools than it was given.")
    return calls[0][given] if calls else None
