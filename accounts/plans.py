"""What each plan allows, in one table."""

from dataclasses import dataclass

from django.db import models


class Plan(models.TextChoices):
    FREE = "free", "Free"
    PRO = "pro", "Pro"
    MAX = "max", "Max"
    ENTERPRISE = "enterprise", "Enterprise"


@dataclass(frozen=True)
class Allowance:
    clients: bool
    requests_per_minute: int


ALLOWANCES = {
    Plan.FREE: Allowance(clients=False, requests_per_minute=60),
    Plan.PRO: Allowance(clients=False, requests_per_minute=300),
    Plan.MAX: Allowance(clients=True, requests_per_minute=1200),
    Plan.ENTERPRISE: Allowance(clients=True, requests_per_minute=3000),
}


def allowance(plan: str) -> Allowance:
    return ALLOWANCES[Plan(plan)]
