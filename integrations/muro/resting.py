"""When muro may be called again. It stands in the database, since every worker calls with the same key."""

from datetime import timedelta

from django.utils import timezone

from activity.work import Later
from integrations.models import Connection, Watermark
from integrations.muro.mapping import moment

MINUTE = 60.0  # muro counts 120 calls in one, and does not say when it began
ALL, SPARING = "rest.all", "rest.sparing"


class Rest:
    """sparing: for a caller that leaves the last calls of a minute to others, and so rests earlier than they do."""

    def __init__(self, connection: Connection, *, sparing: bool) -> None:
        self._connection, self._streams = connection, {ALL, SPARING} if sparing else {ALL}

    def must_be_over(self) -> None:
        """Raises Later while it lasts."""
        rows = Watermark.objects.filter(connection=self._connection, stream__in=self._streams)
        ends = [moment(row.value.get("until")) for row in rows]
        left = max(((end - timezone.now()).total_seconds() for end in ends if end), default=0.0)
        if left > 0:
            raise Later(left, "muro's limit of requests is reached; it goes on by itself.")

    def begin(self, seconds: float, *, for_all: bool) -> None:
        until = timezone.now() + timedelta(seconds=seconds)
        Watermark.objects.update_or_create(
            connection=self._connection,
            stream=ALL if for_all else SPARING,
            defaults={"value": {"until": until.isoformat()}, "workspace_id": self._connection.workspace_id},
        )
