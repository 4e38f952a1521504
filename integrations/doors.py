"""Where outside systems knock: verify, store each event once, answer. What follows from an event happens later."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crm.nudge import nudge
from crm.text import UNSTORABLE, storable
from integrations.base import Connected, Forged, Hook, Item, Unreadable
from integrations.connecting import digest
from integrations.loose import is_maze, of_our_time
from integrations.models import Connection, InboundEvent
from integrations.registry import system_called, systems

logger = structlog.get_logger(__name__)
KEY, TYPE = 300, 100
AT_ONCE = 500


@csrf_exempt
@require_POST
def knock(request: HttpRequest, system: str, token: str) -> HttpResponse:
    """POST /hooks/<system>/<token>. 404 for an address that is nobody's, 401 for a bad signature, which is counted and
    leaves nothing else; 400 for what is no event; 413 for too much."""
    connection = find(system, token)
    if connection is None:
        return refused(404, "There is no such address. Copy it again from the connection's page.")
    hook = hook_of(request)
    if hook is None:
        return refused(413, f"At most {settings.API_LARGEST_BODY:,} bytes.")
    connected, kind = Connected(connection), system_called(system)
    try:
        items = kind.read(connected, hook)
    except Forged as forged:
        count_refused(connection, str(forged))
        return refused(401, "The signature is missing, wrong or too old.")
    except Unreadable as error:
        return refused(400, str(error))
    store(connection, items, hook.body)
    return JsonResponse(kind.answer(connected, hook, items))


def find(system: str, token: str) -> Connection | None:
    rows = Connection.objects.select_related("workspace", "client").filter(deleted_at=None, client__deleted_at=None)
    return rows.filter(system=system, token_digest=digest(token)).first() if system in systems() else None


def hook_of(request: HttpRequest) -> Hook | None:
    """The request as a system reads it; None where it is too large."""
    body = request.read(settings.API_LARGEST_BODY + 1)
    if len(body) > settings.API_LARGEST_BODY:
        return None
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Hook(body, headers, request.GET.dict(), request.content_type or "", timezone.now())


def count_refused(connection: Connection, reason: str) -> None:
    logger.warning("hook_refused", connection=str(connection.pk), system=connection.system, reason=reason)
    Connection.objects.filter(pk=connection.pk).update(refused_count=F("refused_count") + 1, refused_at=timezone.now())


@transaction.atomic
def store(connection: Connection, items: Sequence[Item], body: bytes) -> list[InboundEvent]:
    """Keep what is new of `items`; one that came before is left as it is. The body stands with the first of them: a
    thousand events in a body of 200 kB would be 200 MB else."""
    rows = [_row(connection, item, b"" if number else body) for number, item in enumerate(items)]
    InboundEvent.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    nudge("integrations.tasks.handle")
    return rows


def _row(connection: Connection, item: Item, body: bytes) -> InboundEvent:
    return InboundEvent(
        workspace_id=connection.workspace_id, connection=connection, key=storable(item.key, KEY),
        type=storable(item.type, TYPE), payload=keepable(item.payload), body=body,
        occurred_at=of_our_time(item.occurred_at), due_at=timezone.now(),
    )  # fmt: skip


def keepable(value: Any) -> Any:
    """JSON as the database takes it: every text storable, every number finite."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {keepable(str(name)): keepable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [keepable(one) for one in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124
        return None
    return value


def loaded(body: bytes) -> Any:
    """The JSON of a body. Raises Unreadable, for what is nested without end too: whatever walks it would fall over."""
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("The body is not JSON.") from None
    if is_maze(found):
        raise Unreadable("The body is nested too deep.")
    return found


def json_of(body: bytes) -> dict[str, Any]:
    """A body that should be a JSON object. Raises Unreadable."""
    found = loaded(body)
    if not isinstance(found, dict):
        raise Unreadable("The body must be a JSON object: {…}.")
    return found


def refused(status: int, sentence: str) -> HttpResponse:
    return JsonResponse({"success": False, "error": sentence}, status=status)
