"""What is done to deals. Each verb checks, changes and records in one transaction."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership
from activity.log import record
from activity.types import EventType
from clients.scope import client_for
from contacts.models import Contact
from crm.errors import Invalid
from crm.money import LARGEST, is_currency
from crm.references import referred
from crm.versions import expect, write
from deals import places
from deals.models import Deal, Stage, StageChange
from deals.stages import keyed
from deals.states.triggers import told_at
from inbox.actions import may_answer
from inbox.models import Conversation


@transaction.atomic
def create(
    *,
    actor: Actor,
    conversation_id: UUID | None = None,
    contact_id: UUID | None = None,
    client_id: UUID | None = None,
    stage: str = "new",
    title: str = "",
    value: int = 0,
    currency: str = "",
    notes: str = "",
    owner_id: UUID | None = None,
    expected_close_on: date | None = None,
) -> Deal:
    """A new deal at the top of its column. Says whom it is about by a conversation or a contact; without a title it
    bears their name. `value` in minor units of `currency`, the workspace's where none is given."""
    actor.must_write()
    conversation, contact = _about(actor, conversation_id, contact_id)
    if client_id is not None and client_for(actor, client_id) != contact.client_id:
        raise Invalid(fields={"client_id": ["The contact belongs to another client."]})
    currency = currency or actor.workspace.currency
    _check_money(value, currency)
    column = places.lock(keyed(actor.workspace, stage))
    owner = _owner(actor, owner_id, contact.client_id)
    now = actor.now
    deal = Deal.objects.create(
        workspace=actor.workspace, client_id=contact.client_id, contact=contact, conversation=conversation,
        title=title or str(contact), stage=column, place=places.top(column), value=value, currency=currency,
        notes=notes, owner=owner, expected_close_on=expected_close_on, stage_since=now,
        closed_at=None if column.kind == Stage.Kind.OPEN else now,
    )  # fmt: skip
    _write_down(actor, deal, None)
    record(
        actor, EventType.DEAL_CREATED, deal, contact_id=contact.pk, conversation_id=deal.conversation_id,
        stage=column.key, value=value, currency=currency,
    )  # fmt: skip
    return deal


@transaction.atomic
def change(*, actor: Actor, deal: Deal, version: int | None = None, **fields: Any) -> Deal:
    """Write the given fields: title, value, currency, notes, owner_id, expected_close_on, lost_reason, contact_id,
    conversation_id; `stage` moves the deal to the top of that column. Raises Stale unless the deal is at `version`."""
    actor.must_write()
    stage = fields.pop("stage", None)
    if stage is not None:
        places.lock(keyed(actor.workspace, stage))  # as `move` does: the column before the deal
    deal = _locked(deal, version)
    _check_money(fields.get("value", deal.value), fields.get("currency", deal.currency))
    if "owner_id" in fields:
        owner = _owner(actor, fields["owner_id"], deal.client_id)
        fields["owner_id"] = owner.pk if owner else None
    if "contact_id" in fields or "conversation_id" in fields:
        fields |= _reattached(actor, deal, fields)
    with told_at(actor):
        changed = write(deal, **fields)
    if changed:
        _announce_change(actor, deal, changed)
    if stage is not None and stage != deal.stage.key:
        return move(actor=actor, deal=deal, stage=stage, reason=fields.get("lost_reason", ""))
    return deal


@transaction.atomic
def move(
    *,
    actor: Actor,
    deal: Deal,
    stage: str,
    before: UUID | None = None,
    after: UUID | None = None,
    reason: str = "",
    version: int | None = None,
) -> Deal:
    """Put the deal into a column: directly above the card `before`, or below the card `after`, else at the top.

    Locks the column, then the deal. Raises Stale unless the deal is at `version`; Invalid where the neighbour is not in
    that column. `reason`: why it was lost, where the column is a lost one.
    """
    actor.must_write()
    if before is not None and after is not None:
        raise Invalid("Give the card it goes before, or the one it goes after, not both.")
    column = places.lock(keyed(actor.workspace, stage))
    place = _place(actor, deal, column, before, after)
    deal = _locked(deal, version)  # only now: making room may have given it another place
    origin = deal.stage
    if origin.pk == column.pk:
        if write(deal, place=place):
            _announce_change(actor, deal, ["place"])
        return deal
    now = actor.now
    closed = None if column.kind == Stage.Kind.OPEN else now
    lost = reason if column.kind == Stage.Kind.LOST else ""
    write(deal, stage=column, place=place, stage_since=now, closed_at=closed, lost_reason=lost)
    _write_down(actor, deal, origin)
    _announce_move(actor, deal, origin)
    return deal


@transaction.atomic
def delete(*, actor: Actor, deal: Deal, version: int | None = None) -> None:
    """Take the deal off the board. Its history stays."""
    actor.must_write()
    deal = _locked(deal, version)
    with told_at(actor):
        write(deal, deleted_at=actor.now)
    record(
        actor, EventType.DEAL_DELETED, deal, contact_id=deal.contact_id, conversation_id=deal.conversation_id
    )  # fmt: skip


