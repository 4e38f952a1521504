"""Segments as labels of contacts at Kirim, a thousand at a time. Which contacts were labelled stands in links, so that
only what differs is told; the counts that Kirim answers with stay with the push."""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat, Substr

from contacts.models import Identity, Segment, SegmentMember
from integrations.base import Connected, Wanted
from integrations.kirim import labels
from integrations.kirim.calls import Calls
from integrations.kirim.mapping import SYSTEM
from integrations.links import link, outside_id
from integrations.models import Link, Push
from integrations.pushing import wish

KIND, LABELLED = "segment", "in_segment"
# Calls of one push: it ends well within its lease, and what is left is told with the next.
MOST_CALLS = 5
# A segment that is being found changes many times a second.
QUIET = 5.0
Effect = Callable[[], str]
_COUNTS = ("applied", "skipped_cross_org", "skipped_team_mismatch")


def to_be_told(segment_id: object) -> Wanted:
    return Wanted(KIND, UUID(str(segment_id)), after=QUIET)


def send(connected: Connected, push: Push, calls: Calls) -> Effect:
    """Label at Kirim who entered and unlabel who left, as far as Kirim knows them."""
    segment = Segment.objects.filter(pk=push.subject_id, workspace=connected.workspace).first()
    if segment is None:
        return lambda: "The segment is not here any more"
    entering, leaving = _entering(connected, segment), _leaving(connected, segment)
    if not entering and not leaving:
        return lambda: f"“{segment.name}” is the same there"
    label_id = _label(connected, segment, calls, push.idempotency_key)
    put_on, on = _told(calls, entering, label_id, push, attach=True, most=MOST_CALLS)
    taken_off, off = _told(calls, leaving, label_id, push, attach=False, most=MOST_CALLS - _calls(put_on))

    def effect() -> str:
        link(connected.connection, labels.LABEL, label_id, segment.pk)
        _keep(connected, segment, put_on, taken_off)
        if len(put_on) < len(entering) or len(taken_off) < len(leaving):
            wish(connected.connection, to_be_told(segment.pk))
        return f"“{segment.name}”: {_words('put on', on)}; {_words('taken off', off)}"

    return effect


def _label(connected: Connected, segment: Segment, calls: Calls, key: str) -> str:
    known = outside_id(connected.connection, labels.LABEL, segment.pk)
    return known or labels.id_named(connected, segment.name, calls, key)


def _entering(connected: Connected, segment: Segment) -> list[str]:
    """Kirim's ids of the members who were not labelled yet."""
    members = SegmentMember.objects.filter(segment=segment)
    rows = Identity.objects.filter(wall=connected.wall, kind=SYSTEM, contact__in=members.values("contact_id"))
    labelled = _links(connected).filter(external_id=Concat(Value(f"{segment.pk.hex}:"), OuterRef("value")))
    found = rows.exclude(Exists(labelled)).order_by("value").values_list("value", flat=True)
    return list(found[: labels.CHUNK * MOST_CALLS + 1])


def _leaving(connected: Connected, segment: Segment) -> list[str]:
    """Kirim's ids of those who were labelled and are no members any more."""
    prefix = f"{segment.pk.hex}:"
    members = Identity.objects.filter(
        wall=connected.wall, kind=SYSTEM, value=Substr(OuterRef("external_id"), len(prefix) + 1),
        contact__memberships__segment=segment,
    )  # fmt: skip
    rows = _links(connected).filter(external_id__startswith=prefix).exclude(Exists(members))
    found = rows.order_by("external_id").values_list("external_id", flat=True)
    return [each.partition(":")[2] for each in found[: labels.CHUNK * MOST_CALLS + 1]]


def _links(connected: Connected) -> "QuerySet[Link]":
    rows: QuerySet[Link] = Link.objects.filter(connection=connected.connection, kind=LABELLED)
    return rows


def _told(
    calls: Calls, ids: Sequence[str], label_id: str, push: Push, *, attach: bool, most: int
) -> tuple[list[str], Counter[str]]:
    """Who was told of, and the counts. The key of a call names whom it is about: told of once more after a kill, the
    same people are the same call, and others another."""
    told: list[str] = []
    counts: Counter[str] = Counter()
    for some in list(labels.chunks(ids))[: max(most, 0)]:
        key = f"{push.idempotency_key}-{sha256(' '.join([str(attach), *some]).encode()).hexdigest()[:32]}"
        answer = calls.label_contacts(some, label_id, attach=attach, key=key)
        counts.update({name: int(answer.get(name) or 0) for name in _COUNTS})
        told += some
    return told, counts


def _calls(told: Sequence[str]) -> int:
    return -(-len(told) // labels.CHUNK)


def _keep(connected: Connected, segment: Segment, put_on: Sequence[str], taken_off: Sequence[str]) -> None:
    holders = Identity.objects.filter(wall=connected.wall, kind=SYSTEM, value__in=put_on)
    Link.objects.bulk_create(
        [
            Link(
                workspace_id=connected.connection.workspace_id, connection=connected.connection, kind=LABELLED,
                external_id=f"{segment.pk.hex}:{value}", subject_id=contact_id,
            )
            for value, contact_id in holders.values_list("value", "contact_id")
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    gone = [f"{segment.pk.hex}:{value}" for value in taken_off]
    _links(connected).filter(external_id__in=gone).delete()


def _words(what: str, counts: Counter[str]) -> str:
    """“847 put on, 12 skipped (another organisation), 0 skipped (another team)”."""
    return (
        f"{counts['applied']:,} {what}, {counts['skipped_cross_org']:,} skipped (another organisation), "
        f"{counts['skipped_team_mismatch']:,} skipped (another team)"
    )
