"""Which of our rows an outside id means."""

from typing import Any
from uuid import UUID

from crm.transactions import insert_once
from integrations.models import Connection, Link


def linked(connection: Connection, kind: str, external_id: object) -> UUID | None:
    """Ids come as texts and as numbers: they are compared as text."""
    rows = Link.objects.filter(connection=connection, kind=kind, external_id=str(external_id))
    found: UUID | None = rows.values_list("subject_id", flat=True).first()
    return found


def outside_id(connection: Connection, kind: str, subject_id: UUID) -> str | None:
    """The newest, where several were linked."""
    rows = Link.objects.filter(connection=connection, kind=kind, subject_id=subject_id)
    found: str | None = rows.order_by("-id").values_list("external_id", flat=True).first()
    return found


def link(connection: Connection, kind: str, external_id: object, subject_id: UUID, **data: Any) -> None:
    """Remember it; the same id again means the row it is linked with now."""
    row = Link(
        workspace_id=connection.workspace_id, connection=connection, kind=kind, external_id=str(external_id),
        subject_id=subject_id, data=data,
    )  # fmt: skip
    if not insert_once(row):
        Link.objects.filter(connection=connection, kind=kind, external_id=str(external_id)).update(
            subject_id=subject_id, data=data
        )
