"""Telling open browsers what is no event: it leaves no row, and who is not there now never hears of it."""

import json
from uuid import UUID

from django.db import connection

CHANNEL = "parley_announcements"


def announce(
    workspace_id: UUID,
    client_id: UUID | None,
    *,
    type: str,
    subject: str,
    id: UUID,
    by: UUID | None = None,
) -> None:
    """Tell those of the workspace who may see this client that something about `subject` changed, a presence say.

    Sent when the transaction commits, at once where none is open. by: the membership or key that did it. No words: what
    changed is fetched by each page for itself.
    """
    told = {"type": type, "subject": subject, "id": str(id), "by": str(by) if by else None}
    notice = {"workspace": str(workspace_id), "client": str(client_id) if client_id else None, "told": told}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(notice)])
