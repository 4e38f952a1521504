"""What one row of a file says about a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Membership
from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.imports.columns import CUSTOM, IGNORED
from contacts.imports.reading import LONGEST_CELL
from contacts.spreadsheet import unguarded
from crm.errors import Invalid
from crm.text import storable

LONGEST = {"name": 300, "company": 300, "source": 60, "label": 60}
_MOST_LABELS = 50
_SEVERAL = re.compile(r"\s*(?:[;|\n]|,(?=\s|$))\s*")


@dataclass
class Given:
    """Empty where the row says nothing."""

    name: str = ""
    company: str = ""
    source: str = ""
    owner_id: UUID | None = None
    addresses: list[Address] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    custom: dict[str, str] = field(default_factory=dict)

    def first(self, kind: str) -> str:
        return next((one.value for one in self.addresses if one.kind == kind), "")


class Owners:
    """The members that a file can name, by their e-mail address or name."""

    def __init__(self, actor: Actor) -> None:
        members = Membership.objects.visible_to(actor).select_related("user")
        self._found: dict[str, UUID] = {}
        for member in members:
            self._found[member.user.name.casefold()] = member.pk
            self._found[member.user.email.casefold()] = member.pk

    def named(self, text: str) -> UUID:
        found = self._found.get(text.casefold())
        if found is None:
            raise Invalid(f"Nobody here is called “{text[:60]}”: give an owner’s name or e-mail address, or none.")
        return found


def given(cells: Sequence[str], targets: Sequence[str], *, actor: Actor, owners: Owners) -> Given:
    """Raises Invalid with the sentence that the report shows."""
    if any(cell.strip() for cell in cells[len(targets) :]):
        raise Invalid("The row has more cells than there are columns: a value with the delimiter in it lacks quotes.")
    values = _values(cells, targets)
    person = Given(
        name=_name(values),
        company=_short(values, "company"),
        source=_short(values, "source"),
        addresses=_addresses(values, actor),
        labels=_labels(values),
        custom={name.removeprefix(CUSTOM): text[0] for name, text in values.items() if name.startswith(CUSTOM)},
    )
    if "owner" in values:
        person.owner_id = owners.named(values["owner"][0])
    if not person.name and not person.addresses:
        raise Invalid("The row has no name, no e-mail address and no phone number.")
    return person


def _values(cells: Sequence[str], targets: Sequence[str]) -> dict[str, list[str]]:
    """What is filled in, by its target."""
    found: dict[str, list[str]] = {}
    for cell, target in zip(cells, targets, strict=False):
        text = storable(unguarded(cell.strip()).strip())
        if len(text) > LONGEST_CELL:
            raise Invalid(f"A cell has more than {LONGEST_CELL:,} characters. Is a quotation mark missing?")
        if text and target != IGNORED:
            found.setdefault(target, []).append(text)
    return found


def _name(values: Mapping[str, list[str]]) -> str:
    halves = [*values.get("first_name", []), *values.get("last_name", [])]
    name = " ".join([*values.get("name", []), *halves]) if not ("name" in values and halves) else values["name"][0]
    return _fitting(" ".join(name.split()), "name")


def _short(values: Mapping[str, list[str]], target: str) -> str:
    return _fitting(" ".join(values.get(target, [""])[0].split()), target)


def _fitting(text: str, what: str) -> str:
    if len(text) > LONGEST[what]:
        raise Invalid(f"The {what} has {len(text):,} characters; at most {LONGEST[what]} fit.")
    return text


def _addresses(values: Mapping[str, list[str]], actor: Actor) -> list[Address]:
    found: dict[tuple[str, str], Address] = {}
    for kind in (EMAIL, PHONE):
        for text in (one for cell in values.get(kind, []) for one in _SEVERAL.split(cell) if one):
            one = _address(kind, text, actor)
            found.setdefault((one.kind, one.value), one)
    return list(found.values())


def _address(kind: str, text: str, actor: Actor) -> Address:
    try:
        return address(kind, unguarded(text), region=actor.workspace.region)
    except Invalid:
        noun = "an e-mail address" if kind == EMAIL else "a phone number"
        raise Invalid(f"“{text[:60]}” is not {noun}.") from None


def _labels(values: Mapping[str, list[str]]) -> list[str]:
    names = [one for cell in values.get("labels", []) for one in re.split(r"\s*[,;|\n]\s*", cell) if one]
    distinct = list({name.casefold(): _fitting(name, "label") for name in names}.values())
    if len(distinct) > _MOST_LABELS:
        raise Invalid(f"The row has {len(distinct)} labels; at most {_MOST_LABELS} can be put on.")
    return distinct
