import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Workspace
from clients.models import Client
from tests.integrations.senders import Sender, connect
from tests.windows import _no_window_ends

__all__ = ["_no_window_ends"]


class QuickReply:
    """QuickReply with its key: `quickreply.post("/crm/create", phone=…, name=…)` answers (status, body)."""

    def __init__(self, sender: Sender) -> None:
        self.sender, self.key = sender, sender.shown["auth_key"]
        self.browser = Browser(enforce_csrf_checks=True)

    def call(self, method: str, path: str, given: Any = None, *, key: str | None = None, **how: Any) -> Any:
        """The whole response. `given` is sent as JSON, unless it is bytes."""
        raw = given if isinstance(given, bytes) else json.dumps(given or {}).encode()
        how.setdefault("headers", {"Auth-Key": key or self.key})
        how.setdefault("content_type", "application/json")
        return self.browser.generic(method, path, raw, **how)

    def post(self, path: str, **given: Any) -> tuple[int, dict[str, Any]]:
        answer = self.call("POST", path, given)
        return answer.status_code, answer.json()

    def create(self, **given: Any) -> str:
        """The lead_id of what /crm/create is given; Priya, unless told otherwise."""
        status, body = self.post("/crm/create", **{"phone": "+919876543210", "name": "Priya Sharma", **given})
        assert (status, body["status"]) == (200, "Successfully Created"), body
        return str(body["lead_id"])

    def fetch(self, **criteria: str) -> Any:
        answer = self.browser.get("/crm/fetch", criteria, headers={"Auth-Key": self.key})
        return answer.json()


Connects = Callable[..., QuickReply]


@pytest.fixture
def connects(workspace: Workspace) -> Connects:
    def make(client: Client | None = None, **settings: Any) -> QuickReply:
        return QuickReply(connect("quickreply", workspace, client, **settings))

    return make


@pytest.fixture
def quickreply(connects: Connects) -> QuickReply:
    return connects()
