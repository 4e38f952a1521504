"""Keeping a person equal at both sides. What both last agreed on stands in the link with their contact: by it one can
tell who changed a field since. Who wrote last wins, field by field, as `contacts.ownership` says."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from contacts.addresses import EMAIL
from contacts.incoming import Met, take_in
from contacts.models import Contact, Identity, Segment
from contacts.ownership import CUSTOM, origin_of, said_at
from integrations.base import Connected, Wanted
from integrations.kirim.mapping import SYSTEM, Row, address_of, changed_at, known_of, moment, row, said_of, text
from integrations.links import link
from integrations.models import Link, Push

KIND = "contact"
# What people edit and both sides hold.
SHARED = ("name", "email")
# Ten edits are one call.
QUIET = 2.0
# Contacts that come by the hundred are told of at twenty a minute: of sixty writes, replies must have the most.
MANY, PAUSE = 20, 3.0


def agreed(connected: Connected, ids: Collection[str]) -> dict[str, Link]:
    """What is kept of these contacts of Kirim, by their id there: {"said": {field: value}, "pushed": {field: time}}."""
    rows = Link.objects.filter(connection=connected.connection, kind=KIND, external_id__in=ids)
    return {one.external_id: one for one in rows}


def hear(
    connected: Connected, contact: Row, fields: Collection[str], *, is_news: bool, behaviour: Row | None = None
) -> Met | None:
    """Take in what Kirim says of `fields`; None where nothing of it concerns us: our own words that come back late.

    is_news: it is known that these fields were changed at the contact's own time; else, of somebody who is here, only
    what nobody wrote is filled.
    """
    known = agreed(connected, [text(contact["id"])]).get(text(contact["id"]))
    heeded = {name for name in fields if not is_overwritten(known, name, contact)}
    if known and not heeded and not behaviour:
        return None
    here = present(connected, [contact])
    said = known_of(
        contact, heeded, changed_at=changed_at(contact) if is_news or not here else None,
        with_phone=(SYSTEM, text(contact["id"])) not in here,
        behaviour=behaviour,
    )  # fmt: skip
    met = take_in(actor=connected.actor, client_id=connected.client_id, people=[said])[0]
    remember(connected, contact, met.contact.pk, known, heeded)
    return met


def remember(connected: Connected, contact: Row, subject_id: UUID, known: Link | None, fields: Collection[str]) -> None:
    """These fields stand at Kirim as the contact says."""
    data = known.data if known else {}
    said = {name: value for name, value in said_of(contact).items() if name in fields}
    link(
        connected.connection, KIND, text(contact["id"]), subject_id,
        **{**data, "said": {**data.get("said", {}), **said}},
    )  # fmt: skip


def present(connected: Connected, contacts: Iterable[Row]) -> set[tuple[str, str]]:
    """Those of their addresses that somebody here has. One query."""
    wanted: dict[str, set[str]] = {}
    for kind, value in (each for one in contacts for each in addresses_of(one)):
        wanted.setdefault(kind, set()).add(value)
    any_of = reduce(or_, (Q(kind=kind, value__in=values) for kind, values in wanted.items()), Q(pk=None))
    return set(Identity.objects.filter(any_of, wall=connected.wall).values_list("kind", "value"))


def addresses_of(contact: Row) -> set[tuple[str, str]]:
    """Kind and value of each address by which they could be here: Kirim's id, the number, the e-mail."""
    number = address_of(text(contact.get("phone_number")))
    found = {(SYSTEM, text(contact.get("id"))), (EMAIL, text(contact.get("email")).lower())}
    return {each for each in found | ({(number.kind, number.value)} if number else set()) if each[1]}


def is_overwritten(known: Link | None, name: str, contact: Row) -> bool:
    """Whether we wrote the field at Kirim after this was said there. By Kirim's clock alone."""
    ours = moment(known.data.get("pushed", {}).get(name)) if known else None
    theirs = changed_at(contact)
    return bool(ours and theirs and theirs < ours)


def marks(contact: Contact, there: Row) -> dict[str, str]:
    """The metadata keys that are ours, as they should be where `there` is: whom we take them for, and their segments by
    name."""
    names = segments_of(contact)
    return {"crm_id": str(contact.pk)} | ({"crm_segment": names} if names or "crm_segment" in there else {})


