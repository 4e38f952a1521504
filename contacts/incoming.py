"""People as outside systems know them, taken in by the page: found or made, changed where the vendor may, never
doubled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from contacts import keeping
from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.directory import Key, key, locked_holders
from contacts.heeding import Heeding, Record
from contacts.labels import LONGEST_NAME, all_named
from contacts.models import Contact
from crm.errors import Invalid
from crm.text import storable

_SOURCE = 60


@dataclass(frozen=True)
class Known:
    """What an outside system knows of one person.

    system and key: its id there, which becomes an address of its own. addresses: the first of each kind is primary
    there; they are normalised here. fields: name, company, status, `custom_fields.<name>`; an absent one says nothing,
    None or "" says that it is empty. changed_at: when it was changed there. active_at: when the person last did
    something. labels: put on, none is taken off.
    """

    system: str
    key: str
    addresses: Sequence[Address] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    changed_at: datetime | None = None
    source: str = ""
    active_at: datetime | None = None
    labels: Sequence[str] | None = None


@dataclass(frozen=True)
class Met:
    """What became of one: outcome new, changed or same; left: fields whose value here stayed although the vendor has
    another; refused: what could not be taken, in sentences."""

    contact: Contact
    outcome: str
    left: tuple[str, ...] = ()
    refused: str = ""


@transaction.atomic
def take_in(*, actor: Actor, client_id: UUID | None, people: Sequence[Known]) -> list[Met]:
    """Find or make the contact of each, in their order, and write what the vendor may by `contacts.ownership`. A page
    of a hundred costs as many queries as one person. Contacts come back locked.

    Somebody is found by the vendor's id, else by the first address that is known. An address of somebody else stays
    with them. Who was deleted stays so and is left alone, unless `active_at` is later: then they are back. What cannot
    be an address is skipped. What is the same already writes nothing and records nothing.

    Raises Invalid where one has neither a usable id nor a usable address.
    """
    actor.must_write()
    guests = [_Guest(actor, known) for known in people]
    labels = all_named(actor=actor, names=[name for guest in guests for name in guest.labels])
    wanted = {key(one) for guest in guests for one in guest.addresses}
    while True:
        page = _Page(actor, client_id, locked_holders(client_id or actor.workspace.pk, wanted), labels)
        heard = [page.meet(guest) for guest in guests]
        try:
            with transaction.atomic():
                keeping.keep(actor, list(page.records.values()))
        except IntegrityError as error:
            if not keeping.came_second(error):
                raise
            # A parallel arrival took one of the addresses and has committed by now: it is found next time.
        else:
            return [_met(one) for one in heard]


def _met(heard: Heeding) -> Met:
    return Met(heard.contact, heard.outcome, tuple(heard.left), " ".join(heard.refused))


class _Guest:
    """One person, with the addresses (the vendor's id first) and labels that can be used, and what is wrong with the
    others."""

    def __init__(self, actor: Actor, known: Known) -> None:
        self.known = known
        self.refused: list[str] = []
        found: dict[Key, Address] = {}
        for one in (Address(known.system, known.key), *known.addresses):
            if (usable := self._usable(actor, one)) is not None:
                found.setdefault(key(usable), usable)
        self.addresses = list(found.values())
        self.labels = [name for name in map(_on_one_line, known.labels or ()) if self._can_be_a_label(name)]
        if not found:
            raise Invalid(" ".join(self.refused) or "Give an address: without one nobody can tell who it is.")

    def _usable(self, actor: Actor, one: Address) -> Address | None:
        text = one.value or one.written
        if not text.strip():
            return None
        try:
            normal = address(one.kind, text, region=actor.workspace.region)
        except Invalid:
            noun = {EMAIL: "an e-mail address", PHONE: "a phone number"}.get(one.kind, f"an id of {one.kind}")
            self.refused.append(f"“{storable(text, 60)}” is not {noun}.")
            return None
        return Address(normal.kind, normal.value, storable(one.written or text, 500))

    def _can_be_a_label(self, name: str) -> bool:
        if 1 <= len(name) <= LONGEST_NAME:
            return True
        self.refused.append(f"“{name[:60]}” cannot be a label: they have 1 to {LONGEST_NAME} characters.")
        return False


def _on_one_line(text: str) -> str:
    return " ".join(storable(text).split())


class _Page:
    """The people of one page, and whom they turn out to be: more than one can be the same person."""

    def __init__(
        self, actor: Actor, client_id: UUID | None, holders: dict[Key, Contact], labels: dict[str, UUID]
    ) -> None:
        self.actor, self.client_id, self.holders, self.labels = actor, client_id, holders, labels
        self.records: dict[UUID, Record] = {}

    def meet(self, guest: _Guest) -> Heeding:
        record = self._known(guest) or self._new(guest)
        heeding = Heeding(record, self.actor, guest.known.changed_at)
        heeding.refused.extend(guest.refused)
        if record.contact.deleted_at and not self._is_back(record, guest.known.active_at):
            heeding.refused.append(f"{record.contact} was deleted here and has not been active since.")
            return heeding
        own = [one for one in guest.addresses if self._is_theirs(one, heeding)]
        heeding.fields(guest.known.fields)
        for kind in (EMAIL, PHONE):
            heeding.primary(next((one for one in own if one.kind == kind), None))
        heeding.active(guest.known.active_at)
        heeding.labels(self.labels[name] for name in guest.labels)
        return heeding

    def _known(self, guest: _Guest) -> Record | None:
        found = [holder for one in guest.addresses if (holder := self.holders.get(key(one)))]
        if not found:
            return None
        contact = next((one for one in found if one.deleted_at is None), found[0])
        return self.records.setdefault(contact.pk, Record(contact))

    def _new(self, guest: _Guest) -> Record:
        contact = Contact(
            workspace=self.actor.workspace, client_id=self.client_id, source=storable(guest.known.source, _SOURCE),
            last_activity_at=min(guest.known.active_at or self.actor.now, self.actor.now),
        )  # fmt: skip
        record = self.records[contact.pk] = Record(contact, is_new=True)
        return record

    def _is_back(self, record: Record, active_at: datetime | None) -> bool:
        deleted = record.contact.deleted_at
        if deleted is None or active_at is None or active_at <= deleted:
            return False
        record.contact.deleted_at, record.is_back = None, True
        return True

    def _is_theirs(self, one: Address, heeding: Heeding) -> bool:
        """Whether it is this contact's, as it is from now on where nobody had it."""
        contact = heeding.contact
        holder = self.holders.get(key(one))
        if holder is None:
            self.holders[key(one)] = contact
            heeding.claim(one)
        elif holder is not contact:
            heeding.refused.append(f"{one.value} belongs to {holder} and stayed there.")
        return holder in (None, contact)
