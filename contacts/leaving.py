"""What becomes of a client's people when it goes: they join the target's, or are erased.

A person whom the target knows already ends as one contact there: conversations on an address that somebody has there
go to whoever has it, as those do that arrive; the rest is joined by the house's merge, and can be taken apart again.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Greatest

from accounts.actors import Actor
from activity.log import record, record_each
from activity.models import Run, RunRow
from activity.types import EventType
from clients.leaving import family
from clients.leaving.contract import AT_ONCE, File, Moved, Owned, Part, Work, parts, register
from clients.leaving.models import Leaving
from clients.leaving.names import free
from clients.leaving.writing import as_lines
from clients.models import Client
from contacts.addresses import EMAIL, PHONE
from contacts.exporting import COLUMNS, MARK, cells, custom_names, written
from contacts.merging import merge
from contacts.models import (
    Contact,
    ContactLabel,
    Identity,
    Likeness,
    MatchKey,
    Merge,
    Segment,
    SegmentMember,
    Suppression,
    Upload,
)
from contacts.moving import followers, referring
from contacts.people import lock
from crm.nudge import nudge
from crm.versions import write

PEOPLE = 50
SUPPRESSED = 500


class People(Part):
    place = 20

    def owned(self, client: Client) -> list[Owned]:
        people = Contact.objects.filter(client=client, merged_into=None, deleted_at=None)
        labelled = ContactLabel.objects.filter(contact__client=client).values("label").distinct()
        return [
            Owned("contacts", people.count()),
            Owned("labels in use", labelled.count(), "They stay the workspace’s."),
            Owned("segments", Segment.objects.filter(client=client, deleted_at=None).count()),
            Owned(
                "suppressed addresses",
                Suppression.objects.filter(client=client).count(),
                "They join those of the target; none is lifted.",
            ),
        ]

    def move(self, work: Work) -> int:
        """Nobody is there before the list of whom nothing is sent to, and that list goes last."""
        return (
            _move_segments(work)
            or _copy_suppressions(work)
            or _move_people(work)
            or work.done(_drop_suppressions(work))
        )

    def begin(self, leaving: Leaving, actor: Actor) -> None:
        if leaving.exports:
            leaving.kept["columns"] = custom_names(Contact.objects.filter(client=leaving.client_id))

    def moved(self, work: Work, rows: Moved) -> None:
        people = Contact.objects.filter(pk__in=rows.get(Contact, []))
        people.update(compared_version=0)
        there = people.filter(merged_into=None, deleted_at=None).defer("search")
        record_each(work.actor, EventType.CONTACT_UPDATED, there, changed_fields=["client_id"])

    def files(self, leaving: Leaving) -> Iterable[File]:
        contacts = Contact.objects.filter(client=leaving.client_id)
        told = contacts.filter(merged_into=None, deleted_at=None).select_related("client", "owner__user")
        head = (MARK + written([[*COLUMNS, *leaving.kept.get("columns", [])]])).encode()
        yield File("contacts.csv", told.prefetch_related("labels"), _spreadsheet(leaving), head)
        yield File("contacts.jsonl", contacts.defer("search"), as_lines)
        yield File("contact_labels.jsonl", ContactLabel.objects.filter(contact__client=leaving.client_id), as_lines)
        yield File("addresses.jsonl", Identity.objects.filter(client=leaving.client_id), as_lines)
        yield File("merges.jsonl", Merge.objects.filter(winner__client=leaving.client_id), as_lines)
        yield File("segments.jsonl", Segment.objects.filter(client=leaving.client_id), as_lines)
        yield File("suppressions.jsonl", Suppression.objects.filter(client=leaving.client_id), as_lines)

    def erase(self, work: Work) -> int:
        """What is no person's: the people themselves are erased by the room that knows what they wrote."""
        return _forget_segments(work) or work.done(_drop_suppressions(work)) or _forget_uploads(work)

    def end(self, work: Work) -> None:
        """What is left of merges and likenesses says who people were."""
        if work.leaving.fate == Leaving.Fate.ERASE:
            Merge.objects.filter(winner__client=work.client_id).delete()
            MatchKey.objects.filter(client=work.client_id).delete()
            Likeness.objects.filter(client=work.client_id).delete()


