"""Writing out what a client has, piece by piece into the database, and giving it as one archive.

The archive is put together while it is downloaded, so that neither side of it ever holds more than a piece.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils import timezone

from clients.leaving.contract import File, Work, parts
from clients.leaving.models import ExportPart, Leaving

KEPT = timedelta(days=7)
_PIECE = 256 * 1024


def step(work: Work) -> None:
    """The next stretch of the file that `run.cursor` leads to; the last one ends the export."""
    files = list(_files(work.leaving))
    at, after = work.run.cursor.get("file", 0), work.run.cursor.get("after")
    if at >= len(files):
        Leaving.objects.filter(pk=work.leaving.pk).update(exported_at=timezone.now())
        work.run.cursor = {}
        return
    file = files[at]
    rows = file.rows.order_by("pk")
    found = list((rows.filter(pk__gt=after) if after else rows)[: file.at_once])
    if after is None and file.head:
        _add(work.leaving, file.name, file.head)
    for name, content in file.written(file.name, found) if found else ():
        _add(work.leaving, name, content)
    more = len(found) == file.at_once
    work.run.cursor = {"file": at, "after": str(found[-1].pk)} if more else {"file": at + 1}


def archive(leaving: Leaving) -> Iterator[bytes]:
    """The archive, in pieces."""
    target = _Passing()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
        pieces = ExportPart.objects.filter(leaving=leaving).order_by("name", "number").values_list("name", "pk")
        for name, same in groupby(list(pieces), key=itemgetter(0)):
            with whole.open(_entry(leaving, name), "w", force_zip64=True) as entry:
                for _, pk in same:
                    entry.write(ExportPart.objects.values_list("content", flat=True).get(pk=pk))
                    yield from target.taken(_PIECE)
    yield from target.taken(0)


def available(leaving: Leaving) -> bool:
    """Whether it can be downloaded: it is whole, and was written in the last days."""
    return leaving.exported_at is not None and leaving.exported_at > timezone.now() - KEPT


def forget_old() -> int:
    """Drop what was written out more than a week ago, and return how many pieces went."""
    gone, _ = ExportPart.objects.filter(leaving__exported_at__lt=timezone.now() - KEPT).delete()
    return gone


def _files(leaving: Leaving) -> Iterator[File]:
    for part in parts():
        yield from part.files(leaving)


def _add(leaving: Leaving, name: str, content: bytes) -> None:
    number = ExportPart.objects.filter(leaving=leaving, name=name).count()
    ExportPart.objects.create(
        workspace_id=leaving.workspace_id, leaving=leaving, name=name[:300], number=number, content=content
    )


def _entry(leaving: Leaving, name: str) -> zipfile.ZipInfo:
    written = leaving.exported_at or timezone.now()
    entry = zipfile.ZipInfo(name, date_time=written.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


class _Passing(io.RawIOBase):
    """A file that is only written forwards, and emptied on the way."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._held += content
        return len(content)

    def taken(self, most: int) -> Iterator[bytes]:
        """What was written, once it is more than `most`."""
        if len(self._held) > most:
            yield bytes(self._held)
            self._held.clear()
