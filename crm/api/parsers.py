"""Reading a body strictly: what JSON allows but nobody can mean is refused here, before any view sees it."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from crm.api.errors import BodyTooLarge
from crm.errors import Invalid
from crm.text import UNSTORABLE

DEEPEST = 20
# PostgreSQL's bigint; also more digits than any number that people mean.
LARGEST = 2**63 - 1
LONGEST_NUMBER = 20


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """The body as an object; no body is an empty one. Raises BodyTooLarge, ParseError or Invalid."""
        limit = settings.API_LARGEST_BODY
        raw = stream.read(limit + 1)  # not what Content-Length claims: a chunked body has none
        if len(raw) > limit:
            raise BodyTooLarge(limit)
        return parse(raw)


def parse(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {}
    body = _loaded(raw)
    if not isinstance(body, dict):
        raise ParseError("The body must be a JSON object: {…}.")
    for path, depth, value in _walk(body):
        if depth > DEEPEST:
            raise ParseError(f"The body is nested too deep: {DEEPEST} levels are allowed.")
        if isinstance(value, str):
            _storable(path, value)
    return body


def _loaded(raw: bytes) -> Any:
    try:
        return json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8, at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is not JSON: {error.msg}, line {error.lineno} column {error.colno}.") from None
    except RecursionError:
        raise ParseError(f"The body is nested too deep: {DEEPEST} levels are allowed.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Invalid(fields={_named(name): ["Given twice: say it once."]})
        found[name] = value
    return found


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER or abs(int(text)) > LARGEST:
        raise ParseError(f"The number {text[:LONGEST_NUMBER]}… is too large.")
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ParseError(f"The number {text[:LONGEST_NUMBER]} is too large.")
    return number


def _constant(text: str) -> None:
    raise ParseError(f"{text} is not JSON: send a number or null.")


def _walk(body: Any) -> Iterator[tuple[str, int, Any]]:
    """Every value with its path (`custom_fields.city`, `labels.0`) and depth; keys too, as values of themselves."""
    waiting: list[tuple[str, int, Any]] = [("", 0, body)]
    while waiting:
        path, depth, value = waiting.pop()
        yield path, depth, value
        if isinstance(value, Mapping):
            for key, child in value.items():
                yield path or _named(key), depth, key
                waiting.append((f"{path}.{key}" if path else key, depth + 1, child))
        elif isinstance(value, list):
            waiting.extend((f"{path}.{place}", depth + 1, child) for place, child in enumerate(value))


def _storable(path: str, text: str) -> None:
    unstorable = UNSTORABLE.search(text)
    if unstorable:
        what = "a NUL character" if unstorable[0] == "\x00" else "half of a character (a lone surrogate)"
        raise Invalid(fields={_named(path): [f"Contains {what}, which cannot be stored: leave it out."]})


def _named(name: str) -> str:
    """A name as it can be shown: an error's text must itself be storable and sendable."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", name)[:100]
