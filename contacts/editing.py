"""The form of a contact's own fields: what was typed, what is wrong with it, and what somebody else wrote meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contacts.models import Contact
from crm.errors import Invalid
from crm.pages.typed import identifier

LONGEST = {"name": 300, "company": 300, "email": 320, "phone": 60}
PLAIN = ("company", "email", "phone", "owner", "status")
HALVES = ("first_name", "last_name")


@dataclass
class Form:
    """values: as typed. was: as they were when the page was made. errors: a sentence for a field that cannot be used.
    theirs: what somebody else wrote into a field that was edited here. holder: who has the address that was typed."""

    values: dict[str, str]
    was: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    holder: Contact | None = None
    version: int = 0

    @property
    def is_conflict(self) -> bool:
        return bool(self.theirs)


def first_and_last(name: str) -> tuple[str, str]:
    """A name is kept whole, as it was given; its halves, in a form and as MisarMail has them, are cut at its first
    space."""
    first, _, last = name.strip().partition(" ")
    return first, last.strip()


def shown(contact: Contact) -> Form:
    """The form as it stands before anything is typed."""
    values = _values(contact)
    return Form(values=values, was=dict(values), version=contact.version)


def typed(post: Mapping[str, str], contact: Contact) -> Form:
    """What came back: fields that the form did not have are as they are."""
    present = _values(contact)
    given = {name: post[name].strip() for name in present if name in post}
    was = {name: post.get(f"was-{name}", present[name]) for name in present}
    return Form(values={**present, **given}, was=was, version=contact.version)


def merged(form: Form, contact: Contact) -> Form:
    """With what somebody else wrote meanwhile: a field that was not touched here takes theirs; one that both wrote
    differently is a conflict, told beside what was typed."""
    present = _values(contact)
    for name, now in present.items():
        mine, was = form.values[name], form.was[name]
        if now in (was, mine):
            continue
        if mine == was:
            form.values[name] = now
        else:
            form.theirs[name] = now
    form.was = present
    form.version = contact.version
    return form


def changes(form: Form, contact: Contact) -> dict[str, Any]:
    """What the form changes, in the terms of `contacts.actions.change`. Raises Invalid with a sentence for each field
    that cannot be used; further in, addresses have rules of their own."""
    present = _values(contact)
    different = {name: text for name, text in form.values.items() if text != present[name]}
    errors = {name: [f"At most {most} characters."] for name, most in LONGEST.items() if len(form.values[name]) > most}
    if errors:
        raise Invalid(fields=errors)
    found: dict[str, Any] = {
        name: different[name] for name in ("name", "company", "email", "phone") if name in different
    }
    if "owner" in different:
        found["owner_id"] = identifier(different["owner"], "owner")
    if "status" in different:
        found["status"] = _status(different["status"], contact)
    return found


def _values(contact: Contact) -> dict[str, str]:
    owner = str(contact.owner_id) if contact.owner_id else ""
    return {
        "name": contact.name, "company": contact.company, "email": contact.email, "phone": contact.phone,
        "owner": owner, "status": contact.status,
    }  # fmt: skip


def _status(text: str, contact: Contact) -> str:
    if text not in Contact.Status.values:
        raise Invalid(fields={"status": ["Choose one of the statuses."]})
    if contact.status == Contact.Status.UNSUBSCRIBED:
        raise Invalid(
            fields={"status": ["They asked not to be written to. An admin can lift that, beside the addresses."]}
        )
    return text
