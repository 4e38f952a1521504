"""How many requests in a window of time: counted in PostgreSQL, so that any number of processes share one count
exactly."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.actors import Actor
from accounts.models import RequestCount
from accounts.plans import allowance

# Wrong or missing keys, from one address. A key has 256 random bits: this spares the database, not the key.
UNKNOWN_PER_MINUTE = 60
MINUTE = 60

# One statement, so that of any number of parallel requests each gets a number of its own. A request that waited for the
# row while the window turned counts in the newer one: it never moves back.
_SPEND = """
    INSERT INTO accounts_requestcount AS counted (subject, minute, used)
    VALUES (%s, date_bin(make_interval(secs => %s), clock_timestamp(), timestamptz '2000-01-01 00:00:00Z'), 1)
    ON CONFLICT (subject) DO UPDATE SET
        used = CASE WHEN counted.minute >= excluded.minute THEN counted.used + 1 ELSE 1 END,
        minute = GREATEST(counted.minute, excluded.minute)
    RETURNING used, minute, clock_timestamp()
"""


@dataclass(frozen=True)
class Spent:
    """Where a subject stands in its present window, after this request. minute: when the window began. seconds: how
    long it is."""

    limit: int
    used: int
    minute: datetime
    now: datetime
    seconds: int = MINUTE

    @property
    def allowed(self) -> bool:
        return self.used <= self.limit

    @property
    def seconds_left(self) -> int:
        """Until the next window begins; at least 1."""
        return max(1, self.seconds - int((self.now - self.minute).total_seconds()))

    @property
    def headers(self) -> Mapping[str, str]:
        """`Reset` is the Unix time at which the window ends."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(int(self.minute.timestamp()) + self.seconds),
        }


def spend(subject: str, limit: int, seconds: int = MINUTE) -> Spent:
    """Count one request of `subject` and say where it stands. Commits by itself unless a transaction is open. seconds:
    the length of the window, at most an hour, after which the counts are cleared away."""
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [subject, seconds])
        used, minute, now = cursor.fetchone()
    return Spent(limit=limit, used=used, minute=minute, now=now, seconds=seconds)


def give_back(subject: str, spent: Spent) -> None:
    """As if it had not been counted; nothing where its window is over."""
    RequestCount.objects.filter(subject=subject, minute=spent.minute, used__gt=0).update(used=F("used") - 1)


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
    _charge(request, f"ip:{network_of(request)}", UNKNOWN_PER_MINUTE)


def _charge(request: HttpRequest | Request, subject: str, limit: int) -> None:
    spent = spend(subject, limit)
    request.rate_headers = spent.headers  # type: ignore[union-attr]
    if not spent.allowed:
        raise Throttled(wait=spent.seconds_left)


def address_of(request: HttpRequest | Request) -> str:
    """The IP address that asks; empty where nobody can tell, as behind a Unix socket. Behind the trusted proxy it is
    what the proxy itself added at the end: whatever stands before that the browser may have made up."""
    hops = request.headers.get("X-Forwarded-For", "") if settings.TRUSTED_PROXY else ""
    given = hops.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(given))
    except ValueError:
        return ""


def network_of(request: HttpRequest | Request) -> str:
    """An IPv6 host has a /64 to itself and could count as many addresses as it likes."""
    address = address_of(request)
    if ":" not in address:
        return address or "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False))