def _move_people(work: Work) -> int:
    """The next fifty, with those who were said not to be the same as one of them: walls allow that they are told apart
    on one side only. Each with all that hangs on them."""
    people = Contact.objects.filter(client=work.client_id, merged_into=None).order_by("pk")
    ids = _with_likes(work, list(people.values_list("pk", flat=True)[:PEOPLE]))
    if not ids:
        return 0
    locked = list(people.filter(pk__in=ids).select_for_update())
    rows = family.family(work.client_id, Contact, ids)
    MatchKey.objects.filter(pk__in=rows.pop(MatchKey, [])).delete()
    with family.across():
        holders = {one.pk: _give_way(work, one) for one in locked}
        for part in parts():
            part.moving(work, rows)
        family.move(work, rows)
    for part in parts():
        part.moved(work, rows)
    joined = sum(_join(work, one.pk, holders[one.pk]) for one in locked)
    work.done(len(locked) - joined)
    return len(locked)


def _with_likes(work: Work, ids: Sequence[UUID]) -> list[UUID]:
    """Open proposals are made anew over there; what somebody said stays said."""
    found, level = set[UUID](), set(ids)
    while level:
        found |= _roots(work, level)
        whole = set(family.family(work.client_id, Contact, found).get(Contact, []))
        about = Q(first__in=whole) | Q(second__in=whole)
        Likeness.objects.filter(about, client=work.client_id, dismissed_at=None).delete()
        pairs = Likeness.objects.filter(about, client=work.client_id).values_list("first", "second")
        level = {pk for pair in pairs for pk in pair} - whole
    return sorted(found)


def _roots(work: Work, ids: Iterable[UUID]) -> set[UUID]:
    """Each of these, or whoever they were merged into."""
    rows = dict(Contact.objects.filter(pk__in=list(ids)).values_list("pk", "merged_into"))
    above = {up for up in rows.values() if up is not None}
    return {pk for pk, up in rows.items() if up is None} | (_roots(work, above) if above else set())


def _give_way(work: Work, person: Contact) -> list[Contact]:
    """Leave each address that somebody has over there to them, with the conversations on it. Returns who they are: the
    holder of the primary e-mail first, then of the primary phone."""
    there = Identity.objects.filter(wall=work.leaving.wall, kind=OuterRef("kind"), value=OuterRef("value"))
    clashing = Identity.objects.filter(Exists(there), contact=person)
    rank = {(EMAIL, person.email): 0, (PHONE, person.phone): 1}
    holders = dict[UUID, Contact]()
    for mine in sorted(clashing, key=lambda one: (rank.get((one.kind, one.value), 2), one.created_at, one.pk)):
        rows = Identity.objects.select_related("contact").filter(wall=work.leaving.wall)
        theirs = rows.get(kind=mine.kind, value=mine.value)
        _hand_over(person, mine, theirs)
        holders[theirs.contact_id] = theirs.contact
    return list(holders.values())


def _hand_over(person: Contact, mine: Identity, theirs: Identity) -> None:
    """What stands on the address is its holder's from now on."""
    tables = list(followers())
    for model, _ in referring(tables, "identity"):
        rows = list(model._base_manager.filter(identity=mine).values_list("pk", flat=True))
        model._base_manager.filter(pk__in=rows).update(identity=theirs, contact=theirs.contact_id)
        for below, parent in referring(tables, "conversation"):
            if parent is model:
                below._base_manager.filter(conversation__in=rows).update(contact=theirs.contact_id)
    mine.delete()
    Contact.objects.filter(pk=theirs.contact_id).update(
        last_activity_at=Greatest("last_activity_at", Value(person.last_activity_at))
    )


