"""The people of a workspace as its page lists them, by name, a hundred at a time."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from accounts.actors import Actor
from accounts.models import Invitation, Letter, Membership, Role
from accounts.requiring import has_second_step
from clients.models import ClientAccess

LENGTH = 100


@dataclass(frozen=True)
class Shown:
    """rows, each with `has_second_factor` and its clients; after: where the next page goes on, None at the end."""

    rows: list[Membership]
    after: UUID | None


def members(
    actor: Actor, *, named: str = "", role: str = "", left: bool = False, bare: bool = False, after: UUID | None = None
) -> Shown:
    """named: a part of the name or the address. left: those who are in it no more, instead. bare: who has no second
    step."""
    rows = Membership.objects.filter(workspace=actor.workspace)
    rows = rows.filter(is_active=not left)
    if named:
        rows = rows.filter(Q(user__name__icontains=named) | Q(user__email__icontains=named))
    if role in Role.values:
        rows = rows.filter(role=role)
    if bare:
        rows = rows.exclude(has_second_step())
    found = list(_behind(with_particulars(rows), after)[: LENGTH + 1])
    return Shown(found[:LENGTH], found[LENGTH - 1].pk if len(found) > LENGTH else None)


def with_particulars(rows: "QuerySet[Membership]") -> "QuerySet[Membership]":
    there = ClientAccess.objects.filter(client__deleted_at=None).select_related("client").order_by("client__name")
    return (
        rows.select_related("user", "workspace")
        .annotate(has_second_factor=has_second_step())
        .prefetch_related(Prefetch("client_access", queryset=there, to_attr="sees"))
    )


def _behind(rows: "QuerySet[Membership]", after: UUID | None) -> "QuerySet[Membership]":
    rows = rows.annotate(by_name=Lower("user__name")).order_by("by_name", "pk")
    last = rows.filter(pk=after).values_list("by_name", "pk").first() if after else None
    if last is None:
        return rows
    return rows.filter(Q(by_name__gt=last[0]) | Q(by_name=last[0], pk__gt=last[1]))


def invitations(actor: Actor) -> "QuerySet[Invitation]":
    """The unanswered ones, newest first, each with what became of its newest mail."""
    newest = Letter.objects.order_by("-created_at")
    rows = Invitation.objects.visible_to(actor).unanswered().select_related("invited_by__user")
    return rows.prefetch_related(Prefetch("letters", queryset=newest)).order_by("-created_at")
