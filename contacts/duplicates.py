"""The likely duplicates that people look through."""

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.core.signing import b64_decode, b64_encode
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from contacts.models import Likeness
from crm.errors import Conflict

PAGE = 20
# Counting stops here: more is “99+”.
MOST_COUNTED = 100
Pairs: TypeAlias = "QuerySet[Likeness]"


@dataclass(frozen=True)
class Proposals:
    pairs: list[Likeness]
    more: str


def proposed(actor: Actor) -> Pairs:
    """Pairs of which both are still there, and nobody said that they are two people."""
    there: dict[str, Any] = {
        f"{side}__{gone}": None for side in ("first", "second") for gone in ("deleted_at", "merged_into")
    }
    rows: Pairs = Likeness.objects.visible_to(actor).filter(dismissed_at=None, **there)
    return rows


def page(actor: Actor, mark: str) -> Proposals:
    """The likeliest first, going on after `mark`."""
    rows = proposed(actor).select_related(
        "first__client", "second__client", "first__owner__user", "second__owner__user"
    )
    after = _read(mark)
    if after is not None:
        score, pk = after
        rows = rows.filter(Q(score__lt=score) | Q(score=score, pk__lt=pk))
    found = list(rows.defer("first__search", "second__search").order_by("-score", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Proposals(found[:PAGE], b64_encode(f"{last.score} {last.pk}".encode()).decode() if last else "")


def count(actor: Actor) -> int:
    """How many pairs wait, at most `MOST_COUNTED`."""
    return len(proposed(actor).order_by("-score", "-pk").values_list("pk", flat=True)[:MOST_COUNTED])


@transaction.atomic
def dismiss(*, actor: Actor, pair: Likeness) -> None:
    """They are two people: never propose them again."""
    actor.must_write()
    rows = Likeness.objects.filter(pk=pair.pk, dismissed_at=None)
    if not rows.update(dismissed_at=timezone.now(), dismissed_by=actor.name[:200]):
        raise Conflict("Somebody answered this already.", code="already_answered")


def _read(mark: str) -> tuple[int, UUID] | None:
    try:
        score, pk = b64_decode(mark.encode()).decode().split(" ")
        return int(score) % 1000, UUID(pk)
    except (ValueError, TypeError):
        return None
