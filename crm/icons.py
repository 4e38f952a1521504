"""The icons of all pages, in one file that a browser keeps: a page that draws two hundred of them weighs a third less.

What each looks like comes from the package `heroicons`; which of them the file holds, from the templates.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from gzip import compress
from xml.etree import ElementTree as ET

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from heroicons.templatetags.heroicons import heroicon_micro, heroicon_mini, heroicon_outline

DRAWN: dict[str, Callable[..., str]] = {"micro": heroicon_micro, "mini": heroicon_mini, "outline": heroicon_outline}
# Of channels, intents and what became of a message: code chooses them, and a list shows them again and again.
CHOSEN = (
    "briefcase", "calendar-days", "chat-bubble-bottom-center-text", "chat-bubble-left", "chat-bubble-left-right",
    "check", "check-circle", "clock", "device-phone-mobile", "envelope", "exclamation-triangle", "eye",
    "hand-raised", "hand-thumb-down", "hand-thumb-up", "pencil-square", "question-mark-circle", "sun",
)  # fmt: skip
_NAMED = re.compile(r'{% heroicon_(micro|mini|outline) "([a-z0-9-]+)"')
OF_A_USE = ("aria-hidden", "data-slot", "width", "height")
FOR_EVER = "max-age=315360000, public, immutable"


def id_of(style: str, name: str) -> str:
    return f"{style}-{name}"


@lru_cache(maxsize=1)
def held() -> frozenset[str]:
    """The ids of what the file holds. An icon that is not among them is drawn in its place."""
    return frozenset(id_of(style, name) for style, name in _used())


@lru_cache(maxsize=1)
def sheet() -> bytes:
    """The file: an SVG with one symbol for each icon."""
    symbols = "".join(_symbol(style, name) for style, name in sorted(_used()))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'.encode()


@lru_cache(maxsize=1)
def address() -> str:
    """Where it is. It carries the digest of what is in it, so it is kept for ever."""
    return reverse("icons", args=[hashlib.sha256(sheet()).hexdigest()[:12]])


@require_safe
def show(request: HttpRequest, digest: str) -> HttpResponse:
    """For anybody. To who asks by the digest of an older release, what there is now, not to be kept."""
    kept = FOR_EVER if request.path == address() else "no-cache"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(sheet(), "image/svg+xml", headers=headers)
    return HttpResponse(_compressed(), "image/svg+xml", headers={**headers, "Content-Encoding": "gzip"})


@lru_cache(maxsize=1)
def _compressed() -> bytes:
    return compress(sheet(), mtime=0)


def _used() -> Iterator[tuple[str, str]]:
    chosen = {("micro", name) for name in CHOSEN}
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        chosen.update(_NAMED.findall(path.read_text()))
    yield from chosen


def _symbol(style: str, name: str) -> str:
    svg = ET.fromstring(DRAWN[style](name, size=None).strip())  # noqa: S314  (from the package)
    painted = {word: value for word, value in svg.attrib.items() if word not in OF_A_USE}
    symbol = ET.Element("symbol", {"id": id_of(style, name), **painted})
    for part in svg:
        part.tail = None
        symbol.append(part)
    return ET.tostring(symbol, encoding="unicode")
