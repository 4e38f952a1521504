"""Two contacts side by side before they are merged, and what a merge that is taken apart would give back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contacts.custom import written
from contacts.joining import FILLED, Fields, fields_of
from contacts.merging import holders
from contacts.models import Contact, ContactLabel, Merge
from contacts.moving import followers, going_back

TITLES = {"name": "Name", "email": "E-mail", "phone": "Phone", "company": "Company", "owner_id": "Owner"}
_NOUNS = {
    "inbox.Conversation": ("conversation", "conversations"),
    "deals.Deal": ("deal", "deals"),
    "inbox.FollowUp": ("follow-up", "follow-ups"),
    "contacts.Identity": ("address", "addresses"),
}
_CUSTOM = "custom_fields."


@dataclass(frozen=True)
class Line:
    """One field of both: what each has, and which stays unless one says otherwise. `choice`: both have one, and they
    differ."""

    name: str
    title: str
    winners: str
    losers: str
    taken: bool

    @property
    def choice(self) -> bool:
        return bool(self.winners) and bool(self.losers) and self.winners != self.losers

    @property
    def stays(self) -> str:
        return self.losers if (self.taken and self.losers) or not self.winners else self.winners


def lines(winner: Contact, loser: Contact, taken: Iterable[str] = ()) -> list[Line]:
    """Each field that either of them has."""
    ours, theirs, chosen = fields_of(winner), fields_of(loser), set(taken)
    custom = sorted(name for name in ours.keys() | theirs.keys() if name.startswith(_CUSTOM))
    found = [
        Line(name, title_of(name), _shown(winner, ours, name), _shown(loser, theirs, name), name in chosen)
        for name in (*FILLED, *custom)
    ]
    return [line for line in found if line.winners or line.losers]


def title_of(name: str) -> str:
    return TITLES.get(name) or name.removeprefix(_CUSTOM).replace("custom_fields", "Further fields").capitalize()


def takeable(names: Iterable[str], winner: Contact, loser: Contact) -> list[str]:
    """Those of `names` that are fields of the two."""
    known = {line.name for line in lines(winner, loser)}
    return sorted(set(names) & known)


def moving(loser: Contact) -> list[str]:
    """What goes over with a merge, counted: “2 conversations”."""
    counts = {model._meta.label: model._base_manager.filter(contact=loser).count() for model in followers()}
    labels = ContactLabel.objects.filter(contact=loser).count()
    return [*counted(counts), *([_number(labels, "label", "labels")] if labels else [])]


@dataclass(frozen=True)
class Parting:
    """back: what goes to whom was merged in, counted. stays: what stays. holder: who has it all now."""

    back: list[str]
    stays: list[str]
    holder: Contact


def parting(done: Merge) -> Parting:
    """What taking this merge apart would do. Reads only."""
    holder = Contact.objects.get(pk=holders(done.winner_id)[-1])
    back = {model._meta.label: len(ids) for model, ids in going_back(done, holder).items()}
    whole = {model._meta.label: model._base_manager.filter(contact=holder).count() for model in followers()}
    stays = {label: count - back.get(label, 0) for label, count in whole.items()}
    return Parting(counted(back), counted(stays), holder)


def counted(counts: dict[str, int]) -> list[str]:
    return [_number(counts[label], *nouns) for label, nouns in _NOUNS.items() if counts.get(label)]


def _number(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}"


def _shown(contact: Contact, fields: Fields, name: str) -> str:
    if name == "owner_id":
        return str(contact.owner.user) if contact.owner else ""
    value: Any = fields.get(name)
    return written(value)
