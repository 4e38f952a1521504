"""The addresses of one contact: adding, removing, choosing which is shown first."""

from django.db import transaction
from django.db.models import ProtectedError

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.models import Contact, Identity
from contacts.ownership import write_signed
from contacts.people import add_address, find
from crm.errors import Conflict, Invalid
from crm.versions import touch


class Taken(Conflict):
    """Somebody else has this address. `holder` is None where whoever asks may not see them."""

    def __init__(self, one: Address, holder: Contact | None) -> None:
        self.kind = one.kind
        sentence = (
            f"{one.value} belongs to {holder}. Merge the two, or take another address."
            if holder
            else f"{one.value} belongs to somebody who was deleted. A new contact with it brings them back."
        )
        super().__init__(
            sentence,
            code="already_exists", existing=holder.pk if holder else None,
        )  # fmt: skip
        self.holder = holder


@transaction.atomic
def add(*, actor: Actor, contact: Contact, kind: str, text: str) -> Identity:
    """A further address. Raises Taken where somebody else has it, Conflict where the contact has it already."""
    actor.must_write()
    if kind not in (EMAIL, PHONE):
        raise Invalid(fields={"kind": ["Choose e-mail or phone."]})
    wanted = address(kind, text, region=actor.workspace.region)
    if Identity.objects.filter(contact=contact, kind=kind, value=wanted.value).exists():
        raise Conflict(f"{contact} has {wanted.value} already.", code="already_exists")
    added = add_address(actor=actor, contact=contact, address=wanted)
    if added is None:
        raise Taken(wanted, find(actor=actor, client_id=contact.client_id, address=wanted))
    return added


@transaction.atomic
def remove(*, actor: Actor, contact: Contact, identity: Identity) -> None:
    """Take an address off; another one of its kind becomes primary. Raises Conflict where conversations run on it."""
    actor.must_write()
    try:
        with transaction.atomic():
            identity.delete()
    except ProtectedError:
        raise Conflict(
            f"Conversations run on {identity.value}, so it stays with {contact}.", code="in_use"
        ) from None  # fmt: skip
    if identity.kind in (EMAIL, PHONE) and getattr(contact, identity.kind) == identity.value:
        rest = Identity.objects.filter(contact=contact, kind=identity.kind).order_by("created_at", "id").first()
        changed = write_signed(contact, actor, **{identity.kind: rest.value if rest else ""})
    else:
        touch(contact)
        changed = []
    record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=sorted({*changed, "addresses"}))
