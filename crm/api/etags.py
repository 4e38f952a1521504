"""Telling one state of an object from another: ETag, If-None-Match, If-Match.

A tag is `"<version>.<digest of what is shown>"`. The version counts the changes made to the row itself and is what
If-Match asks about; the digest also tells apart what is shown of other rows (a contact's name on its deal), for
If-None-Match.
"""

import hashlib
import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer

from crm.errors import Stale
from crm.models import Versioned

_TAG = re.compile(r'\s*(W/)?"([^"]*)"\s*(?:,|$)')
DIGEST_LENGTH = 12


def etag(row: Versioned, shown: Any) -> str:
    digest = hashlib.sha256(JSONRenderer().render(shown)).hexdigest()[:DIGEST_LENGTH]
    return f'"{row.version}.{digest}"'


def is_known(if_none_match: str | None, present: str) -> bool:
    """Does the asker have the present state already? Then the answer is 304."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or present.strip('"') in _tags(if_none_match, "If-None-Match")


def must_match(if_match: str | None, row: Any) -> None:
    """Raise Stale where the asker changes another version than the present one. `"7"` alone will do for `"7.…"`. A row
    without versions matches whatever is named."""
    if if_match is None or if_match.strip() == "*" or not isinstance(row, Versioned):
        return
    versions = {tag.partition(".")[0] for tag in _tags(if_match, "If-Match")}
    if str(row.version) not in versions:
        raise Stale(row._meta.verbose_name_raw, row.version)


def _tags(header: str, name: str) -> list[str]:
    tags: list[str] = []
    place = 0
    while place < len(header) or not tags:
        found = _TAG.match(header, place)
        if not found:
            raise ParseError(f"{name} is malformed: send an ETag as it was given, in its quotes.")
        tags.append(found[2])
        place = found.end()
    return tags
