"""API keys: made once, shown once, kept as a digest."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import ApiKey, Workspace
from accounts.plans import counts, must_have_room
from crm.errors import Invalid

if TYPE_CHECKING:
    from clients.models import Client

PREFIX = "msk_"
SHOWN = len(PREFIX) + 8
FORM = re.compile(PREFIX + "[0-9a-f]{64}")
SCOPES = {"crm": "read and change", "crm:read": "read only"}
LONGEST_NAME = 200
USED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_api_key(
    *,
    actor: Actor,
    name: str,
    scopes: Sequence[str] = ("crm",),
    client: "Client | None" = None,
    expires_at: datetime | None = None,
    rate_limit: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key of the actor's workspace, and the secret itself, which is not to be had again.

    client: the key sees and makes rows of this client alone. rate_limit: requests a minute, instead of the plan's.
    Whoever sees only certain clients makes keys of these alone. Raises PlanLacks where the plan has no room for another
    key.
    """
    actor.must_administer()
    if client is None or not actor.sees(client.pk):
        actor.must_see_all()
    _check(actor, name, scopes, client, expires_at, rate_limit)
    must_have_room(actor.workspace, "api_keys", lambda: keys_used(actor.workspace))
    secret = PREFIX + secrets.token_hex(32)
    key = ApiKey.objects.create(
        workspace=actor.workspace,
        name=name.strip(),
        key_prefix=secret[:SHOWN],
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        client=client,
        expires_at=expires_at,
        rate_limit=rate_limit,
    )
    return key, secret


@counts("api_keys")
def keys_used(workspace: Workspace) -> int:
    """Those that open: one that was revoked or has expired takes no room."""
    return ApiKey.objects.open().filter(workspace=workspace).count()


def _check(
    actor: Actor,
    name: str,
    scopes: Sequence[str],
    client: "Client | None",
    expires_at: datetime | None,
    rate_limit: int | None,
) -> None:
    wrong: dict[str, list[str]] = {}
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        wrong["name"] = [f"Give the key a name of 1 to {LONGEST_NAME} characters."]
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown or not scopes:
        offered = " or ".join(SCOPES)
        wrong["scopes"] = [
            f"There is no scope “{', '.join(unknown)}”: use {offered}." if unknown else f"Use {offered}."
        ]
    if client is not None and (client.workspace_id != actor.workspace.pk or client.deleted_at):
        wrong["client"] = ["There is no such client in this workspace."]
    if expires_at is not None and expires_at <= timezone.now():
        wrong["expires_at"] = ["This time has passed."]
    if rate_limit is not None and rate_limit < 1:
        wrong["rate_limit"] = ["At least 1 request a minute."]
    if wrong:
        raise Invalid(fields=wrong)


def digest(secret: str) -> str:
    """What is kept of a key. It has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find(secret: str) -> ApiKey | None:
    """The key that opens, with its workspace: active, not expired, and its client not deleted."""
    if not FORM.fullmatch(secret):
        return None
    return (
        ApiKey.objects.select_related("workspace")
        .open()
        .filter(digest=digest(secret))
        .filter(Q(client=None) | Q(client__deleted_at=None))
        .first()
    )


def note_use(key: ApiKey) -> None:
    """Write when the key was last used, to the minute. Whoever finds the row locked leaves it to the one that holds it:
    parallel requests of one key never wait here."""
    now = timezone.now()
    if key.last_used_at and key.last_used_at > now - USED_EVERY:
        return
    unlocked = ApiKey.objects.select_for_update(skip_locked=True).filter(pk=key.pk, last_used_at=key.last_used_at)
    with transaction.atomic():
        ApiKey.objects.filter(pk__in=unlocked.values("pk")).update(last_used_at=now)
