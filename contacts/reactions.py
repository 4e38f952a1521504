"""What the room of people does by itself."""

from accounts.actors import Actor
from activity.consumers import reaction
from activity.models import Event, RunRow, Undo
from activity.types import EventType
from contacts.models import MatchKey


@reaction(
    "forget_imported",
    EventType.CONTACT_ERASED,
    title="When a person is erased, forget what imports and undos kept of them.",
    switchable=False,
)
def forget_imported(event: Event, actor: Actor) -> None:
    RunRow.objects.filter(workspace=event.workspace, subject_id=event.subject_id).update(before={}, words="")
    Undo.objects.filter(workspace=event.workspace, data__id=str(event.subject_id)).delete()
    MatchKey.objects.filter(person=event.subject_id).delete()
