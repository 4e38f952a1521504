"""A row becomes a person, or changes the one who is there; a hundred rows are one step of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from activity.models import Run, RunRow
from activity.runs import note_all, runner, start
from clients.scope import client_for
from contacts import actions
from contacts.addresses import EMAIL, PHONE
from contacts.imports.creating import create_all, unknown
from contacts.imports.reading import Row
from contacts.imports.rows import Given, Owners, given
from contacts.joining import fields_of
from contacts.labels import named
from contacts.models import Contact, ContactLabel, Identity, Upload
from contacts.people import add_address
from crm.errors import Conflict, Invalid, Refusal
from crm.versions import touch

KIND = "contacts.import"
FILL, OVERWRITE, SKIP = "fill", "overwrite", "skip"
MODES = {
    FILL: "Fill what is empty, leave the rest",
    OVERWRITE: "Overwrite with what the file says",
    SKIP: "Leave them as they are",
}
SOURCE = "CSV import"


@dataclass
class Done:
    """What became of a row."""

    outcome: str
    words: str = ""
    contact: Contact | None = None
    before: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How a file is imported. targets: for each column. client: whose people they become."""

    targets: Sequence[str]
    mode: str = FILL
    client: UUID | None = None
    labels: Sequence[str] = ()

    def kept(self) -> dict[str, Any]:
        return {"targets": list(self.targets), "mode": self.mode, "client": self.client, "labels": list(self.labels)}

    @classmethod
    def read(cls, params: dict[str, Any]) -> "Plan":
        client = UUID(params["client"]) if params["client"] else None
        return cls(params["targets"], params["mode"], client, params["labels"])


@transaction.atomic
def begin(*, actor: Actor, upload: Upload, plan: Plan) -> Run:
    """Import the file, as long work. Raises Conflict where it was begun before."""
    actor.must_write()
    client_for(actor, plan.client)
    if plan.mode not in MODES:
        raise Invalid("Say what happens to people who are there already.")
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if locked.run_id is not None:
        raise Conflict("This file is being imported already.", code="already_imported")
    title = f"Import of {upload.name}"
    run = start(
        actor, kind=KIND, title=title, params={"upload": upload.pk, **plan.kept()}, total=upload.row_count
    )  # fmt: skip
    Upload.objects.filter(pk=upload.pk).update(run=run)
    return run


@runner(KIND)
def _step(run: Run, actor: Actor) -> bool:
    """One part of the file."""
    place = run.cursor.get("part", 0)
    upload = Upload.objects.filter(pk=run.params["upload"], workspace=run.workspace_id).first()
    part = upload.parts.filter(number=place).first() if upload else None
    if part is None:
        return False
    done = take(part.rows, Plan.read(run.params), actor)
    note_all(run, [_noted(number, one) for (number, _), one in zip(part.rows, done, strict=True)])
    run.cursor = {"part": place + 1}
    return True


def _noted(number: int, done: Done) -> RunRow:
    subject = done.contact.pk if done.contact else None
    return RunRow(
        number=number, outcome=done.outcome, words=done.words[:2000], subject_id=subject, before=done.before
    )  # fmt: skip


def preview(*, actor: Actor, upload: Upload, plan: Plan, rows: Sequence[Row]) -> list[tuple[int, Done]]:
    """What would become of the rows: they are imported indeed, and taken back before anybody sees it."""
    actor.must_write()
    with transaction.atomic():
        done = take(rows, plan, actor)
        transaction.set_rollback(True)
    return [(number, one) for (number, _), one in zip(rows, done, strict=True)]


def take(rows: Sequence[Row], plan: Plan, actor: Actor) -> list[Done]:
    """What becomes of each row. Those of people whom nobody knows are made all at once, and then the others one by one:
    a hundred new people cost a handful of queries."""
    owners = Owners(actor)
    read = [_read(cells, plan, actor, owners) for _, cells in rows]
    made = _make_new(read, plan, actor)
    return [made[place] if place in made else _taken(one, plan, actor) for place, one in enumerate(read)]


def _read(cells: Sequence[str], plan: Plan, actor: Actor, owners: Owners) -> Given | Refusal:
    try:
        return given(cells, plan.targets, actor=actor, owners=owners)
    except Refusal as refusal:
        return refusal


def _make_new(read: Sequence[Given | Refusal], plan: Plan, actor: Actor) -> dict[int, Done]:
    """By their places, the rows whose addresses nobody has, in this file neither; none where somebody was first."""
    try:
        with transaction.atomic():
            client = client_for(actor, plan.client)
            people = {place: one for place, one in enumerate(read) if isinstance(one, Given)}
            new = unknown(actor, client, people)
            everybody = [(person, _all_labels(person, plan)) for person in new.values()]
            contacts = create_all(actor=actor, client=client, people=everybody, source=SOURCE)
    except (IntegrityError, Refusal):
        return {}
    return {
        place: Done(RunRow.Outcome.DONE, "", contact, {"created": True, "after": fields_of(contact)})
        for place, contact in zip(new, contacts, strict=True)
    }


