"""Uploaded files, kept in hundreds of rows for a week."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from activity.runs import STEP
from contacts.imports.reading import LONGEST_CELL, Row, read
from contacts.models import Upload, UploadPart
from crm.errors import Invalid, NotAllowed
from crm.text import storable

KEPT = timedelta(days=7)
SAMPLES = 3


@transaction.atomic
def take_in(*, actor: Actor, name: str, content: bytes) -> Upload:
    """Keep the file's rows. Raises Invalid, and keeps nothing, where one of them cannot be read."""
    actor.must_write()
    if actor.membership is None:
        raise NotAllowed("Only a person can import a file.")
    table = read(content)
    upload = Upload.objects.create(
        workspace=actor.workspace, member=actor.membership, name=storable(name, 200) or "people.csv",
        encoding=table.encoding, delimiter=table.delimiter, columns=table.columns, row_count=0,
    )  # fmt: skip
    for number, rows in enumerate(_hundreds(table.rows)):
        UploadPart.objects.create(workspace=actor.workspace, upload=upload, number=number, rows=rows)
        upload.row_count += len(rows)
    if not upload.row_count:
        raise Invalid("There are no rows below the first one, which names the columns.")
    upload.save(update_fields=["row_count"])
    return upload


def first_rows(upload: Upload, most: int) -> list[Row]:
    part = upload.parts.filter(number=0).first()
    return [(number, cells) for number, cells in part.rows[:most]] if part else []


def samples(upload: Upload) -> list[list[str]]:
    """The first values that each column has."""
    rows = first_rows(upload, STEP)
    found = [[cells[at] for _, cells in rows if at < len(cells) and cells[at].strip()] for at in _places(upload)]
    return [values[:SAMPLES] for values in found]


def forget_old() -> int:
    """Delete files that are older than a week, and return how many."""
    _, gone = Upload.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return gone.get(Upload._meta.label, 0)


def _places(upload: Upload) -> range:
    return range(len(upload.columns))


def _hundreds(rows: Iterable[Row]) -> Iterator[list[Any]]:
    """A cell that is too long to be imported is cut to where that still shows."""
    going = iter(rows)
    while some := list(islice(going, STEP)):
        yield [[number, [cell[: LONGEST_CELL + 1] for cell in cells]] for number, cells in some]
