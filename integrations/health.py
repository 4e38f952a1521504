"""Whether a connection works. It fails in one sentence, is told once, and recovers by the next thing that succeeds."""

from django.db import transaction
from django.utils import timezone

from activity.log import record
from activity.types import EventType
from crm.text import storable
from integrations.base import Connected
from integrations.concealing import concealed
from integrations.models import Connection


@transaction.atomic
def failing(connection: Connection, words: str) -> None:
    """It does not work, and why: something that a person has to mend, not a hiccup that passes."""
    words = storable(concealed(words, connection), 1000)
    began = Connection.objects.filter(pk=connection.pk, failing_since=None).update(
        failing_since=timezone.now(), failure=words
    )
    if began:
        actor = Connected(connection).actor
        record(actor, EventType.CONNECTION_FAILED, connection, system=connection.system, error=words)
    else:
        Connection.objects.filter(pk=connection.pk).update(failure=words)


@transaction.atomic
def recovered(connection: Connection) -> None:
    rows = Connection.objects.filter(pk=connection.pk, failing_since__isnull=False)
    if rows.update(failing_since=None, failure=""):
        record(Connected(connection).actor, EventType.CONNECTION_RECOVERED, connection, system=connection.system)
