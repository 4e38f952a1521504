"""What each plan allows, in one table, and whether there is room for one more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models

from crm.errors import PlanLacks

if TYPE_CHECKING:
    from accounts.models import Workspace


class Plan(models.TextChoices):
    FREE = "free", "Free"
    PRO = "pro", "Pro"
    MAX = "max", "Max"
    ENTERPRISE = "enterprise", "Enterprise"


@dataclass(frozen=True)
class Allowance:
    """people: members and those invited. Where a limit is None, there is none."""

    clients: bool
    requests_per_minute: int
    people: int | None = None
    connections: int | None = None
    api_keys: int | None = None
    webhook_endpoints: int | None = None
    scheduled_reports: int | None = None
    shared_links: int | None = None

    def limit(self, what: str) -> int | None:
        found: int | None = getattr(self, what)
        return found


# From the smallest to the largest: a limit never shrinks on the way.
ALLOWANCES = {
    Plan.FREE: Allowance(
        clients=False, requests_per_minute=60, people=3, connections=3, api_keys=3, webhook_endpoints=2,
        scheduled_reports=1, shared_links=1,
    ),
    Plan.PRO: Allowance(
        clients=False, requests_per_minute=300, people=15, connections=15, api_keys=15, webhook_endpoints=10,
        scheduled_reports=10, shared_links=10,
    ),
    Plan.MAX: Allowance(
        clients=True, requests_per_minute=1200, people=200, connections=300, api_keys=300, webhook_endpoints=200,
        scheduled_reports=200, shared_links=500,
    ),
    Plan.ENTERPRISE: Allowance(clients=True, requests_per_minute=3000),
}  # fmt: skip

# What a plan counts: one of it, and several.
COUNTED = {
    "people": ("person", "people"),
    "connections": ("connection", "connections"),
    "api_keys": ("API key", "API keys"),
    "webhook_endpoints": ("webhook endpoint", "webhook endpoints"),
    "scheduled_reports": ("scheduled report", "scheduled reports"),
    "shared_links": ("shared link", "shared links"),
}

NEARLY_FULL = 0.8
USED: dict[str, Callable[["Workspace"], int]] = {}


def allowance(plan: str) -> Allowance:
    return ALLOWANCES[Plan(plan)]


def counts(what: str) -> Callable[[Callable[["Workspace"], int]], Callable[["Workspace"], int]]:
    """Register how a room counts what a workspace has of `what`. One query; from its app's `ready`."""

    def register(used: Callable[["Workspace"], int]) -> Callable[["Workspace"], int]:
        USED[what] = used
        return used

    return register


@dataclass(frozen=True)
class Room:
    """How much of `what` is used, of how much. limit: None for no limit."""

    what: str
    used: int
    limit: int | None

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.used >= self.limit

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.used > self.limit

    @property
    def is_nearly_full(self) -> bool:
        """From four fifths on, the full one included."""
        return self.limit is not None and self.used >= self.limit * NEARLY_FULL

    @property
    def words(self) -> str:
        return f"{self.used:,} of {self.limit:,} used" if self.limit is not None else f"{self.used:,} used, no limit"


def room(workspace: "Workspace", what: str, used: int) -> Room:
    """For the line that says "2 of 3 used"."""
    return Room(what, used, allowance(workspace.plan).limit(what))


def must_have_room(workspace: "Workspace", what: str, used: int | Callable[[], int]) -> None:
    """Raise PlanLacks where the workspace's plan has no room for one more of `what`.

    used: how many there are. Given as a function (`rows.count`), it is asked while the workspace is locked until the
    end of the transaction, so that of two who take the last place at once one is refused.
    """
    if callable(used):
        workspace = type(workspace)._base_manager.select_for_update(no_key=True).get(pk=workspace.pk)
        used = used()
    if room(workspace, what, used).is_full:
        raise PlanLacks(_lacks(Plan(workspace.plan), what, used))


def _lacks(plan: Plan, what: str, used: int) -> str:
    limit = allowance(plan).limit(what) or 0
    larger = next((other for other in Plan if _holds(other, what) > used), None)
    sentence = f"The plan {plan.label} allows {_number(limit, what)}, and there are {used:,} already."
    if larger is None:
        return f"{sentence} Take one away first."
    more = allowance(larger).limit(what)
    offer = "sets no limit" if more is None else f"allows {more:,}"
    return f"{sentence} {larger.label} {offer}: an owner can change the plan under Settings, Plan."


def _holds(plan: Plan, what: str) -> float:
    limit = allowance(plan).limit(what)
    return float("inf") if limit is None else limit


def _number(count: int, what: str) -> str:
    return f"{count:,} {COUNTED[what][0 if count == 1 else 1]}"