@transaction.atomic
def restore(*, actor: Actor, deal: Deal) -> Deal:
    """Put a deleted deal back on the board, where it stood."""
    actor.must_write()
    deal = _locked(deal, None)
    if deal.deleted_at is not None:
        with told_at(actor):
            write(deal, deleted_at=None)
        record(
            actor, EventType.DEAL_RESTORED, deal, contact_id=deal.contact_id, conversation_id=deal.conversation_id,
            stage=deal.stage.key, value=deal.value, currency=deal.currency,
        )  # fmt: skip
    return deal


def _locked(deal: Deal, version: int | None) -> Deal:
    # Its stage is read after: joined to the lock, it would be the one of before another move, and the deal not found.
    fresh: Deal = Deal.objects.select_for_update().get(pk=deal.pk)
    expect(fresh, version)
    return fresh


def _about(actor: Actor, conversation_id: UUID | None, contact_id: UUID | None) -> tuple[Conversation | None, Contact]:
    conversation: Conversation | None = referred(
        Conversation.objects.visible_to(actor), conversation_id, field="conversation_id"
    )
    contact: Contact | None = referred(Contact.objects.visible_to(actor), contact_id, field="contact_id")
    if contact is None and conversation is not None:
        contact = conversation.contact
    if contact is None:
        raise Invalid("Say whom the deal is with: conversation_id or contact_id.")
    if conversation is not None and conversation.contact_id != contact.pk:
        raise Invalid(fields={"conversation_id": ["This conversation is with another contact."]})
    return conversation, contact


def _reattached(actor: Actor, deal: Deal, fields: dict[str, Any]) -> dict[str, Any]:
    contact_id = fields.get("contact_id", None if fields.get("conversation_id") else deal.contact_id)
    kept = deal.conversation_id if contact_id == deal.contact_id else None
    conversation, contact = _about(actor, fields.get("conversation_id", kept), contact_id)
    if contact.client_id != deal.client_id:
        raise Invalid(fields={"contact_id": ["A deal stays with its client."]})
    return {"contact_id": contact.pk, "conversation_id": conversation.pk if conversation else None}


def _check_money(value: int, currency: str) -> None:
    if not is_currency(currency):
        raise Invalid(fields={"currency": [f"“{currency}” is no ISO 4217 currency code, such as EUR."]})
    if not 0 <= value <= LARGEST:
        raise Invalid(fields={"value": [f"Must be between 0 and {LARGEST} in the smallest currency unit."]})


def _owner(actor: Actor, owner_id: UUID | None, client_id: UUID | None) -> Membership | None:
    members = Membership.objects.visible_to(actor).select_related("user")
    owner = referred(members, owner_id, field="owner")
    if owner is not None and not may_answer(owner, client_id):
        raise Invalid(fields={"owner": [f"{owner.user} cannot work for this client."]})
    return owner


def _place(actor: Actor, deal: Deal, column: Stage, before: UUID | None, after: UUID | None) -> int:
    neighbour_id, field = (before, "before") if before is not None else (after, "after")
    neighbour: Deal | None = referred(Deal.objects.visible_to(actor), neighbour_id, field=field)
    if neighbour is None:
        return places.top(column)
    if neighbour.stage_id != column.pk or neighbour.pk == deal.pk:
        raise Invalid(fields={field: [f"This deal is not in {column.name} any more."]})
    return places.before(column, neighbour) if before is not None else places.after(column, neighbour)


def _write_down(actor: Actor, deal: Deal, origin: Stage | None) -> None:
    StageChange.objects.create(
        workspace=deal.workspace, deal=deal, from_stage=origin, to_stage=deal.stage, value=deal.value,
        currency=deal.currency, actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name[:200],
        changed_at=deal.stage_since,
    )  # fmt: skip


def _announce_change(actor: Actor, deal: Deal, changed: list[str]) -> None:
    record(
        actor, EventType.DEAL_UPDATED, deal,
        contact_id=deal.contact_id, conversation_id=deal.conversation_id, changed_fields=changed,
    )  # fmt: skip


def _announce_move(actor: Actor, deal: Deal, origin: Stage) -> None:
    about: dict[str, Any] = {
        "contact_id": deal.contact_id, "conversation_id": deal.conversation_id, "from_stage": origin.key,
        "stage": deal.stage.key, "value": deal.value, "currency": deal.currency,
    }  # fmt: skip
    record(actor, EventType.DEAL_STAGE_CHANGED, deal, **about)
    if deal.stage.kind == Stage.Kind.WON:
        record(actor, EventType.DEAL_WON, deal, **about)
    elif deal.stage.kind == Stage.Kind.LOST:
        record(actor, EventType.DEAL_LOST, deal, **about, reason=deal.lost_reason)
