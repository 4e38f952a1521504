"""People from systems that tell their whole record each time, whatever it was that changed in it.

Only what differs from what they told before is their change: what a colleague wrote here since is not overwritten by
its repetition.
"""

from dataclasses import replace
from typing import Any

from django.db import transaction

from contacts.addresses import EMAIL, PHONE, Address
from contacts.incoming import Known, Met, take_in
from contacts.models import Contact
from integrations.base import Connected
from integrations.links import link
from integrations.models import Link

KIND = "told"


@transaction.atomic
def take_whole(connected: Connected, known: Known, *, who: str | None) -> Met:
    """`contacts.incoming.take_in` of one person, as far as it is news. who: the system's own name for the record; None
    where that will be the contact's id and is not known yet. `known.changed_at` says which of two tellings is newer.
    The contact comes back locked."""
    told = Link.objects.filter(connection=connected.connection, kind=KIND, external_id=who).first() if who else None
    holder = _holder(told)
    met = _take(connected, known if told is None or holder is None else _news(known, told.data, holder))
    if holder is not None and met.contact.pk != holder.pk:
        met = _take(connected, known)  # an address of theirs is somebody else's, of whom nothing was told yet
    _remember(connected, known, met, told, who or str(met.contact.pk))
    return met


def _take(connected: Connected, known: Known) -> Met:
    [met] = take_in(actor=connected.actor, client_id=connected.client_id, people=[known])
    return met


def _holder(told: Link | None) -> Contact | None:
    """Whom it was told of, if they are still here as they were."""
    rows = Contact.objects.filter(merged_into=None, deleted_at=None, erased_at=None)
    return rows.filter(pk=told.subject_id).first() if told else None


def _news(known: Known, before: dict[str, Any], holder: Contact) -> Known:
    fields = {name: value for name, value in known.fields.items() if _differs(before, name, value)}
    # The first of a kind is primary: with nothing new about it, that is whichever is so here.
    primary = [Address(kind, getattr(holder, kind)) for kind in (EMAIL, PHONE) if getattr(holder, kind)]
    kept = [one for one in primary if not _differs(before, one.kind, _first(known, one.kind))]
    return replace(known, fields=fields, addresses=[*kept, *known.addresses])


def _differs(before: dict[str, Any], name: str, value: Any) -> bool:
    return name not in before or before[name] != value


def _first(known: Known, kind: str) -> str:
    return next((one.value for one in known.addresses if one.kind == kind), "")


def _remember(connected: Connected, known: Known, met: Met, told: Link | None, who: str) -> None:
    at = known.changed_at.isoformat() if known.changed_at else ""
    before = told.data if told else {}
    if before.get("at", "") > at:  # this one came late
        return
    addresses = {kind: first for kind in (EMAIL, PHONE) if (first := _first(known, kind))}
    link(connected.connection, KIND, who, met.contact.pk, **{**before, **known.fields, **addresses, "at": at})
