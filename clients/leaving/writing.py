"""How rows are written out: a JSON object a line, each column under its name."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Model

from crm.models import SealedField

# What the database computes, what is secret, and what stands in a file of its own.
_LEFT_OUT = (SearchVectorField, SealedField, BinaryField)
_SECRET = {"token_digest", "key_digest"}


def as_lines(name: str, rows: Sequence[Model]) -> Iterable[tuple[str, bytes]]:
    yield name, b"".join(_line(row) for row in rows)


def _line(row: Model) -> bytes:
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if _is_told(field)}
    return json.dumps(columns, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"


def _is_told(field: Any) -> bool:
    return not isinstance(field, _LEFT_OUT) and field.name not in _SECRET
