"""Two records of one person joined into one, and taken apart again, in whichever order merges followed each other."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.addresses import EMAIL, PHONE
from contacts.joining import Fields, Step, changes_to, fields_of, joined, named, without
from contacts.models import Contact, ContactLabel, Identity, Merge, Suppression
from contacts.moving import Ids, followers, forget_moved, going_back, move, repoint
from contacts.ownership import write_signed
from crm.errors import Conflict, Invalid
from crm.versions import expect, touch, write


@transaction.atomic
def merge(
    *,
    actor: Actor,
    winner: Contact,
    loser: Contact,
    taken: Iterable[str] = (),
    versions: tuple[int | None, int | None] = (None, None),
) -> Merge:
    """Join `loser` into `winner`: addresses, conversations, deals, follow-ups and labels move, empty fields are filled,
    and those named in `taken` (a custom one as `custom_fields.<name>`) become the loser's.

    Locks both. versions: the winner's and the loser's that were read. Raises Invalid for a contact with itself or
    across clients, Conflict where one was merged meanwhile, Stale where one was changed.
    """
    actor.must_write()
    if winner.pk == loser.pk:
        raise Invalid(fields={"contact_id": ["A contact cannot be merged with itself."]})
    if winner.client_id != loser.client_id:
        raise Invalid(fields={"contact_id": ["Contacts of different clients stay apart."]})
    winner, loser = _locked(winner, loser)
    expect(winner, versions[0])
    expect(loser, versions[1])
    before, taken = fields_of(winner), sorted(set(taken))
    after = joined(before, fields_of(loser), taken)
    moved = {model._meta.label: move(model, loser, winner) for model in followers()}
    done = Merge.objects.create(
        workspace=winner.workspace, winner=winner, loser=loser, merged_by=actor.name,
        moved={
            "rows": moved, "labels": _copy_labels(winner, loser), "before": before, "after": after, "taken": taken,
            "active_before": winner.last_activity_at.isoformat(),
        },
    )  # fmt: skip
    if not write_signed(winner, actor, **changes_to(winner, after)):
        touch(winner)  # their addresses and all that hangs on them changed
    Contact.objects.filter(pk=winner.pk).update(
        last_activity_at=Greatest("last_activity_at", Value(loser.last_activity_at))
    )
    write(loser, merged_into=winner)
    record(actor, EventType.CONTACT_MERGED, winner, merged_id=loser.pk, merge_id=done.pk)
    return done


@transaction.atomic
def unmerge(*, actor: Actor, done: Merge) -> tuple[Contact, list[str]]:
    """Take a merge apart. Returns the contact that is back, and the fields that were edited since the merge and so were
    left as they are. What came after the merge goes to whom its address belongs.

    The winner may have been merged on since: what is the loser's is taken from whoever holds it now. Locks them all.
    """
    actor.must_write()
    chain, loser = _lock_chain(done)
    if not Merge.objects.filter(pk=done.pk, unmerged_at=None).update(unmerged_at=timezone.now()):
        raise Conflict("This merge was taken apart already.", code="already_unmerged")
    done = Merge.objects.get(pk=done.pk)
    back = going_back(done, chain[-1])
    for model, ids in back.items():
        repoint(model, ids, chain[-1], loser)
    edited = _leave(actor, done, chain, back)
    write(loser, merged_into=None)
    _put_activity_back(done, chain[-1], loser)
    for one in (chain[-1], loser):
        _keep_to_own_addresses(actor, one)
    record(actor, EventType.CONTACT_UNMERGED, chain[0], unmerged_id=loser.pk, merge_id=done.pk)
    return loser, named(edited)


def active_merges(winner: Contact) -> list[Merge]:
    """Those that make up the contact now, the oldest first."""
    rows = Merge.objects.filter(winner=winner, unmerged_at=None).select_related("loser")
    return list(rows.order_by("merged_at", "id"))


def _locked(winner: Contact, loser: Contact) -> tuple[Contact, Contact]:
    rows = Contact.objects.filter(pk__in=[winner.pk, loser.pk], merged_into=None, deleted_at=None)
    found = {row.pk: row for row in rows.order_by("pk").select_for_update()}
    if len(found) < 2:
        raise Conflict("One of the two contacts was merged or deleted meanwhile.", code="already_merged")
    return found[winner.pk], found[loser.pk]


def _lock_chain(done: Merge) -> tuple[list[Contact], Contact]:
    """The merge's winner, whoever they were merged into, and so on to who stands for all of them now; and its loser."""
    ids = holders(done.winner_id)
    with transaction.atomic():
        rows = Contact.objects.filter(pk__in=[*ids, done.loser_id]).order_by("pk").select_for_update()
        found = {contact.pk: contact for contact in rows}
        if holders(done.winner_id) == ids:
            return [found[pk] for pk in ids], found[done.loser_id]
        transaction.set_rollback(True)  # merged on, or apart, in this very moment: lets go of them
    return _lock_chain(done)


