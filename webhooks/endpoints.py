"""What admins do with endpoints. Each of them is told what happens on its side of the wall, so only who administers
there may make one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Workspace
from accounts.plans import counts, must_have_room
from activity.log import record
from activity.types import ADMIN_ONLY, EventType
from clients.scope import client_for
from crm import versions
from crm.errors import Conflict, Invalid, NotAllowed
from crm.outward import is_address, why_not
from webhooks.models import Endpoint
from webhooks.signing import new_secret

# How long the old secret signs beside the one that replaces it.
OVERLAP = timedelta(hours=24)
LONGEST_URL = 2000
# What can be told. What admins do to the workspace is for its audit alone.
TYPES = [kind for kind in EventType.values if kind not in ADMIN_ONLY]
ENDED = "Switched off, or changed to another address, before it was told."


def must_oversee(actor: Actor) -> None:
    """Raise NotAllowed for whoever does not administer: even to read, since an address may hold a secret."""
    if not actor.is_admin:
        raise NotAllowed("Only an owner or an admin of the workspace may see webhooks.", code="admin_required")


@counts("webhook_endpoints")
def endpoints_used(workspace: Workspace) -> int:
    return Endpoint.objects.filter(workspace=workspace).count()


@transaction.atomic
def create(
    *, actor: Actor, url: str, types: Sequence[str] = (), description: str = "", client_id: UUID | None = None
) -> Endpoint:
    """types: none for all of them. Raises Invalid, PlanLacks."""
    actor.must_administer()
    _check(types, url)
    must_have_room(actor.workspace, "webhook_endpoints", Endpoint.objects.filter(workspace=actor.workspace).count)
    endpoint = Endpoint.objects.create(
        workspace=actor.workspace, client_id=client_for(actor, client_id), url=url, types=_ordered(types),
        description=" ".join(description.split()), secrets={"secret": new_secret()},
    )  # fmt: skip
    record(actor, EventType.ENDPOINT_CREATED, endpoint, host=host_of(url))
    return endpoint


@transaction.atomic
def change(*, actor: Actor, endpoint: Endpoint, version: int | None = None, **fields: Any) -> Endpoint:
    """fields: url, types, description, is_active. Switched on again, it is told of what happens from then on; what
    failed before can be replayed; at another address it has not failed yet. Raises Stale unless it is at `version`,
    Conflict where its client is gone."""
    actor.must_administer()
    versions.expect(endpoint, version)
    # An address that stands already is not judged again: what is allowed within the network may have changed since.
    _check(fields.get("types", endpoint.types), None if fields.get("url") == endpoint.url else fields.get("url"))
    if "types" in fields:
        fields["types"] = _ordered(fields["types"])
    if fields.get("is_active") and not endpoint.is_active:
        _must_have_its_client(endpoint)
        fields |= {"off_words": "", "failing_since": None}
    changed = versions.write(endpoint, **fields)
    if "url" in changed:
        Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
        endpoint.failing_since = None
    told = [name for name in changed if name in ("url", "types", "description", "is_active")]
    if told:
        record(actor, EventType.ENDPOINT_UPDATED, endpoint, host=host_of(endpoint.url), changed_fields=told)
    return endpoint


@transaction.atomic
def delete(*, actor: Actor, endpoint: Endpoint) -> None:
    """With all it was told, and with what waits for it."""
    actor.must_administer()
    record(actor, EventType.ENDPOINT_DELETED, endpoint, host=host_of(endpoint.url))
    endpoint.delete()


@transaction.atomic
def renew_secret(*, actor: Actor, endpoint: Endpoint) -> str:
    """A new secret. For 24 hours deliveries are signed with the old one as well."""
    actor.must_administer()
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    secret, until = new_secret(), actor.now + OVERLAP
    row.secrets = {"secret": secret, "previous": row.secrets["secret"], "previous_until": until.isoformat()}
    row.save(update_fields=["secrets"])
    record(actor, EventType.ENDPOINT_UPDATED, row, host=host_of(row.url), changed_fields=["secret"])
    return secret


def secret_of(*, actor: Actor, endpoint: Endpoint) -> str:
    """For whoever sets up the other side. Readers may not have it: with it one can speak as Parley."""
    actor.must_administer()
    return str(endpoint.secrets["secret"])


def keys_of(endpoint: Endpoint, now: datetime) -> list[str]:
    """What a delivery is signed with at that moment, the newest first."""
    kept = endpoint.secrets
    until = kept.get("previous_until")
    previous = [kept["previous"]] if until and datetime.fromisoformat(until) > now else []
    return [kept["secret"], *previous]


def host_of(url: str) -> str:
    """What a log may say of an address: its path and query may hold a secret."""
    return urlsplit(url).hostname or ""


def _must_have_its_client(endpoint: Endpoint) -> None:
    """One that is deleted meanwhile changes the endpoint's version with it."""
    if endpoint.client and endpoint.client.deleted_at:
        raise Conflict("Its client was deleted: this endpoint ends with it.", code="client_gone")


def _ordered(types: Sequence[str]) -> list[str]:
    return [kind for kind in TYPES if kind in set(types)]


def _check(types: Sequence[str], url: str | None) -> None:
    """url: where it is a new one."""
    wrong: dict[str, list[str]] = {}
    if url is not None and (words := _wrong_with(url)):
        wrong["url"] = [words]
    if strange := [kind for kind in types if kind not in TYPES]:
        wrong["types"] = [f"“{strange[0][:60]}” is no type of event that can be told."]
    if wrong:
        raise Invalid(fields=wrong)


def _wrong_with(url: str) -> str:
    if not is_address(url, longest=LONGEST_URL, takes_query=True):
        return "Enter an address such as https://example.com/webhooks, without a name or password in it."
    return why_not(url)
