"""How much a workspace asks in a day, counted in PostgreSQL, and the breaker: after failures in a row nothing is asked
for a while. Each function commits by itself; none may run in a transaction that waits for the network."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, F, Value, When
from django.utils import timezone

from accounts.models import Workspace
from crm.ids import uuid7
from crm.text import storable
from inbox.intents.llm.models import LlmDay, LlmSettings
from inbox.intents.passes import PassFailed

FAILURES_IN_A_ROW = 5
PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=6)
NO_WAIT = timedelta()

# One statement, so that of any number of parallel workers exactly as many as the budget has calls get one. A row comes
# back only where there was one left.
_SPEND = """
    INSERT INTO inbox_llmday AS today (id, workspace_id, day, calls, tokens, failed, skipped, last_failure)
    VALUES (%s, %s, %s, 1, 0, 0, 0, '')
    ON CONFLICT (workspace_id, day) DO UPDATE SET calls = today.calls + 1
    WHERE today.calls < %s AND today.tokens < %s
    RETURNING calls
"""


class NotAsked(PassFailed):
    """Nothing was sent: the day's budget is used up, or the breaker has paused."""


@dataclass(frozen=True)
class Standing:
    """What today came to, so far."""

    calls: int = 0
    tokens: int = 0
    failed: int = 0
    skipped: int = 0
    last_failure: str = ""


def today(workspace: Workspace) -> date:
    """The day of the workspace's own calendar."""
    return timezone.now().astimezone(ZoneInfo(workspace.time_zone)).date()


def standing(workspace: Workspace) -> Standing:
    """One query."""
    row = LlmDay.objects.filter(workspace=workspace, day=today(workspace)).first()
    return Standing(row.calls, row.tokens, row.failed, row.skipped, row.last_failure) if row else Standing()


def is_paused(settings: LlmSettings) -> bool:
    return settings.paused_until is not None and settings.paused_until > timezone.now()


def spend(settings: LlmSettings) -> date:
    """Take one call of today's budget, and say which day it was taken from. Raises NotAsked where none is left.

    Tokens are known after the call: the one that goes over is the last of the day."""
    day = today(settings.workspace)
    with connection.cursor() as cursor:
        given: list[str | int | date] = [
            str(uuid7()),
            str(settings.workspace_id),
            day,
            settings.calls_per_day,
            settings.tokens_per_day,
        ]
        cursor.execute(_SPEND, given)
        if cursor.fetchone() is None:
            raise NotAsked("Today’s budget is used up.")
    return day


def skip(workspace: Workspace) -> None:
    """Count a message that was not asked about."""
    row, _ = LlmDay.objects.get_or_create(workspace=workspace, day=today(workspace))
    LlmDay.objects.filter(pk=row.pk).update(skipped=F("skipped") + 1)


def used(settings: LlmSettings, day: date, tokens: int) -> None:
    LlmDay.objects.filter(workspace=settings.workspace, day=day).update(tokens=F("tokens") + tokens)


def succeeded(settings: LlmSettings) -> None:
    LlmSettings.objects.filter(pk=settings.pk).exclude(failures=0, paused_until=None).update(
        failures=0, paused_until=None
    )


def failed(settings: LlmSettings, day: date, words: str, wait: timedelta = NO_WAIT) -> None:
    """Count a call that came to nothing. wait: how long the other side asks to be left alone."""
    LlmDay.objects.filter(workspace=settings.workspace, day=day).update(
        failed=F("failed") + 1, last_failure=storable(words, 300)
    )
    LlmSettings.objects.filter(pk=settings.pk).update(failures=F("failures") + 1)
    now = timezone.now()
    if wait:
        _pause(settings, now + min(wait, LONGEST_PAUSE), least=0)
    _pause(settings, now + PAUSE, least=FAILURES_IN_A_ROW)


def _pause(settings: LlmSettings, until: datetime, *, least: int) -> None:
    later = Case(When(paused_until__gt=until, then=F("paused_until")), default=Value(until))
    LlmSettings.objects.filter(pk=settings.pk, failures__gte=least).update(paused_until=later)