def segments_of(contact: Contact) -> str:
    rows = Segment.objects.filter(members__contact=contact, deleted_at=None).order_by("name", "pk")
    return ", ".join(rows.values_list("name", flat=True))


def is_told(connected: Connected) -> bool:
    """Whether Kirim is to hear of what changes here, and can: without an API key only its webhooks come in."""
    return bool(connected.settings.get("push") and connected.secrets.get("api_key"))


def in_turn(subject_id: UUID, many: int) -> Wanted:
    """One of `many` who are to be told of: each has their own moment, so that together they leave room for replies."""
    return to_be_told(subject_id, QUIET + PAUSE * (subject_id.int % max(1, many - MANY)))


def to_be_marked(connected: Connected, subject_ids: Collection[UUID]) -> None:
    """`pushing.wish` for many at once: they are told of one after another, PAUSE seconds apart, behind those that
    wait already."""
    rows = Push.objects.filter(connection=connected.connection, kind=KIND, state=Push.State.WAITING)
    now = timezone.now()
    start = max(rows.aggregate(last=Max("due_at"))["last"] or now, now)
    Push.objects.bulk_create(
        [
            Push(
                workspace_id=connected.connection.workspace_id, connection=connected.connection, kind=KIND,
                subject_id=subject, due_at=start + timedelta(seconds=PAUSE * number), wished_at=now,
            )
            for number, subject in enumerate(subject_ids, 1)
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def wants_marking(contact: Row, subject_id: UUID) -> bool:
    """Whether Kirim does not say yet whom we take the contact for."""
    return row(contact.get("metadata")).get("crm_id") != str(subject_id)


def to_be_told(subject_id: UUID, after: float = QUIET) -> Wanted:
    return Wanted(KIND, subject_id, after=after)


@dataclass
class Difference:
    """Between our contact and Kirim's: what is to be told there, and which fields are to be heard from there."""

    tell: dict[str, Any] = field(default_factory=dict)
    hear: list[str] = field(default_factory=list)


def difference(connected: Connected, ours: Contact, theirs: Row, known: Link | None) -> Difference:
    found = Difference()
    said = said_of(theirs)
    before = known.data.get("said", {}) if known else {}
    for name in SHARED:
        here, there = str(getattr(ours, name)), str(said.get(name, ""))
        if _alike(name, here, there):
            continue
        if _is_ours(connected, ours, theirs, name, before, there):
            found.tell[name] = here or None
        else:
            found.hear.append(name)
    found.hear += [name for name in said if name.startswith(CUSTOM) and said[name] != before.get(name)]
    metadata = row(theirs.get("metadata"))
    marked = marks(ours, metadata)
    if any(metadata.get(key) != value for key, value in marked.items()):
        # Whether a PATCH replaces the whole is not said: with all of it, it is the same either way.
        found.tell["metadata"] = {**metadata, **marked}
    return found


def _is_ours(
    connected: Connected, ours: Contact, theirs: Row, name: str, before: Mapping[str, Any], there: str
) -> bool:
    """Whether our value of a field is the one that both should have."""
    here, origin = str(getattr(ours, name)), origin_of(ours, name)
    if origin and origin.get("kind") == "connection" and origin.get("id") == str(connected.connection.pk):
        return False  # it came from there, and has been changed there since
    if name not in before:
        return bool(here)  # the first meeting: what people wrote here holds, what they left empty is filled
    if _alike(name, here, str(before[name] or "")):
        return False
    if _alike(name, there, str(before[name] or "")):
        return True
    since, changed = said_at(origin) if origin else None, changed_at(theirs)
    return since is None or changed is None or since >= changed


def _alike(name: str, one: str, other: str) -> bool:
    one, other = one.strip(), other.strip()
    return one.casefold() == other.casefold() if name == "email" else one == other


def wrote(connected: Connected, theirs: Row, fields: Collection[str]) -> None:
    """We wrote these fields at Kirim, which is now as in `theirs`: what was said there before counts no more."""
    known = agreed(connected, [text(theirs["id"])]).get(text(theirs["id"]))
    if known is not None and fields and theirs.get("updated_at"):
        pushed = {**known.data.get("pushed", {}), **dict.fromkeys(fields, text(theirs["updated_at"]))}
        Link.objects.filter(pk=known.pk).update(data={**known.data, "pushed": pushed})
