"""The fields of two records of one person as one, and what they are once one of several merges is taken apart.

Pure: what was before, what is taken from whom and what was edited by hand are given, nothing is read or written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from contacts.models import Contact

FILLED = ("name", "email", "phone", "company", "owner_id")
_CUSTOM = "custom_fields."

# Each field by its name; a custom one as `custom_fields.<its name>`, so that each is kept, chosen or edited by itself.
Fields: TypeAlias = dict[str, Any]
_ABSENT: Any = None


def fields_of(contact: Contact) -> Fields:
    """As they are kept in a merge: ids as text."""
    plain = {name: _plain(getattr(contact, name)) for name in (*FILLED, "status")}
    return plain | {f"{_CUSTOM}{name}": value for name, value in contact.custom_fields.items()}


def changes_to(contact: Contact, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What to write to the contact so that its fields are `wanted`."""
    changes: dict[str, Any] = {name: value for name, value in wanted.items() if not name.startswith(_CUSTOM)}
    custom = {name.removeprefix(_CUSTOM): value for name, value in wanted.items() if name.startswith(_CUSTOM)}
    present = fields_of(contact)
    plain = {name: value for name, value in changes.items() if present[name] != value}
    return plain if custom == contact.custom_fields else {**plain, "custom_fields": custom}


def joined(winner: Fields, loser: Fields, taken: Iterable[str]) -> Fields:
    """The winner's fields, empty ones filled from the loser, and those in `taken` the loser's. Who must not be written
    to stays so."""
    chosen = set(taken)
    both = {
        name: value
        for name, value in loser.items()
        if name != "status" and not _empty(value) and (name in chosen or _empty(winner.get(name, _ABSENT)))
    }
    status = {"status": loser["status"]} if loser.get("status") == Contact.Status.UNSUBSCRIBED else {}
    return {**winner, **both, **status}


@dataclass
class Step:
    """One merge into a contact: its fields before and after, the loser's, and which of those were chosen."""

    before: Fields
    after: Fields
    loser: Fields
    taken: Sequence[str] = field(default_factory=list)


def without(first: Fields, steps: Sequence[Step], present: Fields, since: Fields) -> tuple[Fields, set[str]]:
    """A contact's fields had they begun as `first` before the merges `steps`, with every edit by hand kept; and the
    names of those edits. since: what the fields were after the merge that is gone, or before the one that changed.

    The steps' own before and after are brought up to date."""
    state, last, edited = dict(first), since, set[str]()
    for step in steps:
        edited |= _keep_edits(state, last, step.before)
        last = step.after
        step.before = dict(state)
        state = joined(state, step.loser, step.taken)
        step.after = dict(state)
    return state, edited | _keep_edits(state, last, present)


def _keep_edits(state: Fields, left: Fields, found: Fields) -> set[str]:
    """Where a merge left one value and another was found later, somebody wrote it: it stays."""
    edited = {name for name in left.keys() | found.keys() if left.get(name, _ABSENT) != found.get(name, _ABSENT)}
    for name in edited:
        if name in found:
            state[name] = found[name]
        else:
            state.pop(name, None)
    return edited


def named(edited: Iterable[str]) -> list[str]:
    """The fields as the API names them: custom ones are one field."""
    return sorted({name.split(".", 1)[0] for name in edited})


def _empty(value: Any) -> bool:
    return value is None or value == ""


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else str(value)
