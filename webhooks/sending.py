"""Telling an endpoint, by Standard Webhooks 1.0: a 2xx within 15 seconds is success, 410 ends it, everything else is
tried again over three days. At least once: a receiver tells doubles by `webhook-id`."""

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2 as httpx
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from activity.serializers import EventShown
from activity.work import Failed, Later, run_outside
from crm.outside import Guarded, Unreachable
from crm.sealing import CannotOpen
from crm.text import storable
from webhooks import endpoints
from webhooks.giving_up import as_asked, switch_off
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.signing import headers

SECONDS = 15
LARGEST_ANSWER = 64 * 1024
# Seconds until the next try, after the first, the second, and so on; each up to a tenth longer, so that what failed
# together does not come back together.
WAITS = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
JITTER = 0.1
GIVEN_UP_AFTER = timedelta(days=5)
GONE = 410
_BEING_TOLD = Delivery.objects.filter(
    endpoint=OuterRef("endpoint"), state=Delivery.State.WAITING, leased_until__gt=Now()
)
# One at a time for each endpoint: a slow one holds up nobody else's, and is not stormed when it comes back.
ONE_OF_EACH = Q(~Exists(_BEING_TOLD), endpoint__is_active=True)


@dataclass(frozen=True)
class Said:
    """What came of one try. status: None where there was no answer. wait: seconds that the other side asked for."""

    status: int | None
    words: str
    milliseconds: int
    wait: int = 0

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def work_off(*, most: int = 100) -> int:
    """Make up to `most` tries that are due, and return how many were made."""
    return run_outside(Delivery, _tell, most=most, only=ONE_OF_EACH)


def body_of(delivery: Delivery) -> bytes:
    """The same bytes as long as the event is the same: what a person's erasure blanks is blank here too."""
    shown: Any = EventShown(delivery.event).data if delivery.event else {"words": "This is a test."}
    at = shown["created_at"] if delivery.event else delivery.created_at
    told = {"type": delivery.type, "timestamp": at, "data": shown}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def say(endpoint: Endpoint, message_id: str, body: bytes) -> Said:
    """One try, now. No transaction may be open."""
    begun = time.monotonic()
    said: tuple[int | None, str, int]
    try:
        said = _answered(endpoint, message_id, body)
    except (Unreachable, CannotOpen) as error:
        said = None, str(error), 0
    except httpx.TimeoutException:
        said = None, f"It did not answer within {SECONDS} seconds.", 0
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
        said = None, f"The connection failed ({type(error).__name__}).", 0
    status, words, wait = said
    return Said(status, storable(words, 300), int((time.monotonic() - begun) * 1000), wait)


def _answered(endpoint: Endpoint, message_id: str, body: bytes) -> tuple[int, str, int]:
    now = timezone.now()
    signed = headers(message_id, int(now.timestamp()), body, endpoints.keys_of(endpoint, now))
    transport = Guarded(whole_seconds=SECONDS, largest=LARGEST_ANSWER)
    with httpx.Client(transport=transport, timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
        answer = client.post(
            endpoint.url, content=body,
            headers={**signed, "content-type": "application/json", "user-agent": "Parley"},
        )  # fmt: skip
    return answer.status_code, answer.content[:300].decode(errors="replace"), _asked_wait(answer.headers)


def _asked_wait(answered: Any) -> int:
    with suppress(ValueError):
        return max(0, min(int(answered.get("retry-after", "0")), WAITS[-1]))
    return 0


def _tell(delivery: Delivery) -> Callable[[], None]:
    """The try is written down before anything follows from it."""
    delivery = Delivery.objects.select_related("endpoint", "event").get(pk=delivery.pk)
    said = say(delivery.endpoint, delivery.message_id, body_of(delivery))
    tries = _written_down(delivery, said)
    if said.is_success:
        return lambda: None
    if said.status == GONE and as_asked(delivery.endpoint).exists():
        raise Failed("It answered 410: it is not wanted there any more.")
    if tries > len(WAITS):
        raise Failed(_in_words(said))
    raise Later(max(_wait(tries), said.wait), _in_words(said))


def _wait(tries: int) -> float:
    seconds = WAITS[tries - 1]
    return seconds * random.uniform(1, 1 + JITTER)  # noqa: S311 - no secret


@transaction.atomic
def _written_down(delivery: Delivery, said: Said) -> int:
    """Returns how many tries there were by now."""
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.update(tries=F("tries") + 1, status=said.status)
    Attempt.objects.create(
        workspace_id=delivery.workspace_id, delivery=delivery, status=said.status, words=said.words,
        milliseconds=said.milliseconds,
    )  # fmt: skip
    _judge(delivery.endpoint, said)
    return int(rows.values_list("tries", flat=True).get())


def _judge(endpoint: Endpoint, said: Said) -> None:
    """How the endpoint does: well again, failing since, given up."""
    row, now = as_asked(endpoint), timezone.now()
    if said.is_success:
        row.exclude(failing_since=None).update(failing_since=None)
        return
    row.filter(failing_since=None).update(failing_since=now)
    if said.status == GONE:
        switch_off(endpoint, "It answered 410: it is not wanted there any more.")
    elif endpoint.failing_since and now - endpoint.failing_since > GIVEN_UP_AFTER:
        switch_off(endpoint, f"It failed for {GIVEN_UP_AFTER.days} days.", since=endpoint.failing_since)


def _in_words(said: Said) -> str:
    return said.words if said.status is None else f"It answered {said.status}."
