"""Every route there is, found by walking what Django resolves an address with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
# The same views under further addresses (`crm/api/urls.py`), and which addresses stand for them in the table.
_MIRRORS = (("mail/v1/crm/", "api/v1/crm/"), ("mail/v1/", "api/v1/crm/"), ("api/v1/", "api/v1/crm/"))


@dataclass(frozen=True)
class Route:
    """pattern: as `urls.py` writes it, with what it is included under. mirrors: the route that answers the very same
    way; empty for one that stands for itself."""

    pattern: str
    view: Any
    mirrors: str = ""

    @property
    def arguments(self) -> list[str]:
        return [one or other for one, other in _ARGUMENT.findall(self.pattern)]

    def path(self, arguments: list[str]) -> str:
        left = iter(arguments)
        return "/" + _ARGUMENT.sub(lambda _: next(left), self.pattern).replace("^", "").replace("$", "")


def every_route() -> dict[str, Route]:
    found = dict(_walk(get_resolver().url_patterns))
    return {pattern: Route(pattern, view, _mirrored(pattern, found)) for pattern, view in found.items()}


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for one in patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, path)
        elif isinstance(one, URLPattern):
            yield path, one.callback


def _mirrored(pattern: str, found: dict[str, Any]) -> str:
    for base, original in _MIRRORS:
        other = original + pattern.removeprefix(base)
        same = pattern.startswith(base) and not pattern.startswith(original) and other in found
        if same and found[other].cls is found[pattern].cls:
            return other
    return ""
