"""Taking back what one just did.

A verb offers how, in the transaction of its change; each room says what taking back means for its own kinds, through
its own actions, so that an undo is checked and recorded like any other change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from activity.models import Undo
from crm.errors import Conflict, NotFound

FOR = timedelta(minutes=10)
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Touched:
    """A row that changed: what shows it shows it anew. subject: the noun of its events, `conversation` say."""

    subject: str
    id: UUID


Restore = Callable[[Actor, dict[str, Any]], list[Touched]]
RESTORERS: dict[str, Restore] = {}


def undoes(kind: str) -> Callable[[Restore], Restore]:
    """Register how changes of this kind are taken back. Runs in one transaction; raises a Refusal where somebody
    changed the row since, and then nothing is taken back."""

    def register(restore: Restore) -> Restore:
        RESTORERS[kind] = restore
        return restore

    return register


def offer(actor: Actor, sentence: str, *, kind: str, data: dict[str, Any]) -> Undo | None:
    """Keep how to take back a change, in its transaction. sentence: what was done, “Closed.”. data: whatever the kind's
    restorer needs; ids and times are written as text. None for whoever is no person, and so sees no toast, and for who
    may not write, and so takes nothing back."""
    if actor.membership is None or not actor.can_write:
        return None
    if kind not in RESTORERS:
        raise LookupError(f"Nobody knows how to take back {kind}.")
    return Undo.objects.create(
        workspace=actor.workspace, member=actor.membership, kind=kind, sentence=sentence[:300], data=data
    )


@transaction.atomic
def take_back(actor: Actor, pk: UUID) -> tuple[Undo, list[Touched]]:
    """Undo it. Locks the offer, so that two presses do it once. Raises NotFound for somebody else's, Conflict where it
    was taken back already, is too old, or the row was changed since."""
    actor.must_write()
    rows = Undo.objects.filter(workspace=actor.workspace, member=actor.membership, pk=pk)
    found = rows.select_for_update().first()
    if found is None:
        raise NotFound("There is nothing here to take back.")
    if found.taken_back_at is not None:
        raise Conflict("This was taken back already.", code="already_undone")
    if found.created_at < timezone.now() - FOR:
        raise Conflict("This is too long ago to be taken back with one press.", code="too_late")
    touched = RESTORERS[found.kind](actor, found.data)
    found.taken_back_at = timezone.now()
    found.save(update_fields=["taken_back_at"])
    return found, touched


def forget_old() -> int:
    """Delete offers that nobody can take up any more, and return how many."""
    gone, _ = Undo.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return gone
