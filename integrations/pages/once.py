"""Secrets that were made for a connection, on their way to the one page that shows them: sealed, for this person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.sealing import CannotOpen, seal, unseal
from integrations.models import Connection
from integrations.registry import system_called

_KEY = "connections.shown_once"


@dataclass(frozen=True)
class Made:
    name: str
    label: str
    value: str


def keep(session: Any, connection: Connection, shown: Mapping[str, str]) -> None:
    if shown:
        session[_KEY] = {**session.get(_KEY, {}), str(connection.pk): seal(dict(shown))}


def taken(session: Any, connection: Connection) -> Sequence[Made]:
    """What was kept for this connection. It is not there a second time."""
    waiting = dict(session.get(_KEY, {}))
    sealed = waiting.pop(str(connection.pk), "")
    if not sealed:
        return []
    session[_KEY] = waiting
    try:
        shown = unseal(sealed)
    except CannotOpen:  # the key was changed meanwhile
        return []
    labels = {field.name: field.label for field in system_called(connection.system).fields}
    return [Made(name, labels.get(name, name), str(value)) for name, value in shown.items()]