def holders(contact_id: UUID) -> list[UUID]:
    """The contact, and after it each that the one before was merged into."""
    found = [contact_id]
    while (above := Contact.objects.filter(pk=found[-1]).values_list("merged_into_id", flat=True).first()) is not None:
        found.append(above)
    return found


def _leave(actor: Actor, done: Merge, chain: list[Contact], back: Ids) -> set[str]:
    """Take what the merge brought out of each contact of the chain. Returns the edits that stand in the way."""
    first, since = _flat(done.moved["before"]), _flat(done.moved["after"])
    brought = {name for name in first.keys() | since.keys() if first.get(name) != since.get(name)}
    later = [one for one in active_merges(chain[0]) if (one.merged_at, one.pk) > (done.merged_at, done.pk)]
    edited = _replay(actor, chain[0], later, first, since)
    labels = _drop_labels(chain[0], set(done.moved["labels"]), later)
    _keep(later)
    for below, holder in pairwise(chain):
        later = active_merges(holder)
        while later[0].loser_id != below.pk:
            later.pop(0)
        own = later[0]
        forget_moved(own, back)
        before = _flat(own.moved["before"])
        edited |= brought & _replay(actor, holder, later, before, before)
        labels &= set(own.moved["labels"])
        own.moved["labels"] = [one for one in own.moved["labels"] if one not in labels]
        labels = _drop_labels(holder, labels, later)
        _keep(later)
    return edited


def _replay(actor: Actor, holder: Contact, later: list[Merge], first: Fields, since: Fields) -> set[str]:
    """Write the holder's fields as they would be had they begun as `first` before the merges `later`."""
    steps = [
        Step(_flat(one.moved["before"]), _flat(one.moved["after"]), fields_of(one.loser), one.moved.get("taken", []))
        for one in later
    ]
    wanted, edited = without(first, steps, fields_of(holder), since)
    for one, step in zip(later, steps, strict=True):
        one.moved |= {"before": step.before, "after": step.after}
    if wanted.get("status") == Contact.Status.ACTIVE and _is_suppressed(holder):
        wanted["status"] = holder.status
    if not write_signed(holder, actor, **changes_to(holder, wanted)):
        touch(holder)
    return edited


def _keep(merges: list[Merge]) -> None:
    for one in merges:
        one.save(update_fields=["moved"])


def _flat(kept: dict[str, Any]) -> Fields:
    """The fields that a merge kept; the first merges kept the custom ones as one."""
    custom = kept.get("custom_fields", {})
    plain = {name: value for name, value in kept.items() if name != "custom_fields"}
    return plain | {f"custom_fields.{name}": value for name, value in custom.items()}


def _is_suppressed(contact: Contact) -> bool:
    """Whether one of the contact's own addresses asked not to be written to."""
    own = Identity.objects.filter(
        contact=contact, wall=OuterRef("wall"), kind=OuterRef("kind"), value=OuterRef("value")
    )
    return Suppression.objects.filter(Exists(own), wall=contact.client_id or contact.workspace_id).exists()


def _copy_labels(winner: Contact, loser: Contact) -> list[str]:
    theirs = ContactLabel.objects.filter(contact=winner).values("label")
    new = ContactLabel.objects.filter(contact=loser).exclude(label__in=theirs)
    rows = [ContactLabel(workspace=winner.workspace, contact=winner, label_id=row.label_id) for row in new]
    ContactLabel.objects.bulk_create(rows)
    return [str(row.label_id) for row in rows]


def _drop_labels(holder: Contact, labels: set[str], later: list[Merge]) -> set[str]:
    """Take these labels off, but for those that somebody who was merged in later bears too. Returns what came off."""
    gone = set[str]()
    for label in map(UUID, sorted(labels)):
        heir = next(
            (one for one in later if ContactLabel.objects.filter(contact=one.loser, label=label).exists()), None
        )
        if heir is None:
            ContactLabel.objects.filter(contact=holder, label=label).delete()
            gone.add(str(label))
        elif str(label) not in heir.moved["labels"]:
            heir.moved["labels"].append(str(label))
    return gone


def _put_activity_back(done: Merge, holder: Contact, loser: Contact) -> None:
    """Each is as active as what is theirs: the holder as before, unless something came since; the loser as what came
    to them."""
    if "active_before" in done.moved:
        Contact.objects.filter(pk=holder.pk, last_activity_at=loser.last_activity_at).update(
            last_activity_at=datetime.fromisoformat(done.moved["active_before"])
        )
    latest = loser.conversations.aggregate(latest=Max("sorted_at"))["latest"]
    if latest is not None:
        Contact.objects.filter(pk=loser.pk).update(last_activity_at=Greatest("last_activity_at", Value(latest)))


def _keep_to_own_addresses(actor: Actor, contact: Contact) -> None:
    """A primary address that went, or did not come back, gives way to another one of the contact's own."""
    for kind in (EMAIL, PHONE):
        own = list(
            Identity.objects.filter(contact=contact, kind=kind).order_by("created_at", "id").values_list("value")
        )
        if getattr(contact, kind) and (getattr(contact, kind),) not in own:
            write_signed(contact, actor, **{kind: own[0][0] if own else ""})
