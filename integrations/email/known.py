"""Which mails are here already, as a message or as something else that was made of them."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from inbox.channels import Channel
from inbox.models import Message
from integrations.base import Connected
from integrations.links import link
from integrations.models import InboundEvent, Link

READ = "mail"
LONGEST = 300


def known(connected: Connected, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that are here: taken in by this connection, by an import of an archive of the same mails or by a
    connection that is no more; read as a report or left out; or kept as what cannot be read. Three queries."""
    by_key = {key(each): each for each in ids}
    orphaned = Q(connection=None) | Q(connection__deleted_at__isnull=False)
    here = Message.objects.filter(
        Q(connection=connected.connection) | Q(orphaned, conversation__channel=Channel.EMAIL),
        wall=connected.wall, external_id__in=by_key.values(),
    ).values_list("external_id", flat=True)  # fmt: skip
    links = Link.objects.filter(connection=connected.connection, kind=READ, external_id__in=by_key)
    events = InboundEvent.objects.filter(connection=connected.connection, key__in=by_key)
    kept = {*links.values_list("external_id", flat=True), *events.values_list("key", flat=True)}
    return {*filter(None, here), *(by_key[each] for each in kept)}


def remember(connected: Connected, message_id: str, about: UUID, **data: str) -> None:
    """A mail that became no message: what it said is done, and is not to be done again."""
    link(connected.connection, READ, key(message_id), about, **data)


def key(message_id: str) -> str:
    """A Message-ID as a column of 300 characters takes it."""
    if len(message_id) <= LONGEST:
        return message_id
    return f"sha256:{hashlib.sha256(message_id.encode()).hexdigest()}"
