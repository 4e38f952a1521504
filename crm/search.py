"""Words as a person types them, as a question to a full-text column."""

import re

from django.contrib.postgres.search import SearchQuery

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12


def beginning_with(text: str) -> SearchQuery | None:
    """Rows that have, for each word of `text`, one that begins with it. None where there is no word in it."""
    words = _WORD.findall(text)[:_MOST_WORDS]
    if not words:
        return None
    return SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
