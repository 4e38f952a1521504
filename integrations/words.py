"""Which raw events name an address: found by an index of the words in them, since an address may stand anywhere.

A word is a run of ASCII letters and digits, in lower case; an address is some of them. The function
`integrations_words` stands in the database (migration 0005): it knows how letters are escaped in JSON, in bytes that
are shown as text, and in the addresses of pages.
"""

import json
import re
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import BinaryField, F, Func, JSONField, Q, TextField, Value

# Before an address: a letter of JSON, a byte that is shown as text, one in the address of a page.
_ESCAPED = r"\\[bfnrt]|\\u[0-9a-f]{4}|\\[0-7]{3}|%[0-9a-f]{2}"


class Words(Func):
    """The words of a payload and a body."""

    function = "integrations_words"
    output_field = ArrayField(TextField())


def index() -> GinIndex:
    """Of what was handled: that changes no more, so that each event's words are written once.

    What still waits is looked through one by one. Measured with 10,000 events of 1.2 KB: 30 microseconds each for an
    erasure, a third of a second in all. With an index the same takes 10 ms, and every event that ever comes pays some
    5 ms more at the door and again when it is claimed, as each of these writes makes its words anew.
    """
    return GinIndex(Words(F("payload"), F("body")), condition=~Q(state="waiting"), name="integrations_inbound_words")


def any_named(addresses: Iterable[str]) -> Q:
    """Rows annotated with `words` that hold all words of one of these; a row that does not name it may be among them,
    but for `names_any`."""
    return reduce(or_, (Q(words__contains=_of(one)) for one in sorted(addresses)))


def names_any(addresses: Iterable[str]) -> str:
    """A regular expression, for PostgreSQL and regardless of case, of JSON in which one of these stands by itself."""
    each = "|".join(_written(one) for one in sorted(addresses))
    return f"(^|[^a-z0-9]|{_ESCAPED})({each})($|[^a-z0-9])"


def _written(address: str) -> str:
    """In JSON, and in the address of a page or a form."""
    return "".join(_letter(one) for one in json.dumps(address, ensure_ascii=False)[1:-1])


def _letter(one: str) -> str:
    """What is neither letter nor digit may be written as its byte, a space as a plus too."""
    if one == " ":
        return r"(?: |\+|%20)"
    if one.isalnum() or not one.isascii():
        return re.escape(one)
    return f"(?:{re.escape(one)}|%{ord(one):02x})"


def _of(address: str) -> Words:
    return Words(Value(address, output_field=JSONField()), Value(b"", output_field=BinaryField()))
