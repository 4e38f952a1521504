"""What each room does when a client goes: it counts what the client owns, and moves, writes out or erases it.

A room registers a `Part`. The work is done in steps (`clients.leaving.going`), each in one transaction, and goes on
until no part finds anything more: what is done is not found again, so that a step may be repeated or interrupted
anywhere, and what arrives late is found as well.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.actors import Actor
from activity.models import Run, RunRow
from activity.runs import note
from clients.leaving.models import Leaving
from clients.models import Client

AT_ONCE = 100
MOVES = "moves"
# Rows that were moved, by their tables.
Moved = Mapping[type[Model], Sequence[UUID]]


@dataclass(frozen=True)
class Owned:
    """What a client has of one kind, in the plural: “deals”. fate: MOVES, or what becomes of them instead, as a
    sentence."""

    words: str
    count: int
    fate: str = MOVES


@dataclass(frozen=True)
class File:
    """A file of the export, or many. rows: walked by their keys, `at_once` of them in a step. written: what is written
    of such a stretch: names in the archive, and bytes, which are added to what stands there. head: its first bytes."""

    name: str
    rows: QuerySet[Any]
    written: Callable[[str, Sequence[Any]], Iterable[tuple[str, bytes]]]
    head: bytes = b""
    at_once: int = AT_ONCE


@dataclass(frozen=True)
class Work:
    """A leaving at work. actor: who decided it; their rights were checked then."""

    leaving: Leaving
    run: Run
    actor: Actor

    @property
    def client_id(self) -> UUID:
        return self.leaving.client_id

    @property
    def target_id(self) -> UUID | None:
        return self.leaving.target_id

    def done(self, count: int) -> int:
        """So many rows were handled."""
        self.run.done_count += count
        return count

    def tell(self, words: str, subject_id: UUID | None = None) -> None:
        """One row was handled in a way that people want to read of. No words of a person who is erased."""
        note(self.run, number=self.run.handled + 1, outcome=RunRow.Outcome.DONE, words=words, subject_id=subject_id)


class Part:
    """What one room has of a client. What a room has no use for stays as it is here."""

    place: ClassVar[int]
    """Parts with a smaller one go first: what others hang on before them."""

    def owned(self, client: Client) -> list[Owned]:
        """What the client has, counted."""
        return []

    def begin(self, leaving: Leaving, actor: Actor) -> None:
        """In the transaction that decides it: few rows. Whatever brings new rows for the client stops, or brings them
        to the target."""

    def move(self, work: Work) -> int:
        """Move some hundred rows to the target, and return how many; 0 where there are none (any more)."""
        return 0

    def moving(self, work: Work, rows: Moved) -> None:
        """People and all that hangs on them are about to be moved: what would clash on the other side gives way. The
        walls are open (`clients.leaving.family.across`)."""

    def moved(self, work: Work, rows: Moved) -> None:
        """They were moved: in the same transaction, with the walls closed again."""

    def files(self, leaving: Leaving) -> Iterable[File]:
        """What is written out."""
        return ()

    def erase(self, work: Work) -> int:
        """Erase some rows, and return how many; 0 where there are none (any more)."""
        return 0

    def end(self, work: Work) -> None:
        """Nothing is left, and the client's row is locked: in the transaction that ends the work."""


_PARTS: list[Part] = []


def register(part: Part) -> Part:
    """Have `part` asked whenever a client goes. Called once, when the rooms are ready."""
    _PARTS.append(part)
    _PARTS.sort(key=lambda one: one.place)
    return part


def parts() -> Iterator[Part]:
    yield from _PARTS


def owned(client: Client) -> list[Owned]:
    """What the client has, over all rooms, without what there is none of."""
    return [one for part in parts() for one in part.owned(client) if one.count]
