"""What a report is: what it is called and says, what it can be narrowed by, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings

from accounts.actors import Actor
from reports.limits import limited
from reports.sheets import Sheet
from reports.spans import Span


class Takes(StrEnum):
    """What a report can be narrowed by beside the client, by the name it has in the address. SPAN: `span`, or `from`
    and `to`. ON: one day."""

    SPAN = "span"
    ON = "on"
    OWNER = "owner"
    CHANNEL = "channel"
    CAMPAIGN = "campaign"


@dataclass(frozen=True)
class Chosen:
    """What a person chose. query: the same as it stands in an address. owner: a membership; of_nobody instead of it:
    what nobody owns. span, on: there for reports that take them.
    narrowed: whose, which channel and which campaign, in words."""

    today: date
    query: Mapping[str, str]
    span: Span
    on: date
    owner: UUID | None = None
    of_nobody: bool = False
    channel: str = ""
    campaign: UUID | None = None
    narrowed: tuple[str, ...] = ()


LESS_TIME = "This report counts too much to be shown at once. Choose a shorter time, or one client."
LESS = "This report counts too much to be shown at once. Choose one client."
# It sees what the actor sees: one client is an actor who sees only that one.
Answer: TypeAlias = Callable[[Actor, Chosen], Sequence[Sheet]]


def _nothing(actor: Actor, chosen: Chosen) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Report:
    """says: what it tells, in a sentence. span: the preset it begins with. names_team: it is about what each
    of the team's people did. above: the template of what stands above its sheets, with what `shows` adds for it."""

    key: str
    title: str
    says: str
    group: str
    takes: frozenset[Takes]
    answer: Answer
    span: str = "90d"
    names_team: bool = False
    above: str = ""
    shows: Callable[[Actor, Chosen], Mapping[str, Any]] = _nothing

    def sheets(self, actor: Actor, chosen: Chosen, *, seconds: int | None = None) -> Sequence[Sheet]:
        """seconds: how long a query may take, where that is not as long as on a page. Raises TookTooLong."""
        with limited(seconds or settings.REPORT_SECONDS, LESS_TIME if Takes.SPAN in self.takes else LESS):
            return self.answer(actor, chosen)
