"""The suppression list, kept by hand: addresses put on it, one or many at once, and taken off. What is sent asks
`contacts.suppression`, whoever put an address there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from activity.log import record_all
from activity.types import EventType
from activity.undoing import Touched, undoes
from clients.scope import client_for
from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.models import Contact, Identity, Suppression
from contacts.ownership import write_signed
from crm.errors import Conflict, Invalid, NotAllowed
from crm.text import storable
from crm.transactions import insert_once
from crm.versions import touch_all

MOST = 1_000
LONGEST_REASON = 300
BY_HAND = "put there by hand"
ADDED, LIFTED = "suppressions.added", "suppressions.lifted"
_APART = re.compile(r"[\n\r,;\t]+")


@dataclass(frozen=True)
class Outcome:
    """added: new on the list. known: how many stood there already. wrong: what is no address, each as it was typed."""

    added: list[Suppression] = field(default_factory=list)
    known: int = 0
    wrong: list[str] = field(default_factory=list)


def typed_apart(text: str) -> list[str]:
    """The addresses of a pasted text: one a line, or apart by commas or semicolons; each once, as it was typed."""
    pieces = (piece.strip().strip("\"'<>").strip() for piece in _APART.split(text))
    return list(dict.fromkeys(piece for piece in pieces if piece))


@transaction.atomic
def add(*, actor: Actor, written: Sequence[str], reason: str = "", client_id: UUID | None = None) -> Outcome:
    """Send nothing to any of these addresses any more, for this client or for the workspace's own contacts. Done twice,
    it is done once. Raises Invalid where there is none, or more than `MOST`."""
    actor.must_write()
    if not written:
        raise Invalid(fields={"addresses": ["Type or paste at least one e-mail address or phone number."]})
    if len(written) > MOST:
        raise Invalid(fields={"addresses": [f"At most {MOST:,} at once: these are {len(written):,}."]})
    whose = client_for(actor, client_id)
    found, wrong = _read(actor, written)
    rows = [_row(actor, one, reason, whose) for one in sorted(found)]
    added = [row for row in rows if insert_once(row)]
    _tell(actor, EventType.SUPPRESSION_ADDED, added)
    return Outcome(added, len(rows) - len(added), wrong)


@transaction.atomic
def add_one(
    *, actor: Actor, kind: str, written: str, reason: str = "", client_id: UUID | None = None
) -> tuple[Suppression, bool]:
    """The same of one address, and whether it is new there. Raises Invalid where it is none."""
    actor.must_write()
    whose = client_for(actor, client_id)
    row = _row(actor, address(kind, written, region=actor.workspace.region), reason, whose)
    if insert_once(row):
        _tell(actor, EventType.SUPPRESSION_ADDED, [row])
        return row, True
    wall = whose or actor.workspace.pk
    return Suppression.objects.get(wall=wall, kind=row.kind, value=row.value), False


def _row(actor: Actor, one: Address, reason: str, client: UUID | None) -> Suppression:
    why = reason.strip() or f"{BY_HAND}, {actor.name}"
    return Suppression(
        workspace=actor.workspace, client_id=client, kind=one.kind, value=one.value,
        reason=storable(why, LONGEST_REASON),
    )  # fmt: skip


@transaction.atomic
def lift(*, actor: Actor, suppression: Suppression) -> bool:
    """The address may be written to again: whoever has it is no longer unsubscribed, though their other addresses stay
    on the list. Only for who administers: somebody asked for it. Returns whether it stood there."""
    actor.must_administer()
    holder = _holders([suppression], lock=True).get(_address_of(suppression))
    gone, _ = Suppression.objects.filter(pk=suppression.pk).delete()
    if not gone:
        return False
    if holder is not None and holder.status != Contact.Status.ACTIVE and _was_for(holder, suppression):
        write_signed(holder, actor, status=Contact.Status.ACTIVE)
    _tell(actor, EventType.SUPPRESSION_LIFTED, [suppression])
    return True


@undoes(ADDED)
def _taken_off(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    """What one has put there oneself a moment ago, one may take off."""
    actor.must_write()
    rows = list(Suppression.objects.visible_to(actor).filter(pk__in=data["ids"]).select_for_update())
    Suppression.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _tell(actor, EventType.SUPPRESSION_LIFTED, rows)
    return [Touched("suppression", row.pk) for row in rows[:1]]


@undoes(LIFTED)
def _put_back(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    client = UUID(data["client_id"]) if data["client_id"] else None
    if not actor.sees(client):
        raise Conflict("This address cannot be put back any more.", code="gone")
    row = Suppression(
        workspace=actor.workspace, client_id=client, kind=data["kind"], value=data["value"], reason=data["reason"]
    )
    if insert_once(row):
        _tell(actor, EventType.SUPPRESSION_ADDED, [row])
    if data["contact_id"]:
        contact = Contact.objects.visible_to(actor).filter(pk=data["contact_id"]).first()
        if contact is not None:
            write_signed(contact, actor, status=data["status"])
    return [Touched("suppression", row.pk)]


def before_lifting(suppression: Suppression) -> dict[str, Any]:
    """What `_put_back` needs of an address that is about to be lifted."""
    holder = _holders([suppression]).get(_address_of(suppression))
    return {
        "kind": suppression.kind, "value": suppression.value, "reason": suppression.reason,
        "client_id": str(suppression.client_id) if suppression.client_id else None,
        "contact_id": str(holder.pk) if holder else None, "status": holder.status if holder else None,
    }  # fmt: skip


def must_be_of_team(actor: Actor) -> None:
    """Raise NotAllowed for the people of a client, who look on. A program that is bound to a client keeps its list."""
    if actor.role is not None and not actor.on_team:
        raise NotAllowed("The suppression list is kept by the team. Ask them about yours.", code="team_only")


def _read(actor: Actor, written: Iterable[str]) -> tuple[set[Address], list[str]]:
    """The addresses, each in its one form, and what is none."""
    found: dict[tuple[str, str], Address] = {}
    wrong = []
    for text in written:
        try:
            one = address(EMAIL if "@" in text else PHONE, text, region=actor.workspace.region)
        except Invalid:
            wrong.append(text)
        else:
            found[one.kind, one.value] = one
    return set(found.values()), wrong


def _tell(actor: Actor, type: EventType, rows: Sequence[Suppression]) -> None:
    """Of each address, and of whoever has it: their page shows it, and outside systems hear of it."""
    holders = _holders(rows)
    having = list({holder.pk: holder for holder in holders.values()}.values())
    touch_all(having)
    ids = {kind_value: holder.pk for kind_value, holder in holders.items()}
    told = [(type, row, {"kind": row.kind, "contact_id": ids.get(_address_of(row))}) for row in rows]
    record_all(actor, told)
    record_all(actor, [(EventType.CONTACT_UPDATED, one, {"changed_fields": ["suppression"]}) for one in having])


def _address_of(row: Suppression) -> tuple[str, str]:
    return row.kind, row.value


def _holders(rows: Sequence[Suppression], *, lock: bool = False) -> dict[tuple[str, str], Contact]:
    """Who has each of these addresses, all of one client: by kind and value."""
    if not rows:
        return {}
    wall = rows[0].client_id or rows[0].workspace_id
    known = Identity.objects.filter(wall=wall, value__in=[row.value for row in rows])
    owned = {(kind, value): pk for kind, value, pk in known.values_list("kind", "value", "contact")}
    contacts = Contact.objects.filter(pk__in=owned.values()).order_by("pk")
    found = (contacts.select_for_update(no_key=True) if lock else contacts).in_bulk()
    wanted = {_address_of(row) for row in rows}
    return {one: found[pk] for one, pk in owned.items() if one in wanted and pk in found}


def _was_for(holder: Contact, suppression: Suppression) -> bool:
    """Whether the holder's status says what this address said: a bounce speaks of the primary one alone."""
    return holder.status == Contact.Status.UNSUBSCRIBED or suppression.value == holder.email
