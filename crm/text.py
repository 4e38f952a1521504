"""Text from outside, which may hold anything."""

import re

# PostgreSQL holds no NUL, and UTF-8 no half of a surrogate pair.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str, most: int | None = None) -> str:
    """`text` as a text column takes it: what cannot be stored becomes U+FFFD, and it is cut to `most` characters."""
    return UNSTORABLE.sub("\ufffd", text)[:most]
