"""A body that does not say how long it is: the web server hands it over without Content-Length."""

import io
import json
from typing import Any

from django.core.handlers.asgi import ASGIRequest

from accounts.models import Workspace
from clients.api import Clients
from clients.models import Client
from tests import cast


def post(secret: str, body: dict[str, str]) -> tuple[int, Any]:
    """The status and the answer of a chunked POST to /clients."""
    headers = {
        b"authorization": f"Bearer {secret}".encode(),
        b"content-type": b"application/json",
        b"transfer-encoding": b"chunked",
    }
    scope = {"type": "http", "method": "POST", "path": "/api/v1/crm/clients", "headers": list(headers.items())}
    request = ASGIRequest(scope, io.BytesIO(json.dumps(body).encode()))
    request.id = "chunked"  # type: ignore[attr-defined]
    answer = Clients.as_view()(request)
    return answer.status_code, answer.data


def test_it_is_read_up_to_the_limit(workspace: Workspace) -> None:
    secret = cast.key_of(workspace)
    status, answer = post(secret, {"name": "Harbour"})
    assert (status, answer["client"]["name"]) == (201, "Harbour")
    status, answer = post(secret, {"name": "x" * 1_000_000})
    assert (status, answer["error_type"]) == (413, "body_too_large")
    assert Client.objects.count() == 1
