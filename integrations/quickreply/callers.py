"""Whose call it is: the key finds the connection, and with it the client whose leads it reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from accounts import rates
from crm.errors import Refusal
from integrations.base import Connected
from integrations.connecting import digest
from integrations.models import Connection
from integrations.quickreply.calls_in import read
from integrations.quickreply.leads import Lead, lead

SYSTEM = "quickreply"
# Where a call may carry the key in its body or query, once the connection allows it.
IN_BODY = ("auth_key", "Auth-Key", "auth-key", "api_key", "secret", "token", "key")


class WrongKey(Refusal):
    code = "unauthorised"


class Paused(Refusal):
    code = "paused"


@dataclass(frozen=True)
class Call:
    """given: everything but the key."""

    connected: Connected
    given: Mapping[str, Any]

    @property
    def names(self) -> Mapping[str, str]:
        """QuickReply's name of a custom field, and ours."""
        return self.connected.settings.get("custom_fields") or {}

    def lead(self) -> Lead:
        return lead(self.given, region=self.connected.workspace.region, names=self.names)

    def of(self, given: Mapping[str, Any]) -> "Call":
        return replace(self, given=given)


def call_of(request: HttpRequest) -> Call:
    """Raises WrongKey, Throttled, Paused, and what `read` raises."""
    key, given = _header_key(request), None
    if key is None:
        given = read(request)
        key = next((found for name in IN_BODY if isinstance(found := given.get(name), str) and found), "")
    connection = _connection(key)
    if connection is None or (given is not None and not connection.settings.get("key_in_body")):
        rates.charge_unknown(request)
        raise WrongKey("The key is missing or wrong. Send it in the header Auth-Key.")
    connected = Connected(connection)
    rates.charge(request, connected.actor)
    if not connection.is_active:
        raise Paused("This connection is paused.")
    return Call(connected, _without_key(read(request) if given is None else given, key))


def _header_key(request: HttpRequest) -> str | None:
    given = request.headers.get("Auth-Key")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if given is None and scheme.lower() == "bearer":
        given = token
    return given.strip() if given is not None else None


def _connection(key: str) -> Connection | None:
    rows = Connection.objects.select_related("workspace", "client").filter(deleted_at=None, client__deleted_at=None)
    found: Connection | None = rows.filter(system=SYSTEM, key_digest=digest(key)).first()
    return found


def _without_key(given: Mapping[str, Any], key: str) -> dict[str, Any]:
    """No key is kept, wherever it stood: neither on the lead nor with the call."""
    named = ("auth_key", "auth-key")
    return {name: value for name, value in given.items() if value != key and name.lower() not in named}
