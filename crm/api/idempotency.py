"""Idempotency-Key: a POST that is repeated is answered again, not done again.

What was answered is stored in the transaction of the work itself, so either both are there or neither.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from crm.api.errors import KeyReused
from crm.api.requests import ApiRequest
from crm.errors import Conflict
from crm.transactions import try_advisory_lock

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)
LONGEST_KEY = 255
KEPT_HEADERS = ("ETag",)

Post = Callable[..., Response]


def once(post: Post) -> Post:
    """Decorates a view's `post`: runs it in one transaction and, where the request has a key, once in 24 hours.

    Raises KeyReused for another request under the same key, Conflict while the first one is still running. A refused or
    failed request leaves nothing, so it can be repeated with the same key.
    """

    @wraps(post)
    def run(view: Any, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        key = _key(request)
        with transaction.atomic():
            if key is None:
                return post(view, request, *args, **kwargs)
            return _stored(request, key) or _store(request, key, post(view, request, *args, **kwargs))

    run.is_idempotent = True  # type: ignore[attr-defined]
    return run


def _key(request: ApiRequest) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not 0 < len(key.strip()) <= LONGEST_KEY:
        raise ParseError(f"{HEADER} must have 1 to {LONGEST_KEY} characters.")
    return key


def _stored(request: ApiRequest, key: str) -> Response | None:
    """What was answered before. Takes the lock that the first of several parallel requests holds until it commits."""
    if not try_advisory_lock(f"idempotency {request.actor.id} {key}"):
        raise Conflict(
            "A request with this Idempotency-Key is still running: repeat yours in a moment.",
            code="idempotency_in_progress",
        )
    row = _requests().filter(sender=request.actor.id, key=key, created_at__gt=timezone.now() - KEPT).first()
    if row is None:
        return None
    if row.fingerprint != _fingerprint(request):
        raise KeyReused("This Idempotency-Key was used for another request: make a new key for each new request.")
    return Response(json.loads(row.body), status=row.status, headers={**row.headers, REPLAYED: "true"})


def _store(request: ApiRequest, key: str, response: Response) -> Response:
    _requests().update_or_create(
        sender=request.actor.id,
        key=key,
        defaults={
            "workspace": request.actor.workspace,
            "fingerprint": _fingerprint(request),
            "status": response.status_code,
            "body": JSONRenderer().render(response.data).decode(),
            "headers": {name: response[name] for name in KEPT_HEADERS if name in response},
            "created_at": timezone.now(),
        },
    )
    return response


def _fingerprint(request: ApiRequest) -> str:
    body = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(f"{request.get_full_path()}\n{body}".encode()).hexdigest()


def _requests() -> Any:
    """The table lives with the keys, in `accounts`, which stands on this module."""
    return apps.get_model("accounts", "IdempotentRequest").objects
