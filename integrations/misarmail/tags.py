"""Labels with their colours, as another Parley lists them; MisarMail's tags have none."""

import re
from collections.abc import Sequence
from datetime import datetime

from contacts import labels
from contacts.models import Label
from integrations.base import Connected, Tally
from integrations.links import link
from integrations.misarmail.reading import Said, moment, words
from integrations.models import Link

KIND = "label"
GREY = "#6b7280"
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def take(connected: Connected, said: Sequence[Said]) -> Tally:
    """A colour that was changed there since we looked is changed here, unless we see one client's rows alone."""
    tally = Tally()
    rows = Link.objects.filter(connection=connected.connection, kind=KIND)
    seen = {row.external_id: row.data.get("colour") for row in rows}
    for one in said:
        their_id, name, colour = words(one, "id"), words(one, "name", most=60), words(one, "colour")
        if not (their_id and name):
            tally.failed += 1
            continue
        known = _named(connected, name)
        label = known or _backdated(labelled(connected, name, colour), moment(one, "created_at"))
        news = known and seen.get(their_id) not in (None, colour) and _COLOUR.fullmatch(colour)
        if news and connected.client_id is None:
            labels.change(actor=connected.actor, label=label, colour=colour)
        if seen.get(their_id) != colour:
            link(connected.connection, KIND, their_id, label.pk, colour=colour)
        tally.new += known is None
        tally.changed += bool(news)
        tally.same += bool(known and not news)
    return tally


def _backdated(label: Label, since: datetime | None) -> Label:
    if since and since < label.created_at:
        Label.objects.filter(pk=label.pk).update(created_at=since)
    return label


def labelled(connected: Connected, name: str, colour: str) -> Label:
    """Our label of this name; a new one has their colour."""
    found = _named(connected, name)
    colour = colour if _COLOUR.fullmatch(colour) else GREY
    return found or labels.create(actor=connected.actor, name=name, colour=colour)


def _named(connected: Connected, name: str) -> Label | None:
    return Label.objects.filter(workspace=connected.workspace, name__iexact=name).first()
