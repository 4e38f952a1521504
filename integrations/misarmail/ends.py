"""What no list tells, since it is gone from it: another Parley's own log of what was deleted and who was merged.
MisarMail has none."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from contacts import actions as contacts
from contacts.merging import merge
from contacts.models import Contact, Identity
from deals import actions as deals
from deals.models import Deal
from integrations.base import Connected, Tally
from integrations.links import linked
from integrations.misarmail import opportunities
from integrations.misarmail.counting import count
from integrations.misarmail.people import SYSTEM
from integrations.misarmail.reading import Said, part, words
from integrations.models import Watermark

STREAM = "events"
NOW = "end"


def begins_at(connected: Connected) -> str:
    """Where the log was read to; a first look begins at its end, since the lists tell all that is before."""
    row = Watermark.objects.filter(connection=connected.connection, stream=STREAM).first()
    return str(row.value["cursor"]) if row else NOW


def take(connected: Connected, said: Sequence[Said]) -> Tally:
    tally = Tally()
    for event in said:
        end = ENDS.get(words(event, "type"))
        if end is not None:
            count(tally, partial(end, connected, event))
    return tally


def _deal_deleted(connected: Connected, event: Said) -> str:
    pk = linked(connected.connection, opportunities.KIND, words(part(event, "subject"), "id"))
    deal = Deal.objects.visible_to(connected.actor).filter(pk=pk).first() if pk else None
    if deal is None:
        return "same"
    deals.delete(actor=connected.actor, deal=deal)
    return "changed"


def _contact_deleted(connected: Connected, event: Said) -> str:
    contact = _contact(connected, words(part(event, "subject"), "id"))
    if contact is None:
        return "same"
    contacts.delete(actor=connected.actor, contact=contact)
    return "changed"


def _contacts_merged(connected: Connected, event: Said) -> str:
    winner = _contact(connected, words(part(event, "subject"), "id"))
    loser = _contact(connected, words(part(event, "data"), "merged_id"))
    if winner is None or loser is None or winner == loser:
        return "same"
    merge(actor=connected.actor, winner=winner, loser=loser)
    return "changed"


def _contact(connected: Connected, their_id: str) -> Contact | None:
    """Ours, or where ours was copied by them, that one."""
    theirs = Identity.objects.filter(workspace=connected.workspace, kind=SYSTEM, value=their_id)
    found: Contact | None = Contact.objects.visible_to(connected.actor).filter(pk__in=theirs.values("contact")).first()
    return found


ENDS: Mapping[str, Callable[[Connected, Said], str]] = {
    "deal.deleted": _deal_deleted,
    "contact.deleted": _contact_deleted,
    "contact.merged": _contacts_merged,
}
