"""Taking in a page that Kirim listed: people at once, messages one by one, and each conversation as it stands there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from contacts.incoming import Known, take_in
from crm.errors import Refusal
from inbox import outside
from inbox.messages import lock
from inbox.models import Message, OutsideId
from integrations.base import Connected, Item, Later, Tally
from integrations.batches import hold_missing
from integrations.kirim import messages as said_there
from integrations.kirim import people, threads
from integrations.kirim.mapping import (
    SYSTEM,
    Row,
    address_of,
    changed_at,
    draft_of,
    ids_of,
    known_of,
    moment,
    row,
    said_of,
    text,
)
from integrations.models import Link, SyncRun
from integrations.pushing import wish


def contacts(connected: Connected, listed: Sequence[Row]) -> Tally:
    """Of those known, what was changed since both sides agreed; of others, everything."""
    theirs = {text(one.get("id")): one for one in listed if text(one.get("id"))}
    links = people.agreed(connected, theirs)
    heard = {key: fields for key, one in theirs.items() if (fields := _changed(one, links.get(key))) is not None}
    here = people.present(connected, [theirs[key] for key in heard])
    said = [_said(theirs[key], fields, here, is_linked=key in links) for key, fields in heard.items()]
    met = take_in(actor=connected.actor, client_id=connected.client_id, people=said) if said else []
    subjects = {key: one.contact.pk for key, one in zip(heard, met, strict=True)}
    _remember(connected, theirs, links, heard, subjects)
    _mark(connected, theirs, subjects)
    tally = Tally(same=len(listed) - len(met))
    for one in met:
        setattr(tally, one.outcome, getattr(tally, one.outcome) + 1)
    return tally


def _said(contact: Row, fields: set[str], here: set[tuple[str, str]], *, is_linked: bool) -> Known:
    is_here = not here.isdisjoint(people.addresses_of(contact))
    return known_of(
        contact, fields, changed_at=changed_at(contact) if is_linked or not is_here else None,
        with_phone=(SYSTEM, text(contact.get("id"))) not in here, behaviour=_behaviour(contact),
    )  # fmt: skip


def _behaviour(contact: Row) -> dict[str, Any]:
    names = ("acquisition_source", "last_message_at")
    return {name: contact[name] for name in names if contact.get(name)}


def _changed(contact: Row, known: Link | None) -> set[str] | None:
    """The fields to be heard; None where nothing is new."""
    said = said_of(contact)
    if known is None:
        return set(said)
    before = known.data.get("said", {})
    found = {
        name for name, value in said.items()
        if before.get(name) != value and not people.is_overwritten(known, name, contact)
    }  # fmt: skip
    return found or None


def _remember(
    connected: Connected, theirs: Mapping[str, Row], links: Mapping[str, Link], heard: Mapping[str, set[str]],
    subjects: Mapping[str, UUID],
) -> None:  # fmt: skip
    """`people.remember`, of a page at once."""
    rows = []
    for key, fields in heard.items():
        data = links[key].data if key in links else {}
        said = {name: value for name, value in said_of(theirs[key]).items() if name in fields}
        rows.append(
            Link(
                workspace_id=connected.connection.workspace_id, connection=connected.connection, kind=people.KIND,
                external_id=key, subject_id=subjects[key], data={**data, "said": {**data.get("said", {}), **said}},
            )
        )  # fmt: skip
    Link.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["connection", "kind", "external_id"],
        update_fields=["subject_id", "data"],
    )  # fmt: skip


def _mark(connected: Connected, theirs: Mapping[str, Row], subjects: Mapping[str, UUID]) -> None:
    if not people.is_told(connected):
        return
    unmarked = [subject for key, subject in subjects.items() if people.wants_marking(theirs[key], subject)]
    people.to_be_marked(connected, unmarked)


def messages(connected: Connected, run: SyncRun, items: Sequence[Row]) -> Tally:
    said = [one for one in items if "message" in one]
    tally = _take_said(connected, run, sorted(said, key=lambda one: text(one["message"].get("created_at"))))
    for one in items:
        if "conversation" in one and _follow(connected, one["conversation"]):
            tally.changed += 1
    return tally


def _take_said(connected: Connected, run: SyncRun, said: Sequence[Row]) -> Tally:
    known = _known(connected, {key for one in said for key in ids_of(one["message"])})
    tally, missing = Tally(), []
    for one in said:
        message = one["message"]
        here = next((known[key] for key in ids_of(message) if key in known), None) or _twin(connected, one)
        if here is not None:
            tally.same += 1
            _advance(connected, here, message)
        elif one["is_awaited"]:
            missing.append(_item(one))
        else:
            _take_one(connected, one, tally)
    tally.missing = hold_missing(run, missing) if missing else 0
    return tally


def _known(connected: Connected, ids: Iterable[str]) -> dict[str, Message]:
    own = Message.objects.filter(wall=connected.wall, connection=connected.connection, external_id__in=ids)
    known = {str(one.external_id): one for one in own}
    told = OutsideId.objects.filter(connection=connected.connection, external_id__in=ids).select_related("message")
    return {one.external_id: one.message for one in told} | known


def _twin(connected: Connected, one: Row) -> Message | None:
    """The same message, which the webhook brought under Meta's id; from now on it is known by Kirim's too."""
    message, contact = one["message"], row(one["contact"])
    address, ids = address_of(text(contact.get("phone_number"))), ids_of(message)
    if address is None or any(key.startswith("wamid") for key in ids):
        return None
    draft = draft_of(
        message, outbound=message.get("direction") == "outbound", external_id=None, at=moment(message.get("created_at"))
    )  # fmt: skip
    twin = said_there.twin_of(connected, address, draft, ids)
    if twin is not None:
        for key in ids:
            outside.confirm(actor=connected.actor, message=twin, external_id=key)
    return twin


def _advance(connected: Connected, here: Message, message: Row) -> None:
    state = said_there.STATES.get(text(message.get("status")))
    if state is not None and here.direction == Message.Direction.OUTBOUND:
        said_there.advance(connected, here, state)


def _item(one: Row) -> Item:
    message = one["message"]
    return Item(ids_of(message)[0], "batch.message", dict(one), moment(message.get("created_at")))


def _take_one(connected: Connected, one: Row, tally: Tally) -> None:
    try:
        with transaction.atomic():
            said_there.of_kirim(connected, row(one["message"]), row(one["contact"]))
    except Refusal:
        tally.failed += 1
    else:
        tally.new += 1


def _follow(connected: Connected, theirs: Row) -> bool:
    """Whether a conversation was changed here by what holds at Kirim."""
    if not theirs.get("last_message_at") and threads.linked(connected, text(theirs.get("id"))) is None:
        return False
    try:
        with transaction.atomic():
            conversation = threads.found(connected, theirs)
            if conversation is None:
                return False
            made = threads.equalise(connected, lock(conversation), theirs)
    except (Later, Refusal):  # something newer was heard of it meanwhile; or nobody whom it could be with
        return False
    if made.tell and people.is_told(connected):
        wish(connected.connection, threads.to_be_told(conversation.pk))
    return bool(made.words)
