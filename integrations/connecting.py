"""Making a connection and looking after it. Admins alone; of one client, those who see it."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Workspace
from accounts.plans import counts, must_have_room
from activity.log import record
from activity.types import EventType
from activity.work import Failed, Later
from clients.scope import client_for
from crm import versions
from crm.errors import Conflict
from crm.nudge import nudge
from crm.outside import Unreachable
from crm.transactions import advisory_lock
from integrations import health, pushing
from integrations.base import Connected
from integrations.fields import made, read
from integrations.models import Connection
from integrations.registry import system_called

LONGEST_NAME = 200


@dataclass(frozen=True)
class Opened:
    """A new connection, with the secrets that were made for it. They are not to be had again."""

    connection: Connection
    shown_once: Mapping[str, str]

    @property
    def hook_url(self) -> str:
        return hook_url(self.connection)


@transaction.atomic
def connect(
    *,
    actor: Actor,
    system: str,
    name: str = "",
    client_id: UUID | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Opened:
    """A connection to `system`, of a client or of the workspace. settings: its fields by name, secrets among them.

    Raises Invalid with a sentence for each setting that cannot be used, NotAllowed, PlanLacks where the plan has no
    room for another, Conflict where a key that finds the connection is in use.
    """
    actor.must_administer()
    must_have_room(actor.workspace, "connections", lambda: connections_used(actor.workspace))
    kind = system_called(system)
    given = read(kind.fields, settings or {})
    shown = made(kind.fields, given)
    secret = {field.name: given.pop(field.name) for field in kind.fields if field.secret and field.name in given}
    secret |= {"token": new_token()} if kind.has_hook else {}
    connection = Connection.objects.create(
        workspace=actor.workspace, client_id=client_for(actor, client_id), system=kind.key,
        name=(name or kind.title)[:LONGEST_NAME], settings=given, secrets=secret, **_digests(kind.key_field, secret),
    )  # fmt: skip
    _record(actor, EventType.CONNECTION_CREATED, connection)
    return Opened(connection, shown)


@counts("connections")
def connections_used(workspace: Workspace) -> int:
    """Those that stand, the paused ones among them."""
    return Connection.objects.filter(workspace=workspace, deleted_at=None).count()


@transaction.atomic
def change(*, actor: Actor, connection: Connection, name: str = "", given: Mapping[str, Any]) -> Mapping[str, str]:
    """Write the settings that are given; a secret that is empty stays as it is. Returns what was made anew, shown
    once. Raises Invalid, and Stale where somebody else changed it."""
    actor.must_administer()
    kind = system_called(connection.system)
    present = {**connection.settings, **{k: v for k, v in connection.secrets.items() if k != "token"}}
    kept = {field.name: present[field.name] for field in kind.fields if field.name in present}
    wanted = {k: v for k, v in given.items() if v != "" or not _is_secret(kind.fields, k)}
    values = read(kind.fields, {**kept, **wanted}, kept)
    shown = made(kind.fields, values)
    changed = sorted(field for field in values if values[field] != present.get(field))
    secret = {field.name: values.pop(field.name) for field in kind.fields if field.secret and field.name in values}
    secret |= {k: v for k, v in connection.secrets.items() if k == "token"}
    changed = [*(["name"] if name and name[:LONGEST_NAME] != connection.name else []), *changed]
    written = versions.write(
        connection, name=(name or connection.name)[:LONGEST_NAME], settings=values, secrets=secret,
        **_digests(kind.key_field, secret, connection),
    )  # fmt: skip
    if written:
        _record(actor, EventType.CONNECTION_UPDATED, connection, changed_fields=changed)
    return shown


@transaction.atomic
def pause(*, actor: Actor, connection: Connection) -> None:
    """What comes is kept, nothing is handled or sent, until it is resumed."""
    actor.must_administer()
    if connection.is_active:
        _record(actor, EventType.CONNECTION_PAUSED, connection)
    versions.write(connection, is_active=False)


@transaction.atomic
def resume(*, actor: Actor, connection: Connection) -> None:
    actor.must_administer()
    if not connection.is_active:
        _record(actor, EventType.CONNECTION_RESUMED, connection)
    versions.write(connection, is_active=True)
    for task in ("handle", "push", "batch"):
        nudge(f"integrations.tasks.{task}")


@transaction.atomic
def renew_address(*, actor: Actor, connection: Connection) -> str:
    """A new address for its webhooks; what goes to the old one is answered 404 from now on."""
    actor.must_administer()
    secret = {**connection.secrets, "token": new_token()}
    versions.write(connection, secrets=secret, token_digest=digest(secret["token"]))
    _record(actor, EventType.CONNECTION_ADDRESS_RENEWED, connection)
    return hook_url(connection)


@transaction.atomic
def disconnect(*, actor: Actor, connection: Connection) -> None:
    """End it: its credentials are forgotten, its conversations and people stay. What still waited to be sent is given
    up, and says so where it stands."""
    actor.must_administer()
    pushing.give_up_all(connection, f"{connection.name} was disconnected before this was sent.")
    versions.write(
        connection, is_active=False, secrets={}, token_digest=None, key_digest=None, deleted_at=timezone.now()
    )
    _record(actor, EventType.CONNECTION_REMOVED, connection)


def check(*, actor: Actor, connection: Connection) -> str:
    """Try it now, and say in a sentence that it works. Raises Conflict with what is wrong and what to do. Calls the
    other side: no transaction may be open."""
    actor.must_administer()
    try:
        words = system_called(connection.system).check(Connected(connection))
    except (Failed, Later, Unreachable) as error:
        health.failing(connection, str(error))
        raise Conflict(str(error), code="connection_failed") from error
    health.recovered(connection)
    return words


def _record(actor: Actor, type: EventType, connection: Connection, **payload: Any) -> None:
    record(actor, type, connection, system=connection.system, name=connection.name, **payload)


def hook_url(connection: Connection) -> str:
    """Where the system's webhooks go. Holds a secret: for admins alone. Empty for one that calls nobody's address."""
    token = connection.secrets.get("token")
    return f"{settings.PUBLIC_URL}{reverse('integrations:hook', args=[connection.system, token])}" if token else ""


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What a token or key is found by. Both have 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _digests(key_field: str, secret: Mapping[str, Any], of: Connection | None = None) -> dict[str, str | None]:
    """of: the connection that has them already, if there is one. One taking of a key after another."""
    token, key = secret.get("token"), secret.get(key_field)
    found = digest(key) if key else None
    if found:
        advisory_lock(f"integrations.key {found}")
    if found and Connection.objects.filter(key_digest=found).exclude(pk=of.pk if of else None).exists():
        raise Conflict("Another connection has this key. Leave it empty, and one is made.", code="already_exists")
    return {"token_digest": digest(token) if token else None, "key_digest": found}


def _is_secret(fields: Any, name: str) -> bool:
    return any(field.secret for field in fields if field.name == name)
