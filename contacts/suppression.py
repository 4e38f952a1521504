"""Addresses that nothing is sent to any more. Page, API and automation all ask here before they send."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.models import Contact, Identity, Suppression
from contacts.ownership import write_signed
from crm.errors import Conflict
from crm.text import storable
from crm.transactions import insert_once

BOUNCED = "bounced"


@transaction.atomic
def suppress(*, actor: Actor, contact: Contact, reason: str) -> None:
    """Send nothing to any address of this person, for this client. Done twice, it is done once."""
    actor.must_write()
    for identity in Identity.objects.filter(contact=contact).order_by("kind", "value"):
        insert_once(
            Suppression(
                workspace=contact.workspace, client_id=contact.client_id,
                kind=identity.kind, value=identity.value, reason=reason,
            )
        )  # fmt: skip
    if changed := write_signed(contact, actor, status=Contact.Status.UNSUBSCRIBED):
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=changed)


@transaction.atomic
def bounced(*, actor: Actor, contact: Contact, identity: Identity, words: str) -> None:
    """Nothing arrives at this address any more, their mail server says so in `words`: send nothing to it. Their other
    addresses stay. Done twice, it is done once."""
    actor.must_write()
    made = insert_once(
        Suppression(
            workspace=contact.workspace, client_id=contact.client_id, kind=identity.kind, value=identity.value,
            reason=storable(f"{BOUNCED}: {words}", 300),
        )
    )  # fmt: skip
    is_primary = identity.value == contact.email and contact.status == Contact.Status.ACTIVE
    changed = write_signed(contact, actor, status=Contact.Status.BOUNCED) if is_primary else []
    if made or changed:
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=sorted({*changed, "suppression"}))


def of(contact: Contact) -> list[Suppression]:
    """Which addresses of this person nothing is sent to, why and since when."""
    own = Identity.objects.filter(contact=contact, kind=OuterRef("kind"), value=OuterRef("value"))
    rows = Suppression.objects.filter(Exists(own), wall=contact.client_id or contact.workspace_id)
    return list(rows.order_by("created_at", "id"))


@transaction.atomic
def lift(*, actor: Actor, contact: Contact) -> list[Suppression]:
    """They may be written to again; returns what stood in the way. Only for who administers: somebody asked for it."""
    actor.must_administer()
    lifted = of(contact)
    Suppression.objects.filter(pk__in=[one.pk for one in lifted]).delete()
    stopped = contact.status in (Contact.Status.UNSUBSCRIBED, Contact.Status.BOUNCED)
    status = {"status": Contact.Status.ACTIVE} if stopped else {}
    changed = write_signed(contact, actor, **status)
    if lifted or changed:
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=sorted({*changed, "suppression"}))
    return lifted


def must_be_reachable(contact: Contact, identity: Identity | None, wall: UUID) -> None:
    """Raise Conflict where the person asked not to be written to."""
    asked = {"contact": contact} if identity is None else {"pk": identity.pk}
    addresses = Identity.objects.filter(**asked)
    for kind, value in addresses.values_list("kind", "value"):
        suppression = Suppression.objects.filter(wall=wall, kind=kind, value=value).first()
        if suppression is not None:
            raise _refused(contact, suppression.reason)
    if contact.status == Contact.Status.UNSUBSCRIBED:  # and this address of theirs turned up later
        raise _refused(contact, "unsubscribed")


def _refused(contact: Contact, reason: str) -> Conflict:
    if reason.startswith(BOUNCED):
        return Conflict(f"Nothing arrives at this address of {contact} ({reason}). Nothing was sent.", code="bounced")
    return Conflict(f"{contact} asked not to be contacted ({reason}). Nothing was sent.", code="suppressed")
