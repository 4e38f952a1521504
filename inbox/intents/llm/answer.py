"""What came back, believed only as far as it keeps to the form that was asked for."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from inbox.intents.labels import Intent
from inbox.intents.passes import PassFailed

LONGEST_QUOTE = 500
_KEYS = {"intent", "confidence", "evidence"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`start` and `end`: where the quoted words stand in the text that was shown."""

    intent: Intent
    confidence: float
    start: int
    end: int


def read(said: object, text: str) -> Answer:
    """said: JSON, or what was read from it. Raises PassFailed, with a sentence for people, for whatever is not exactly
    a label, a confidence and words of `text`."""
    given = _object(said)
    start, end = _place(given["evidence"], text)
    return Answer(_intent(given["intent"]), _confidence(given["confidence"]), start, end)


def _object(said: object) -> dict[str, Any]:
    if said in (None, ""):
        raise PassFailed("It answered with nothing.")
    try:
        given = json.loads(said) if isinstance(said, str) else said
    except (ValueError, RecursionError):
        raise PassFailed("It answered with something that is not JSON alone.") from None
    if not isinstance(given, dict) or given.keys() != _KEYS:
        raise PassFailed("Its answer is not a label, a confidence and a quote, and these alone.")
    return given


def _intent(given: object) -> Intent:
    try:
        return Intent(given) if isinstance(given, str) else Intent("")
    except ValueError:
        raise PassFailed("It answered with a label that there is not.") from None


def _confidence(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise PassFailed("Its confidence is no number.")
    if not (math.isfinite(given) and 0 <= given <= 1):
        raise PassFailed("Its confidence is not between 0 and 1.")
    return float(given)


def _place(quote: object, text: str) -> tuple[int, int]:
    """Where the quote stands. Spaces and line breaks may differ, nothing else; the offsets are the text's own."""
    if not isinstance(quote, str) or not re.search(r"\w", quote):
        raise PassFailed("It quoted no words of the message.")
    found = _found(quote, text) if len(quote) <= LONGEST_QUOTE else None
    if found is None:
        raise PassFailed("It quoted words that are not in the message.")
    return found.span()


def _found(quote: str, text: str) -> re.Match[str] | None:
    """As whole words; but of scripts without spaces (Chinese, Thai) a quote may begin and end anywhere."""
    words = r"\s+".join(re.escape(word) for word in quote.split())
    whole = re.search(rf"(?<!\w){words}(?!\w)", text)
    return whole or (None if quote.isascii() else re.search(words, text))
