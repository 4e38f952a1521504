"""How static files are named and kept."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "css/parley.css"
_PART = re.compile(r'@import url\("([^"]+)"\) layer\(([\w.]+)\);')
_OF_A_MODULE = (
    (r"""(?P<matched>\bfrom\s*["'](?P<url>\.[^"']+)["'])""", 'from "%(url)s"'),
    (r"""(?P<matched>\bimport\s*["'](?P<url>\.[^"']+)["'])""", 'import "%(url)s"'),
    (r"""(?P<matched>\bimport\(["'](?P<url>\.[^"']+)["']\))""", 'import("%(url)s")'),
)


class Kept(CompressedManifestStaticFilesStorage):
    """Names carry a digest, those of modules within our own modules too: one file has one address, and is run once.
    The style sheet is kept with its parts in their places: over HTTP/1.1 thirty small files hold the first paint back
    three times as long as one.

    Django's own way with modules goes through the packages' scripts as well, and stops at what one names in a comment.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _OF_A_MODULE))

    def post_process(self, paths: dict[str, tuple[Any, str]], *args: Any, **options: Any) -> Iterator[Any]:
        if SHEET in paths:
            storage, path = paths[SHEET]
            paths = {**paths, SHEET: (Whole(storage), path)}
        yield from super().post_process(paths, *args, **options)


class Whole:
    """Opens a style sheet of `storage` with what it imports, each part in the layer that it was imported into."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def open(self, path: str) -> ContentFile[bytes]:
        folder = path.rpartition("/")[0]

        def part(found: re.Match[str]) -> str:
            return f"@layer {found[2]} {{\n{self._read(f'{folder}/{found[1]}')}\n}}"

        return ContentFile(_PART.sub(part, self._read(path)).encode())

    def _read(self, path: str) -> str:
        with self.storage.open(path) as file:
            return str(file.read().decode())
