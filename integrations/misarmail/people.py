"""Contacts of theirs, taken in page by page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from contacts import actions, labels
from contacts.addresses import EMAIL, PHONE, Address
from contacts.incoming import Known, Met, take_in
from contacts.models import Contact, Identity, Label
from contacts.ownership import CUSTOM, declare_behaviour
from integrations.base import Connected, Tally
from integrations.misarmail import users
from integrations.misarmail.calls import TITLE
from integrations.misarmail.sides import Sides
from integrations.misarmail.theirs import UNTOLD, Person
from integrations.models import Link

KIND = "contact"
SYSTEM = "misarmail"
BEHAVIOUR = ("last_sent_at", "last_delivered_at", "last_opened_at", "last_clicked_at", "last_clicked_url")
declare_behaviour(*BEHAVIOUR)


def take(connected: Connected, theirs: Sequence[Person]) -> Tally:
    """Those without an id or an address that could be used are counted as failed."""
    sides, tally = Sides(connected), Tally()
    told = _told(connected, theirs)
    groups: dict[UUID | None, list[Person]] = defaultdict(list)
    for person in theirs:
        groups[sides.of(person.client_id)].append(person)
    for side, people in groups.items():
        known = [_known(person, told.get(person.id)) for person in people]
        mets = take_in(actor=connected.actor, client_id=side, people=known)
        _backdate(zip(people, mets, strict=True))
        for person, met in zip(people, mets, strict=True):
            dropped = _unlabel(connected, met.contact, person, told.get(person.id))
            given = _hand_over(connected, met.contact, person, told.get(person.id))
            outcome = "changed" if (dropped or given) and met.outcome == "same" else met.outcome
            setattr(tally, outcome, getattr(tally, outcome) + 1)
    _remember(connected, theirs, told)
    return tally


def _known(person: Person, told: dict[str, Any] | None) -> Known:
    """With what was taken away there since we looked: a custom field that is not told any more is empty."""
    gone = set(told["custom"]) - person.fields.keys() if told else set()
    return Known(
        system=SYSTEM, key=person.id, addresses=addresses_of(person), fields={**dict.fromkeys(gone), **person.fields},
        changed_at=person.changed_at, source=TITLE if person.source is None else person.source,
        active_at=person.active_at, labels=person.tags,
    )  # fmt: skip


def addresses_of(person: Person) -> list[Address]:
    """As they are written there."""
    emails = [Address(EMAIL, "", one) for one in person.emails]
    return emails + [Address(PHONE, "", one) for one in person.phones]


def _backdate(met: Iterable[tuple[Person, Met]]) -> None:
    """Who is new here has been known there since; and was last active when they say."""
    older = []
    for person, one in met:
        since = person.created_at
        if one.outcome == "new" and since and since < one.contact.created_at:
            one.contact.created_at, one.contact.last_activity_at = since, person.active_at or since
            older.append(one.contact)
    Contact.objects.bulk_update(older, ["created_at", "last_activity_at"])


def _unlabel(connected: Connected, contact: Contact, person: Person, told: dict[str, Any] | None) -> bool:
    """Take off what was taken off there since we looked."""
    gone = set(told["tags"]) - set(person.tags) if told and person.tags is not None else set()
    for label in Label.objects.filter(workspace=connected.workspace, name__in=gone) if gone else ():
        labels.put_on(actor=connected.actor, contact_ids=[contact.pk], label=label, attach=False)
    return bool(gone)


def _hand_over(connected: Connected, contact: Contact, person: Person, told: dict[str, Any] | None) -> bool:
    """To the owner that they have there since we looked, where that is one of ours."""
    if person.owner in (UNTOLD, told.get("owner") if told else None):
        return False
    member = users.able(connected, person.owner, contact.client_id)
    if contact.owner_id == (member.pk if member else None) or (person.owner and member is None):
        return False
    actions.change(actor=connected.actor, contact=contact, owner_id=member.pk if member else None)
    return True


def _told(connected: Connected, people: Sequence[Person]) -> dict[str, dict[str, Any]]:
    """The tags and the custom fields that each had when we looked last."""
    ids = [person.id for person in people]
    rows = Link.objects.filter(connection=connected.connection, kind=KIND, external_id__in=ids)
    return dict(rows.values_list("external_id", "data"))


def _remember(connected: Connected, people: Sequence[Person], told: dict[str, dict[str, Any]]) -> None:
    """Only of those who have something that can be taken away."""
    data = {person.id: _losable(person) for person in people if person.id}
    rows = [
        Link(
            workspace=connected.workspace, connection=connected.connection, kind=KIND, external_id=each,
            subject_id=connected.connection.pk, data=said,
        )
        for each, said in data.items() if said != told.get(each, _NOTHING)
    ]  # fmt: skip
    Link.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["connection", "kind", "external_id"], update_fields=["data"]
    )


_NOTHING: dict[str, Any] = {"tags": [], "custom": [], "owner": None}


def _losable(person: Person) -> dict[str, Any]:
    custom = sorted(name for name in person.fields if name.startswith(CUSTOM))
    return {"tags": sorted(person.tags or ()), "custom": custom, "owner": person.owner or None}


def contacts_of(connected: Connected, side: UUID | None, ids: Iterable[str]) -> dict[str, UUID]:
    """Our contacts by their ids there."""
    wanted = {one for one in ids if one}
    wall = side or connected.workspace.pk
    rows = Identity.objects.filter(wall=wall, kind=SYSTEM, value__in=wanted)
    return dict(rows.values_list("value", "contact_id"))
