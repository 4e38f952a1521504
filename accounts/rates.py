"""How many requests a minute: counted in PostgreSQL, so that any number of processes share one count exactly."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.actors import Actor
from accounts.plans import allowance

# Wrong or missing keys, from one address. A key has 256 random bits: this spares the database, not the key.
UNKNOWN_PER_MINUTE = 60
MINUTE = 60

# One statement, so that of any number of parallel requests each gets a number of its own. A request that waited for the
# row while the minute turned counts in the newer minute: the window never moves back.
_SPEND = """
    INSERT INTO accounts_requestcount AS counted (subject, minute, used)
    VALUES (%s, date_trunc('minute', clock_timestamp()), 1)
    ON CONFLICT (subject) DO UPDATE SET
        used = CASE WHEN counted.minute >= excluded.minute THEN counted.used + 1 ELSE 1 END,
        minute = GREATEST(counted.minute, excluded.minute)
    RETURNING used, minute, clock_timestamp()
"""


@dataclass(frozen=True)
class Spent:
    """Where a subject stands in its present minute, after this request."""

    limit: int
    used: int
    minute: datetime
    now: datetime

    @property
    def allowed(self) -> bool:
        return self.used <= self.limit

    @property
    def seconds_left(self) -> int:
        """Until the next minute begins; at least 1."""
        return max(1, MINUTE - int((self.now - self.minute).total_seconds()))

    @property
    def headers(self) -> Mapping[str, str]:
        """`Reset` is the Unix time at which the minute ends."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(int(self.minute.timestamp()) + MINUTE),
        }


def spend(subject: str, limit: int) -> Spent:
    """Count one request of `subject` and say where it stands. Commits by itself unless a transaction is open."""
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [subject])
        used, minute, now = cursor.fetchone()
    return Spent(limit=limit, used=used, minute=minute, now=now)


class WithinRate(BasePermission):
    """The first permission: asked before any other, so that refused requests count too. Raises Throttled."""

    def has_permission(self, request: Request, view: object) -> bool:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            charge_unknown(request)
        else:
            charge(request, actor)
        return True


def limit_of(actor: Actor) -> int:
    return actor.rate_limit or allowance(actor.workspace.plan).requests_per_minute


def charge(request: HttpRequest | Request, actor: Actor) -> None:
    """Count a request of `actor`. Raises Throttled once they sent too many."""
    _charge(request, f"{actor.kind}:{actor.id}", limit_of(actor))


def charge_unknown(request: HttpRequest | Request) -> None:
    """Count a request that shows no key that opens. Raises Throttled once its address sent too many."""
    _charge(request, f"ip:{_network(request.META.get('REMOTE_ADDR', ''))}", UNKNOWN_PER_MINUTE)


def _charge(request: HttpRequest | Request, subject: str, limit: int) -> None:
    spent = spend(subject, limit)
    request.rate_headers = spent.headers  # type: ignore[union-attr]
    if not spent.allowed:
        raise Throttled(wait=spent.seconds_left)


def _network(address: str) -> str:
    """An IPv6 host has a /64 to itself and could count as many addresses as it likes."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(given if given.version == 4 else ipaddress.ip_network((given, 64), strict=False))
