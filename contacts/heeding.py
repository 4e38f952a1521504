"""What one contact becomes by what an outside system says of them. Nothing is written here: `contacts.keeping` does."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from contacts.addresses import EMAIL, PHONE, Address
from contacts.custom import LONGEST_NAME, LONGEST_VALUE, MOST
from contacts.models import Contact
from contacts.ownership import CUSTOM, SIDES, Origin, Side, may_write, origin_of, said_at, stamp, written_time
from crm.text import storable

_LONGEST = {"name": 300, "company": 300, EMAIL: 320, PHONE: 20}


@dataclass(eq=False)
class Record:
    """A contact while a page is taken in. changed: what its event will name; is_marked: what nobody is told of changed,
    an origin or the last activity; claimed: addresses to add; labels: to put on."""

    contact: Contact
    is_new: bool = False
    is_back: bool = False
    changed: set[str] = field(default_factory=set)
    is_marked: bool = False
    claimed: list[Address] = field(default_factory=list)
    labels: set[UUID] = field(default_factory=set)


class Heeding:
    """What an outside system says of one contact, heeded. left: fields that stayed ours; refused: sentences."""

    def __init__(self, record: Record, actor: Actor, changed_at: datetime | None) -> None:
        self.record, self.contact, self.actor = record, record.contact, actor
        self._made = record.is_new and not record.claimed
        self._changes = record.is_back
        self._labels = set[UUID]()
        # A clock that is ahead must not own a field for years.
        self.changed_at = min(changed_at, actor.now) if changed_at else None
        self.left: list[str] = []
        self.refused: list[str] = []

    @property
    def outcome(self) -> str:
        if self._made:
            return "new"
        return "changed" if self._changes or self._labels & self.record.labels else "same"

    def claim(self, address: Address) -> None:
        self.record.claimed.append(address)
        self._changed("addresses")

    def primary(self, address: Address | None) -> None:
        if address is not None:
            self._write(address.kind, address.value)

    def labels(self, ids: Iterable[UUID]) -> None:
        self._labels.update(ids)
        self.record.labels.update(self._labels)

    def fields(self, given: Mapping[str, Any]) -> None:
        """Raises ValueError for a field that contacts do not have."""
        for name, value in given.items():
            if name.startswith(CUSTOM):
                self._custom(name, stored(value))
            elif name == "status":
                self._status(value)
            elif name in ("name", "company"):
                self._write(name, storable(str(value or ""), _LONGEST[name]).strip())
            else:
                raise ValueError(f"A contact has no field “{name}” that an outside system could write.")

    def active(self, at: datetime | None) -> None:
        moment = min(at, self.actor.now) if at else None
        if moment and moment > self.contact.last_activity_at:
            self.contact.last_activity_at = moment
            self.record.is_marked = True

    def _status(self, value: Any) -> None:
        if value in ("", None):
            return
        if value not in Contact.Status.values:
            self.refused.append(f"“{storable(str(value), 60)}” is no status.")
        elif self.contact.status == Contact.Status.UNSUBSCRIBED != value:
            self.left.append("status")  # who asked not to be written to is only let back by a person
        else:
            self._write("status", value)

    def _custom(self, name: str, value: Any) -> None:
        own = name.removeprefix(CUSTOM)
        if SIDES.get(name) is Side.OURS:
            return
        if not 1 <= len(own) <= LONGEST_NAME or own != storable(own):
            self.refused.append(f"“{storable(own, 60)}” cannot be the name of a field.")
        elif value and own not in self.contact.custom_fields and len(self.contact.custom_fields) >= MOST:
            self.refused.append(f"“{own}” was left out: a contact has at most {MOST} custom fields.")
        else:
            self._write(name, value)

    def _write(self, name: str, value: Any) -> None:
        present, origin = _value(self.contact, name), self._origin(name)
        if present == value or (_empty(present) and _empty(value)):
            self._agree(name, origin)
        elif may_write(name, origin, self.actor.kind, self.changed_at):
            _set(self.contact, name, value)
            self.contact.field_origins[name] = stamp(self.actor, self.changed_at)
            self._changed(name.split(".", 1)[0])
        else:
            self.left.append(name)

    def _changed(self, name: str) -> None:
        self._changes = True
        self.record.changed.add(name)

    def _origin(self, name: str) -> Origin | None:
        """What is there and unsigned has been ours since the contact was made."""
        origin = origin_of(self.contact, name)
        if origin is None and not self.record.is_new and not _empty(_value(self.contact, name)) and name != "status":
            return {"kind": "system", "at": written_time(self.contact.created_at)}
        return origin

    def _agree(self, name: str, origin: Origin | None) -> None:
        """Keep when the vendor said the same, so that something older that comes late does not count as newer."""
        since = said_at(origin) if origin else None
        if origin and since and self.changed_at and self.changed_at > since:
            self.contact.field_origins[name] = {**origin, "agreed": written_time(self.changed_at)}
            self.record.is_marked = True


def stored(value: Any) -> Any:
    """A value as a JSON column takes it: what it cannot hold as text, texts cut to what a custom field holds."""
    if isinstance(value, str):
        return storable(value, LONGEST_VALUE)
    if isinstance(value, datetime):
        return written_time(value)
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, Mapping):
        return {storable(str(name), LONGEST_NAME): stored(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [stored(each) for each in value]
    return storable(str(value), LONGEST_VALUE)


def _value(contact: Contact, name: str) -> Any:
    return contact.custom_fields.get(name.removeprefix(CUSTOM)) if name.startswith(CUSTOM) else getattr(contact, name)


def _set(contact: Contact, name: str, value: Any) -> None:
    if not name.startswith(CUSTOM):
        setattr(contact, name, value)
    elif _empty(value):
        contact.custom_fields.pop(name.removeprefix(CUSTOM), None)
    else:
        contact.custom_fields[name.removeprefix(CUSTOM)] = value


def _empty(value: Any) -> bool:
    return value is None or value == ""