def _taken(read: Given | Refusal, plan: Plan, actor: Actor) -> Done:
    if isinstance(read, Refusal):
        return Done(RunRow.Outcome.FAILED, read.message)
    try:
        with transaction.atomic():
            return _import(read, plan, actor)
    except Refusal as refusal:
        return Done(RunRow.Outcome.FAILED, refusal.message)


def _all_labels(person: Given, plan: Plan) -> list[str]:
    return [*person.labels, *(one for one in plan.labels if one not in person.labels)]


def _import(person: Given, plan: Plan, actor: Actor) -> Done:
    client = client_for(actor, plan.client)
    there = _there(person, client, actor)
    labels = _all_labels(person, plan)
    if there is None:
        return _create(person, labels, client, actor)
    if plan.mode == SKIP:
        return Done(RunRow.Outcome.SKIPPED, f"{there} is there already.", there)
    return _change(there, person, labels, plan.mode, actor)


def _there(person: Given, client: UUID | None, actor: Actor) -> Contact | None:
    """Whose addresses these are, locked. Raises Conflict where they are two people's."""
    wall = client or actor.workspace.pk
    holders: dict[UUID, str] = {}
    for one in person.addresses:
        rows = Identity.objects.filter(wall=wall, kind=one.kind, value=one.value, contact__deleted_at=None)
        for holder in rows.values_list("contact_id", flat=True):
            holders.setdefault(holder, one.value)
    people = {one.pk: one for one in Contact.objects.filter(pk__in=holders).order_by("pk").select_for_update()}
    if len(people) > 1:
        named_people = " and ".join(f"{people[pk]} ({value})" for pk, value in list(holders.items())[:2])
        raise Conflict(f"These addresses belong to different people: {named_people}. Merge them, then import the row.")
    return next(iter(people.values()), None)


def _create(person: Given, labels: Sequence[str], client: UUID | None, actor: Actor) -> Done:
    contact = actions.create(
        actor=actor, client_id=client, name=person.name, email=person.first(EMAIL), phone=person.first(PHONE),
        source=person.source or SOURCE, company=person.company, custom_fields=person.custom,
        owner_id=person.owner_id,
    )  # fmt: skip
    for one in person.addresses:
        if one.value not in (contact.email, contact.phone):
            add_address(actor=actor, contact=contact, address=one)
    _label(contact, labels, actor)
    return Done(RunRow.Outcome.DONE, "", contact, {"created": True, "after": fields_of(contact)})


def _change(contact: Contact, person: Given, labels: Sequence[str], mode: str, actor: Actor) -> Done:
    before = fields_of(contact)
    own = Identity.objects.filter(contact=contact).values_list("kind", "value")
    new = [one for one in person.addresses if (one.kind, one.value) not in set(own)]
    added = [add_address(actor=actor, contact=contact, address=one) for one in new]
    primary = {kind: person.first(kind) for kind in (EMAIL, PHONE) if mode == OVERWRITE and person.first(kind)}
    actions.change(actor=actor, contact=contact, **primary, **_fields(contact, person, mode))
    borne = _label(contact, labels, actor)
    after = fields_of(contact)
    words = _told(before, after, [one.value for one in new], borne)
    if not words:
        return Done(RunRow.Outcome.SKIPPED, f"{contact} has all of this already.", contact)
    put_back = {
        "before": before, "after": after, "addresses": [one.pk for one in added if one], "labels": borne,
    }  # fmt: skip
    return Done(RunRow.Outcome.DONE, words, contact, put_back)


def _fields(contact: Contact, person: Given, mode: str) -> dict[str, Any]:
    """What the row changes of the contact's own fields."""
    said = {name: getattr(person, name) for name in ("name", "company", "owner_id") if getattr(person, name)}
    if mode == FILL:
        said = {name: value for name, value in said.items() if not getattr(contact, name)}
    ours, theirs = contact.custom_fields, person.custom
    custom = (
        {**theirs, **{k: v for k, v in ours.items() if v not in ("", None)}} if mode == FILL else {**ours, **theirs}
    )
    return said if custom == ours else {**said, "custom_fields": custom}


def _label(contact: Contact, labels: Sequence[str], actor: Actor) -> list[str]:
    """The ids of the labels that it did not bear."""
    if not labels:
        return []
    wanted = [named(actor=actor, name=name).pk for name in labels]
    borne = set(ContactLabel.objects.filter(contact=contact, label__in=wanted).values_list("label_id", flat=True))
    rows = [
        ContactLabel(workspace=actor.workspace, contact=contact, label_id=pk)
        for pk in dict.fromkeys(wanted)
        if pk not in borne
    ]
    ContactLabel.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        touch(contact)
    return [str(row.label_id) for row in rows]


def _told(before: dict[str, Any], after: dict[str, Any], addresses: Sequence[str], labels: Sequence[str]) -> str:
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    words = [name.removeprefix("custom_fields.").replace("owner_id", "owner") for name in changed]
    words += [one for one in addresses if one not in (after["email"], after["phone"])]
    if labels:
        words.append("labels")
    return f"Changed: {', '.join(words)}." if words else ""
