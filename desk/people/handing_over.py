"""What becomes of somebody's work when they leave, or may see less: it goes to a colleague, or to nobody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.models import Membership, Role
from activity.models import Run, RunRow
from activity.runs import STEP, note_all, runner, start
from contacts import actions as contacts
from contacts.models import Contact
from crm.errors import Invalid, Refusal
from crm.pages.answers import sentence
from deals import actions as deals
from deals.models import Deal, Stage
from inbox import actions as conversations
from inbox import follow_ups
from inbox.actions import may_answer
from inbox.models import Conversation, FollowUp

KIND = "people.hand_over"
NIL = UUID(int=0)
# Done within the change itself; more is long work.
AT_ONCE = 50


@dataclass(frozen=True)
class Access:
    """What a member may be and see. clients: None for all of them."""

    role: str
    clients: frozenset[UUID] | None = None


GONE = Access(role=Role.VIEWER)  # who answers nowhere keeps nothing


@dataclass(frozen=True)
class Sort:
    """One sort of work: what of it a member has, and how it is given to somebody else or, with None, to nobody."""

    key: str
    one: str
    many: str
    of: Callable[[Membership], "QuerySet[Any]"]
    give: Callable[[Actor, Any, Membership | None], object]


SORTS = (
    Sort(
        "conversations", "open conversation", "open conversations",
        lambda member: Conversation.objects.filter(assignee=member).exclude(status=Conversation.Status.CLOSED),
        lambda actor, row, to: conversations.assign(actor=actor, conversation=row, to=to),
    ),
    Sort(
        "deals", "open deal", "open deals",
        lambda member: Deal.objects.filter(owner=member, deleted_at=None, stage__kind=Stage.Kind.OPEN),
        lambda actor, row, to: deals.change(actor=actor, deal=row, owner_id=to.pk if to else None),
    ),
    Sort(
        "follow_ups", "follow-up", "follow-ups",
        lambda member: FollowUp.objects.filter(owner=member, done_at=None),
        lambda actor, row, to: follow_ups.change(actor=actor, follow_up=row, owner_id=to.pk if to else None),
    ),
    Sort(
        "contacts", "contact", "contacts",
        lambda member: Contact.objects.filter(owner=member, deleted_at=None),
        lambda actor, row, to: contacts.change(actor=actor, contact=row, owner_id=to.pk if to else None),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class InHand:
    """How much of each sort."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def words(self) -> str:
        """“3 open conversations, 1 open deal”; empty where there is nothing."""
        return ", ".join(
            f"{self.counts[sort.key]:,} {sort.one if self.counts[sort.key] == 1 else sort.many}"
            for sort in SORTS
            if self.counts[sort.key]
        )


def access_of(member: Membership) -> Access:
    """What the member may be and see now."""
    if not member.is_active:
        return GONE
    if member.all_clients:
        return Access(member.role)
    return Access(member.role, frozenset(member.client_access.values_list("client_id", flat=True)))


def beyond(member: Membership, access: Access) -> InHand:
    """What the member has in hand now that they could not keep with `access`. One query for each sort."""
    return InHand({sort.key: _beyond(sort, member, access).count() for sort in SORTS})


def _beyond(sort: Sort, member: Membership, access: Access) -> "QuerySet[Any]":
    rows = sort.of(member)
    if access.role == Role.VIEWER:
        return rows
    if access.clients is None:
        return rows.none()
    return rows.filter(Q(client=None) | ~Q(client__in=access.clients))


def hand_over(*, actor: Actor, member: Membership, to: Membership | None) -> Run | None:
    """Give away what the member can keep no longer, in the caller's transaction: to the colleague `to` where they may
    answer for its client, else to nobody. Much of it becomes a run, which is returned."""
    work = beyond(member, access_of(member))
    if work.total <= AT_ONCE:
        for sort in SORTS:
            list(_give_each(actor, sort, _beyond(sort, member, access_of(member)), to))
        return None
    params = {"member": member.pk, "to": to.pk if to else None}
    return start(actor, kind=KIND, title=f"Hand over the work of {member.user}", params=params, total=work.total)


def successor(actor: Actor, member: Membership, id: UUID | None) -> Membership | None:
    """The colleague with this id who is to have the work of `member`; None for nobody. Raises Invalid where they cannot
    have any."""
    if id is None:
        return None
    to = Membership.objects.visible_to(actor).select_related("user").filter(pk=id).first()
    if to is None or to.pk == member.pk or to.role == Role.VIEWER:
        raise Invalid(fields={"to": ["Choose a colleague who can answer, or nobody."]})
    return to


def successors(actor: Actor, member: Membership) -> "QuerySet[Membership]":
    rows = Membership.objects.visible_to(actor).exclude(pk=member.pk).exclude(role=Role.VIEWER)
    return rows.select_related("user").order_by("user__name", "pk")


@dataclass(frozen=True)
class Given:
    """One row that had its turn. left: why it could not be given to whom it was meant for, or changed at all."""

    pk: UUID
    outcome: str
    left: str = ""


def _give_each(actor: Actor, sort: Sort, rows: "QuerySet[Any]", to: Membership | None) -> Iterable[Given]:
    """In one order for everybody: two that lock the same rows must not wait for each other in a circle."""
    for row in rows.order_by("pk").select_for_update(no_key=True, of=("self",)):
        able = to if to is not None and may_answer(to, row.client_id) else None
        try:
            with transaction.atomic():
                sort.give(actor, row, able)
        except Refusal as refusal:
            yield Given(row.pk, RunRow.Outcome.FAILED, sentence(refusal))
        else:
            spared = "" if able or to is None else f"{to.user} does not work for its client: it is nobody's now."
            yield Given(row.pk, RunRow.Outcome.DONE, spared)


@runner(KIND)
def step(run: Run, actor: Actor) -> bool:
    """The next hundred of a sort, one sort after the other. Asks anew what the member may keep: who came back in the
    meantime keeps the rest."""
    member = Membership.objects.select_related("user").get(pk=run.params["member"])
    to = Membership.objects.select_related("user").filter(pk=run.params["to"], is_active=True).first()
    place, after = run.cursor.get("sort", 0), run.cursor.get("after", str(NIL))
    if place == len(SORTS):
        return False
    sort = SORTS[place]
    rows = _beyond(sort, member, access_of(member)).filter(pk__gt=UUID(after)).order_by("pk")
    found = list(rows.values_list("pk", flat=True)[:STEP])
    _note(run, _give_each(actor, sort, sort.of(member).filter(pk__in=found), to))
    run.cursor = {"sort": place, "after": str(found[-1])} if found else {"sort": place + 1}
    return True


def _note(run: Run, given: Iterable[Given]) -> None:
    first = run.handled + 1
    note_all(run, [
        RunRow(number=number, subject_id=one.pk, outcome=one.outcome, words=one.left)
        for number, one in enumerate(given, start=first)
    ])  # fmt: skip
