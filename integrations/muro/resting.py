"""When muro may be called again. It stands in the database, since every worker calls with the same key."""

from datetime import timedelta

from django.utils import timezone

from activity.work import Later
from integrations.models import Connection, Watermark
from integrations.muro.mapping import moment

MINUTE = 60.0  # muro counts 120 calls in one, and does not say when it began


class Rest:
    """who: `calls`, or `batch`, which rests earlier than the others and with them."""

    def __init__(self, connection: Connection, who: str) -> None:
        self._connection, self._who = connection, who

    def must_be_over(self) -> None:
        """Raises Later while it lasts."""
        rows = Watermark.objects.filter(connection=self._connection, stream__in={_stream("calls"), _stream(self._who)})
        ends = [moment(row.value.get("until")) for row in rows]
        left = max(((end - timezone.now()).total_seconds() for end in ends if end), default=0.0)
        if left > 0:
            raise Later(left, "muro's limit of requests is reached; it goes on by itself.")

    def begin(self, seconds: float) -> None:
        until = timezone.now() + timedelta(seconds=seconds)
        Watermark.objects.update_or_create(
            connection=self._connection,
            stream=_stream(self._who),
            defaults={"value": {"until": until.isoformat()}, "workspace_id": self._connection.workspace_id},
        )


def _stream(who: str) -> str:
    return f"rest.{who}"
