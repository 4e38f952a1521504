"""Labels at Kirim: those of conversations one by one, those of segments a thousand contacts at a time. A label is found
there by its name, or made; the connection's settings may name another."""

from collections.abc import Callable, Iterable, Iterator

from contacts.models import Label
from inbox.models import Conversation, ConversationLabel
from integrations.base import Connected
from integrations.calling import VendorError
from integrations.kirim import threads
from integrations.kirim.calls import Calls
from integrations.kirim.mapping import Row, text
from integrations.links import link, outside_id

KIND, LABEL = "labels", "label"
# What bulk_label takes at once.
CHUNK = 1000
Effect = Callable[[], str]


def of_conversation(connected: Connected, conversation: Conversation, theirs: Row, calls: Calls, key: str) -> Effect:
    """Put on at Kirim what it lacks and take off what was put on from here and is gone. Asked for twice, it is the
    same: both calls say how it should be."""
    before = threads.before_of(connected, conversation, theirs)
    rows = ConversationLabel.objects.filter(conversation=conversation)
    borne = list(Label.objects.filter(pk__in=rows.values("label_id")))
    ids = {label.pk: id_of(connected, label, calls, key) for label in borne}
    wanted, there = set(ids.values()), {str(one) for one in before.get("labels", [])}
    for one in sorted(wanted - there):
        calls.label_conversation(text(theirs["id"]), one, f"{key}-{one}")
    for one in sorted(there - wanted):
        _take_off(calls, text(theirs["id"]), one)

    def effect() -> str:
        for label in borne:
            link(connected.connection, LABEL, ids[label.pk], label.pk)
        data = {**threads.before_of(connected, conversation, theirs), "labels": sorted(wanted)}
        link(connected.connection, threads.KIND, text(theirs["id"]), conversation.pk, **data)
        return f"{conversation}: {len(wanted - there)} labels put on, {len(there - wanted)} taken off"

    return effect


def _take_off(calls: Calls, conversation_id: str, label_id: str) -> None:
    try:
        calls.unlabel_conversation(conversation_id, label_id)
    except VendorError as error:
        if error.status != 404:  # it is off already
            raise


def id_of(connected: Connected, label: Label, calls: Calls, key: str) -> str:
    known = outside_id(connected.connection, LABEL, label.pk)
    return known or id_named(connected, label.name, calls, key)


def id_named(connected: Connected, name: str, calls: Calls, key: str) -> str:
    """The id of the label of this name at Kirim: as the settings say, else found, else made."""
    named = connected.settings.get("labels") or {}
    said = next((str(chosen) for one, chosen in named.items() if one.casefold() == name.casefold()), "")
    return said or calls.label_named(name) or calls.create_label(name, f"{key}-label-{name}"[:255])


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """In stretches that one call takes, always cut in the same places: a push that is tried again asks the same."""
    whole = sorted(set(ids))
    for start in range(0, len(whole), CHUNK):
        yield whole[start : start + CHUNK]
