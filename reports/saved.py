"""Keeping a report under a name, for oneself or for the team."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from crm.errors import Conflict, Invalid, NotAllowed
from crm.versions import write
from reports.models import SavedReport

MOST = 50
LONGEST_NAME = 60


@transaction.atomic
def save(
    *, actor: Actor, report: str, name: str, query: str, client_id: UUID | None = None, shared: bool = False
) -> SavedReport:  # fmt: skip
    """A report of the person's own, or for the team; the caller has looked whether it can be answered. Raises Conflict
    where they have one of this name."""
    if shared:
        must_share(actor, client_id)
    mine = SavedReport.objects.filter(workspace=actor.workspace, member=actor.membership, deleted_at=None)
    if mine.count() >= MOST:
        raise Conflict(f"You keep {MOST} reports. Delete one that you do not use.", code="too_many")
    saved = SavedReport(
        workspace=actor.workspace, member=actor.membership, client_id=client_id, report=report, name=_named(name),
        query=query, shared=shared,
    )  # fmt: skip
    try:
        with transaction.atomic():
            saved.save(force_insert=True)
    except IntegrityError:
        raise taken(saved.name) from None
    return saved


@transaction.atomic
def change(*, actor: Actor, saved: SavedReport, **fields: Any) -> SavedReport:
    """Write name or shared. Only who keeps it; of what is shared, an admin too."""
    must_own(actor, saved)
    if "name" in fields:
        fields["name"] = _named(fields["name"])
    if fields.get("shared", saved.shared):
        must_share(actor, saved.client_id)
    try:
        with transaction.atomic():
            write(saved, **fields)
    except IntegrityError:
        raise taken(fields["name"]) from None
    return saved


def may_change(actor: Actor, saved: SavedReport) -> bool:
    return saved.member_id == actor.id or (saved.shared and actor.can_write and actor.is_admin)


def must_own(actor: Actor, saved: SavedReport) -> None:
    if not may_change(actor, saved):
        raise NotAllowed("Somebody else shared this report. Save it under a name of your own to change it.")


def must_share(actor: Actor, client_id: UUID | None) -> None:
    if not actor.can_write:
        raise NotAllowed("You may keep reports for yourself, but not share them.", code="read_only")
    if not actor.sees(client_id):
        raise Invalid("You see only certain clients: choose one of them above the report, then share it.")


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(fields={"name": [f"Give the report a name of at most {LONGEST_NAME} characters."]})
    return name


def taken(name: str) -> Conflict:
    return Conflict(f"You keep a report “{name}” already. Choose another name.", code="already_exists")