def _join(work: Work, person_id: UUID, holders: Sequence[Contact]) -> bool:
    """Whether the person was somebody who is there already: then they are one now, and if over there they were several,
    those are too. Each of these merges can be taken apart. One who was deleted here stays so."""
    person = Contact.objects.get(pk=person_id)
    if not holders or person.deleted_at is not None:
        return False
    winner = lock(holders[0].pk)
    if winner.deleted_at is not None:  # they are talking to us again
        write(winner, deleted_at=None)
        record(work.actor, EventType.CONTACT_CREATED, winner)
    merge(actor=work.actor, winner=winner, loser=person)
    work.tell(f"{person} was there already: the two are one contact now.", winner.pk)
    for holder in holders[1:]:
        winner, other = lock(winner.pk), lock(holder.pk)
        if other.pk != winner.pk and other.deleted_at is None:
            merge(actor=work.actor, winner=winner, loser=other)
            work.tell(f"{other} and {winner} had addresses of one person: they are one contact now.", winner.pk)
    return True


def _move_segments(work: Work) -> int:
    """Who belongs to one is found anew among the target's people."""
    rows = list(Segment.objects.filter(client=work.client_id).order_by("pk")[:AT_ONCE])
    for row in rows:
        SegmentMember.objects.filter(segment=row).delete()
        name = row.name if row.deleted_at else free(Segment, "name", row.name, work.leaving.wall, deleted_at=None)
        Segment.objects.filter(pk=row.pk).update(
            client=work.target_id, name=name, member_count=0, version=F("version") + 1, **Segment.ANEW
        )
        if name != row.name:
            work.tell(f"The segment “{row.name}” is now called “{name}”: there was one of its name.", row.pk)
        else:
            work.done(1)
    if rows:
        nudge("contacts.tasks.segments")
    return len(rows)


_COPY = """
    INSERT INTO contacts_suppression (id, workspace_id, client_id, kind, value, reason, created_at)
    SELECT gen_random_uuid(), workspace_id, %(target)s, kind, value, reason, created_at
    FROM contacts_suppression mine WHERE client_id = %(client)s AND NOT EXISTS (
        SELECT FROM contacts_suppression theirs
        WHERE theirs.wall = %(wall)s AND theirs.kind = mine.kind AND theirs.value = mine.value
    ) ORDER BY mine.id LIMIT %(most)s ON CONFLICT DO NOTHING
"""


def _copy_suppressions(work: Work) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _COPY,
            {
                "target": work.target_id, "client": work.client_id, "wall": work.leaving.wall, "most": SUPPRESSED,
            },
        )  # fmt: skip
        return int(cursor.rowcount)


def _drop_suppressions(work: Work) -> int:
    """Of those that move, the ones that stand over there."""
    rows = Suppression.objects.filter(client=work.client_id)
    if work.leaving.fate == Leaving.Fate.MOVE:
        there = Suppression.objects.filter(wall=work.leaving.wall, kind=OuterRef("kind"), value=OuterRef("value"))
        rows = rows.filter(Exists(there))
    gone, _ = Suppression.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:SUPPRESSED])).delete()
    return gone


def _forget_segments(work: Work) -> int:
    rows = Segment.objects.filter(client=work.client_id).values_list("pk", flat=True)[:AT_ONCE]
    return Segment.objects.filter(pk__in=list(rows)).delete()[1].get(Segment._meta.label, 0)


def _forget_uploads(work: Work) -> int:
    """Files of people that were imported for the client, and what became of each row."""
    runs = Run.objects.filter(workspace=work.leaving.workspace_id, params__client=str(work.client_id))
    said = RunRow.objects.filter(run__in=runs.exclude(pk=work.run.pk)).exclude(words="", before={})
    ids = list(said.values_list("pk", flat=True)[:SUPPRESSED])
    RunRow.objects.filter(pk__in=ids).update(words="", before={})
    uploads = Upload.objects.filter(run__in=runs)
    return len(ids) + uploads.delete()[1].get(Upload._meta.label, 0)


def _spreadsheet(leaving: Leaving) -> Callable[[str, Sequence[Contact]], Iterable[tuple[str, bytes]]]:
    custom, zone = leaving.kept.get("columns", []), ZoneInfo(leaving.workspace.time_zone)

    def lines(name: str, page: Sequence[Contact]) -> Iterable[tuple[str, bytes]]:
        yield name, written(cells(page, custom, zone)).encode()

    return lines


register(People())
