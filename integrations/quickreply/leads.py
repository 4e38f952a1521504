"""A lead as QuickReply gives and takes it: phone, name, email, custom fields under the names that were agreed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contacts.addresses import EMAIL, Address, address
from contacts.custom import LONGEST_NAME, LONGEST_VALUE, written
from contacts.models import Contact
from crm.errors import Invalid
from integrations.phones import phone
from integrations.quickreply.calls_in import plain

_MOST_FIELDS = 200
_OWN = ("phone", "name", "email", "lead_id", "custom_fields", "source", "event", "data")
# A mapped name may stand for one of a contact's own fields.
_COLUMNS = ("company",)


@dataclass(frozen=True)
class Lead:
    """fields: in the terms of `contacts.incoming.Known`. `lead_id`: as given, the id of a contact here."""

    addresses: list[Address]
    name: str = ""
    lead_id: str = ""
    source: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


def lead(given: Mapping[str, Any], *, region: str, names: Mapping[str, str]) -> Lead:
    """What was given. region: the workspace's. names: their name of a field to ours. Raises Invalid, by field."""
    texts = {name: _text(given, name) for name in ("phone", "name", "email", "lead_id", "source")}
    if len(texts["name"]) > 300:
        raise Invalid(fields={"name": ["At most 300 characters."]})
    addresses = [phone(texts["phone"], [region], coded=True)] if texts["phone"] else []
    addresses += [address(EMAIL, texts["email"], region=region)] if texts["email"] else []
    custom = given.get("custom_fields") or {}
    if not isinstance(custom, Mapping):
        raise Invalid(fields={"custom_fields": ["Send an object of names and values: {…}."]})
    beside = {name: value for name, value in given.items() if name not in _OWN}
    fields = _fields({**beside, **custom}, names)
    if texts["name"]:
        fields["name"] = texts["name"]
    return Lead(addresses, texts["name"], texts["lead_id"], texts["source"][:60], fields)


def whole(given: Mapping[str, Any], one: Lead) -> None:
    """Raises Invalid unless a lead has what QuickReply says that it always has: a phone and a name."""
    missing = [name for name, value in (("phone", _text(given, "phone")), ("name", one.name)) if not value]
    if missing:
        raise Invalid(fields={name: ["Is required."] for name in missing})


def shown(contact: Contact, names: Mapping[str, str]) -> dict[str, Any]:
    """`lead_fields`: custom fields under their own names again."""
    theirs = {ours: name for name, ours in names.items()}
    custom = {theirs.get(name, name): value for name, value in contact.custom_fields.items()}
    custom |= {theirs[name]: getattr(contact, name) for name in _COLUMNS if name in theirs and getattr(contact, name)}
    return {"phone": contact.phone, "name": contact.name, "email": contact.email, "custom_fields": custom}


def _fields(custom: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if len(custom) > _MOST_FIELDS:
        raise Invalid(fields={"custom_fields": [f"At most {_MOST_FIELDS} fields."]})
    found: dict[str, Any] = {}
    for name, value in custom.items():
        ours = names.get(name, name).strip()
        if not 1 <= len(ours) <= LONGEST_NAME:
            raise Invalid(fields={"custom_fields": [f"A name must have 1 to {LONGEST_NAME} characters."]})
        if len(written(value)) > LONGEST_VALUE:
            raise Invalid(fields={"custom_fields": [f"{ours}: at most {LONGEST_VALUE:,} characters."]})
        column = name in names and ours in _COLUMNS
        found[ours if column else f"custom_fields.{ours}"] = written(value)[:300] if column else value
    return found


def _text(given: Mapping[str, Any], name: str) -> str:
    text = plain(given.get(name))
    if text is None:
        raise Invalid(fields={name: ["Must be a text."]})
    return text
