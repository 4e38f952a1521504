"""Letting one reaction handle what has happened, as its reader would."""

from activity.consumers import READERS, handle
from activity.models import Event


def react(name: str) -> list[bool]:
    """Whether the reaction `name` ran for each event of its types, in the log's order."""
    reader = READERS[name]
    rows = Event.objects.filter(type__in=reader.types).select_related("workspace").order_by("sequence")
    return [handle(reader, event) for event in rows]
