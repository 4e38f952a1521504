"""The people of a report: those that the actor works with by name, everybody else as one."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import TypeAlias
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Membership, Role


class Else(Enum):
    """Who is none of the actor's colleagues: somebody who left, whom only others work with, who answered outside
    Parley; and nobody at all."""

    SOMEBODY = auto()
    NOBODY = auto()


Place: TypeAlias = UUID | Else


def may_be_named(actor: Actor) -> bool:
    """Not on a page that anybody may open."""
    return actor.id is not None or actor.kind == "system"


def names(actor: Actor) -> dict[UUID, str]:
    """Who may answer and own, by name. One query."""
    members = Membership.objects.visible_to(actor).exclude(role=Role.VIEWER).select_related("user")
    return {member.pk: str(member.user) for member in members.order_by("user__name", "pk")}


def place(named: Mapping[UUID, str], member: Place | None) -> Place:
    if member is None:
        return Else.NOBODY
    return member if member in named else Else.SOMEBODY


def listed(named: Mapping[UUID, str]) -> list[tuple[Place, str]]:
    return [*named.items(), (Else.SOMEBODY, "Somebody else"), (Else.NOBODY, "Nobody")]


def name(named: Mapping[UUID, str], member: UUID | None) -> str:
    return dict(listed(named))[place(named, member)]
