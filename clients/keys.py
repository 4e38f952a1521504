"""API keys, as an admin makes, replaces and revokes them: each is an event of the workspace."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.keys import create_api_key
from accounts.models import ApiKey
from activity.log import record
from activity.types import EventType
from clients.models import Client
from clients.scope import client_for
from crm.errors import Conflict, Invalid

# For how many hours the old key may work beside the one that replaces it.
LONGEST_OVERLAP = 24 * 30


@transaction.atomic
def make(
    *,
    actor: Actor,
    name: str,
    scope: str = "crm",
    client_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and its secret, which is not to be had again. The same press twice makes one: a name that another key
    bears which still opens is a Conflict."""
    actor.must_administer()
    whose = client_for(actor, client_id)
    client = Client.objects.visible_to(actor).get(pk=whose) if whose else None
    key, secret = issue(
        actor=actor, name=" ".join(name.split()), scopes=[scope], client=client, expires_at=expires_at
    )  # which has locked the workspace: of two presses, one looks after the other has committed
    namesakes = ApiKey.objects.visible_to(actor).open().filter(name__iexact=key.name).exclude(pk=key.pk)
    if namesakes.exists():
        raise Conflict(f"There is an API key “{key.name}” already: choose another name.", code="already_exists")
    return key, secret


@transaction.atomic
def issue(*, actor: Actor, **fields: Any) -> tuple[ApiKey, str]:
    """As `accounts.keys.create_api_key`, recorded."""
    key, secret = create_api_key(actor=actor, **fields)
    record(actor, EventType.KEY_CREATED, key, name=key.name, scopes=key.scopes)
    return key, secret


@transaction.atomic
def revoke(*, actor: Actor, key: ApiKey) -> bool:
    """It opens nothing from now on. Returns whether it did until now."""
    actor.must_administer()
    if not ApiKey.objects.filter(pk=key.pk, is_active=True).update(is_active=False):
        return False
    record(actor, EventType.KEY_REVOKED, key, name=key.name, scopes=key.scopes)
    return True


@transaction.atomic
def replace(*, actor: Actor, key: ApiKey, hours: int) -> tuple[ApiKey, str]:
    """A key like `key`, and its secret; the old one works on for `hours`, so that programs can be changed over. Raises
    Conflict where it opens nothing any more, PlanLacks where there is no room for both."""
    actor.must_administer()
    _must_be_hours(hours)
    old = ApiKey.objects.visible_to(actor).open().select_for_update().filter(pk=key.pk).first()
    if old is None:
        raise Conflict("This key opens nothing any more: make a new one.", code="key_ended")
    until = actor.now + timedelta(hours=hours)
    ends = until if old.expires_at is None else min(until, old.expires_at)
    _end(old, ends, at_once=hours == 0)
    new, secret = issue(
        actor=actor, name=old.name, scopes=old.scopes, client=old.client, expires_at=old.expires_at,
        rate_limit=old.rate_limit,
    )  # fmt: skip
    record(actor, EventType.KEY_REPLACED, old, name=old.name, until=ends)
    return new, secret


def _end(key: ApiKey, at: datetime, *, at_once: bool) -> None:
    ApiKey.objects.filter(pk=key.pk).update(**({"is_active": False} if at_once else {"expires_at": at}))


def _must_be_hours(hours: int) -> None:
    if not 0 <= hours <= LONGEST_OVERLAP:
        raise Invalid(fields={"hours": [f"Say how many hours the old key works on: 0 to {LONGEST_OVERLAP}."]})


def scopes_in_words(scopes: Sequence[str]) -> str:
    return "Read and change" if "crm" in scopes else "Read only"
